"""Which commits a warehouse has read as they stand, so that a load reads only the others.

Kept in `internal.commit_marks`, beside `internal.load_lock` and written in the same transaction as
the rows. A mark that is not the newest costs one more look at a commit, never a row:
what is loaded is decided by the commit's content (`warehouse.statements.fingerprint`).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from rekognition_tables.results_root.layout import ResultKey
from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.sql_files import read

SCHEMA = pa.schema([("operation", pa.string()), ("name", pa.string()), ("mark", pa.string())])


def changed_marks(
    con: duckdb.DuckDBPyConnection, marks: Mapping[ResultKey, str]
) -> dict[ResultKey, str]:
    """Those of `marks` that are new, or not as the warehouse keeps them. Opens no transaction."""
    con.execute(read("load", "create_commit_marks").statement)  # an older warehouse has none
    rows = con.execute(
        f"SELECT operation, name, mark FROM {CATALOG}.internal.commit_marks"
    ).fetchall()
    kept = {(operation, name): mark for operation, name, mark in rows}
    return {key: mark for key, mark in marks.items() if kept.get((key.operation, key.name)) != mark}


def keep_marks(con: duckdb.DuckDBPyConnection, marks: Mapping[ResultKey, str]) -> None:
    """Put `marks` in the place of what stood there of the same results. Opens no transaction."""
    if not marks:
        return
    rows = [
        {"operation": key.operation, "name": key.name, "mark": mark} for key, mark in marks.items()
    ]
    con.register("new_marks", pa.Table.from_pylist(rows, schema=SCHEMA))
    con.execute(
        f"DELETE FROM {CATALOG}.internal.commit_marks AS old USING temp.main.new_marks AS new "
        "WHERE old.operation = new.operation AND old.name = new.name"
    )
    con.execute(f"INSERT INTO {CATALOG}.internal.commit_marks SELECT * FROM temp.main.new_marks")
    con.unregister("new_marks")
