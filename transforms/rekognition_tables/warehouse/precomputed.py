"""Tables that hold what views would be too slow to work out on each question: sql/precomputed.

Each is derived from the tables of one result alone, so a load computes the rows of the results it
loads, in its transaction, and what it costs does not grow with the warehouse. They stand in the
schema `precomputed`; the views of the same names show of them what counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import duckdb

from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.ddl import PRECOMPUTED, identifier, precomputed_tables
from rekognition_tables.warehouse.sql_files import SqlFile, precomputed

# Each file reads tables of videos or of images: no rows in them, none here.
OF_VIDEOS = ("label_detection_jobs", "labels")
OF_IMAGES = ("moderation_labels",)
ROWS_OF = (*OF_VIDEOS, *OF_IMAGES)
READ = (  # what sql/precomputed reads of results
    *ROWS_OF,
    "loads",
    "job_requests",
    "label_instances",
    "label_parents",
    "label_categories",
    "moderation_images",
)
LABELS_AT_ONCE = 500_000


def compute(con: duckdb.DuckDBPyConnection, tables: Collection[str] = ROWS_OF) -> None:
    """Add the rows derived from what `labels` and its neighbours are to `con` just now.

    `tables`: those that have rows; what reads none of them is left alone. In a load they are
    temporary views of the results being loaded. Each answer becomes a temporary table first,
    which the statements after it can read.
    """
    files = _derived_from(table for table in ROWS_OF if table in tables)
    for file in files:
        name = identifier(file.name)
        con.execute(f"CREATE TEMP TABLE {name} AS {file.statement}")
        con.execute(f"INSERT INTO {PRECOMPUTED}.{name} FROM temp.main.{name}")
    for file in files:
        con.execute(f"DROP TABLE temp.main.{identifier(file.name)}")


def delete(con: duckdb.DuckDBPyConnection, replaced: str, tables: Collection[str]) -> None:
    """Remove what was derived, from rows of `tables`, of the results that `replaced` names.

    It has their job_id and aggregate_by, NULL for those of images.
    """
    for of, form in (
        (OF_VIDEOS, "old.aggregate_by = gone.aggregate_by"),
        (OF_IMAGES, "gone.aggregate_by IS NULL"),
    ):
        for file in _derived_from(table for table in of if table in tables):
            derived = f"{PRECOMPUTED}.{identifier(file.name)}"
            con.execute(
                f"DELETE FROM {derived} AS old USING {replaced} AS gone "
                f"WHERE old.job_id = gone.job_id AND {form}"
            )


def _derived_from(tables: Iterable[str]) -> list[SqlFile]:
    """The files that read one of them, or read another such file; each after those it reads.

    What reads a file without rows has none either: a failed video has its job, and no labels.
    """
    read = list(tables)
    files: list[SqlFile] = []
    empty: list[str] = []
    for file in precomputed():
        if _names(file, read) and not _names(file, empty):
            files.append(file)
            read.append(file.name)
        else:
            empty.append(file.name)
    return files


def _names(file: SqlFile, tables: Iterable[str]) -> bool:
    return any(re.search(rf"\b{name}\b", file.statement) for name in tables)


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
    for jobs in _in_batches(con):
        con.execute("CREATE TEMP TABLE these_jobs AS SELECT UNNEST(?::VARCHAR[]) AS job_id", [jobs])
        for table in READ:
            con.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM {CATALOG}.main.{table} "
                "WHERE job_id IN (SELECT job_id FROM temp.main.these_jobs)"
            )
        compute(con)
        for table in READ:
            con.execute(f"DROP VIEW temp.main.{table}")
        con.execute("DROP TABLE temp.main.these_jobs")


def _in_batches(con: duckdb.DuckDBPyConnection) -> Iterator[list[str]]:
    """The jobs that have rows, of videos or images, each once, some at a time."""
    rows = " UNION ALL ".join(f"SELECT job_id FROM {CATALOG}.main.{table}" for table in ROWS_OF)
    query = f"SELECT job_id, COUNT(*) FROM ({rows}) GROUP BY job_id"
    batch: list[str] = []
    labels = 0
    for job_id, count in con.execute(query).fetchall():
        if batch and labels + count > LABELS_AT_ONCE:
            yield batch
            batch, labels = [], 0
        batch.append(job_id)
        labels += count
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
