"""Tables that hold what views would be too slow to work out on each question: sql/precomputed.

Each is derived from the tables of one result alone, so a load computes the rows of the results it
loads, in its transaction, and what it costs does not grow with the warehouse. They stand in the
schema `precomputed`; the views of the same names show of them what counts.
"""

from __future__ import annotations

import duckdb

from transforms.ddl import PRECOMPUTED, identifier, precomputed_tables
from transforms.sql_files import precomputed


def compute(con: duckdb.DuckDBPyConnection) -> None:
    """Add the rows derived from what `labels` and its neighbours are to `con` just now.

    In a load those are temporary views of the results being loaded. Each answer becomes a
    temporary table first, which the statements after it can read.
    """
    for file in precomputed():
        name = identifier(file.name)
        con.execute(f"CREATE TEMP TABLE {name} AS {file.statement}")
        con.execute(f"INSERT INTO {PRECOMPUTED}.{name} FROM temp.main.{name}")
    for file in precomputed():
        con.execute(f"DROP TABLE temp.main.{identifier(file.name)}")


def delete(con: duckdb.DuckDBPyConnection, replaced: str) -> None:
    """Remove what was derived from the results whose job_id and aggregate_by `replaced` has."""
    for file in precomputed():
        con.execute(
            f"DELETE FROM {PRECOMPUTED}.{identifier(file.name)} AS old USING {replaced} AS gone "
            "WHERE old.job_id = gone.job_id AND old.aggregate_by = gone.aggregate_by"
        )


def compute_anew(con: duckdb.DuckDBPyConnection) -> None:
    """Every table anew, as its file now says, from the whole warehouse. Opens no transaction."""
    drop(con)
    for statement in precomputed_tables():
        con.execute(statement)
    compute(con)


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Remove every table of the schema, also those whose file is gone."""
    query = (
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name = ?"
    )
    for (name,) in con.execute(query, [PRECOMPUTED]).fetchall():
        con.execute(f"DROP TABLE {PRECOMPUTED}.{identifier(name)}")
