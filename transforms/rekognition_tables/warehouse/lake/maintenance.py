"""A lake kept small: about once a day the loader that comes along tidies it up.

Each load leaves small files and a snapshot, and what it replaced stays readable in older ones.
Tidying writes rows out of the catalog, forgets old snapshots, merges small files, rewrites those
that hold many deleted rows, and removes files that nobody can read any more. How long things are
kept are options of the lake itself, so that DuckDB's own CHECKPOINT of it keeps to them too.
"""

from __future__ import annotations

import duckdb
from upath import UPath

from rekognition_tables.errors import ResultsError, SchemaMismatch
from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.ddl import literal
from rekognition_tables.warehouse.lake.connection import LOST, gist
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.lake.place import refuse_lake_among_results

OPTIONS = {
    "expire_older_than": "1 day",  # snapshots: so long an open reader keeps its rows
    "delete_older_than": "1 day",  # files: longer than a load takes, whose files nobody knows yet
    "rewrite_delete_threshold": "0.1",  # share of deleted rows from which a file is written anew
    "parquet_compression": "zstd",
}
STEPS = (
    "flush_inlined_data",
    "expire_snapshots",
    "merge_adjacent_files",
    "rewrite_data_files",
    "cleanup_old_files",
    "delete_orphaned_files",
)
DUE = f"""
SELECT min(snapshot_time) < now() - INTERVAL 1 DAY - CAST((
    SELECT value FROM ducklake_options('{CATALOG}') WHERE option_name = 'expire_older_than'
) AS INTERVAL)
FROM ducklake_snapshots('{CATALOG}')
"""


def refuse_strange_files(con: duckdb.DuckDBPyConnection, lake: DuckLake) -> None:
    """SchemaMismatch when a lake is about to be made where files are: it would remove them."""
    pattern = literal(lake.data_uri.rstrip("/") + "/**")
    for (file,) in con.execute(f"SELECT file FROM glob({pattern}) LIMIT 1").fetchall():
        raise SchemaMismatch(
            f"{lake.data_uri} holds files that are not of this lake, such as {file}.",
            path=lake.data_uri,
            advice="Set REKOGNITION_WAREHOUSE_DATA_URI to a place where nothing is.",
        )


def set_options(con: duckdb.DuckDBPyConnection) -> None:
    """What a new lake keeps, and for how long. Its owner can change it: `CALL lake.set_option`."""
    for name, value in OPTIONS.items():
        con.execute(f"CALL {CATALOG}.set_option({literal(name)}, {literal(value)})")


def tidy_up_if_due(con: duckdb.DuckDBPyConnection, lake: DuckLake, root: UPath) -> bool:
    """Tidy up when the oldest snapshot should have gone a day ago. True when that was done.

    `root`: the results root, among whose files no lake is tidied up: a link may lead there by now.

    Another loader that writes meanwhile is let through: the next load tries again. ResultsError
    for any other failure.
    """
    refuse_lake_among_results(root, lake.data_uri)
    try:
        ((due,),) = con.execute(DUE).fetchall()
        for step in STEPS if due else ():
            con.execute(f"CALL ducklake_{step}({literal(CATALOG)})").fetchall()
    except duckdb.Error as error:
        if LOST.search(str(error)):
            return False
        raise ResultsError(
            f"{lake} could not be tidied up: {gist(error)}.",
            path=str(lake),
            advice="What was to be loaded is loaded. Mend the cause, then load again.",
        ) from None
    return bool(due)
