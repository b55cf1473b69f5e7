"""Tables that hold what views would be too slow to work out on each question: sql/*/precomputed.

Each is derived from the tables of one result alone, so a load computes the rows of the results it
loads, in its transaction, and what it costs does not grow with the warehouse. They stand in the
schema `precomputed`; the views of the same names show of them what counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache

import duckdb

from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.ddl import PRECOMPUTED, identifier, literal, precomputed_tables
from rekognition_tables.warehouse.sql_files import SqlFile, precomputed

ROWS_AT_ONCE = 2_000_000  # as in a load (rekognition_tables.warehouse.statements)


@cache
def derived() -> Mapping[Operation, list[SqlFile]]:
    """The files by the operation whose tables they read, each after those it reads.

    ValueError for one that reads tables of no operation, or of several.
    """
    files: dict[Operation, list[SqlFile]] = {name: [] for name in OPERATIONS}
    of = {
        table.name: set(table.operations) for table in TABLES.values() if len(table.operations) == 1
    }
    for file in precomputed():
        found = set().union(*(of[name] for name in _names(file) & of.keys()))
        if len(found) != 1:
            told = ", ".join(sorted(found)) or "none"
            raise ValueError(
                f"precomputed/{file.name}.sql must read the tables of one operation; it reads those"
                f" of {told}."
            )
        of[file.name] = found
        files[next(iter(found))].append(file)
    return files


def tables_read() -> list[str]:
    """The tables of results that the files read."""
    named = set().union(*(_names(file) for file in precomputed()))
    return [name for name in TABLES if name in named]


def _names(file: SqlFile) -> set[str]:
    """Every name in the statement, the tables that it reads among them."""
    return set(re.findall(r"\w+", file.statement))


def compute(con: duckdb.DuckDBPyConnection, operations: Collection[Operation] = OPERATIONS) -> None:
    """Add the rows derived from what the tables of `operations` are to `con` just now.

    In a load they are temporary views of the results being loaded. Each answer becomes a temporary
    table first, which the statements after it can read.
    """
    files = [file for name in OPERATIONS if name in operations for file in derived()[name]]
    for file in files:
        name = identifier(file.name)
        con.execute(f"CREATE TEMP TABLE {name} AS {file.statement}")
        con.execute(f"INSERT INTO {PRECOMPUTED}.{name} FROM temp.main.{name}")
    for file in files:
        con.execute(f"DROP TABLE temp.main.{identifier(file.name)}")


def delete(
    con: duckdb.DuckDBPyConnection, replaced: str, operations: Collection[Operation]
) -> None:
    """Remove what was derived from those results of `operations` whose keys are in `replaced`."""
    for operation in operations:
        form = " AND old.aggregate_by = gone.aggregate_by" if SPECS[operation].aggregations else ""
        for file in derived()[operation]:
            con.execute(
                f"DELETE FROM {PRECOMPUTED}.{identifier(file.name)} AS old USING {replaced} AS gone"
                f" WHERE gone.operation = {literal(operation)} AND old.job_id = gone.job_id{form}"
            )


def recreate(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table again, as its file now says, and fill it. Opens no transaction."""
    drop(con)
    for statement in precomputed_tables():
        con.execute(statement)
    _fill(con)


def recompute(con: duckdb.DuckDBPyConnection) -> None:
    """Replace every row, when what all results share has changed. Opens no transaction."""
    for file in precomputed():
        con.execute(f"DELETE FROM {PRECOMPUTED}.{identifier(file.name)}")
    _fill(con)


def _fill(con: duckdb.DuckDBPyConnection) -> None:
    """From the whole warehouse, some jobs at a time, so that it fits into the memory of a load."""
    tables = tables_read()
    for jobs in _in_batches(con):
        con.execute("CREATE TEMP TABLE these_jobs AS SELECT UNNEST(?::VARCHAR[]) AS job_id", [jobs])
        for table in tables:
            con.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM {CATALOG}.main.{table} "
                "WHERE job_id IN (SELECT job_id FROM temp.main.these_jobs)"
            )
        compute(con)
        for table in tables:
            con.execute(f"DROP VIEW temp.main.{table}")
        con.execute("DROP TABLE temp.main.these_jobs")


def _in_batches(con: duckdb.DuckDBPyConnection) -> Iterator[list[str]]:
    """The jobs that have rows, each once, some at a time."""
    query = (
        "SELECT job_id, COALESCE(SUM(LIST_SUM(MAP_VALUES(row_counts))), 0) "
        f"FROM {CATALOG}.main.loads WHERE NOT held_back GROUP BY job_id"
    )
    batch: list[str] = []
    rows = 0
    for job_id, count in con.execute(query).fetchall():
        if batch and rows + count > ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
        batch.append(job_id)
        rows += count
    if batch:
        yield batch


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Remove every table of the schema, also those whose file is gone."""
    query = (
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name = ?"
    )
    for (name,) in con.execute(query, [PRECOMPUTED]).fetchall():
        con.execute(f"DROP TABLE {PRECOMPUTED}.{identifier(name)}")
