"""Tables in DuckDB's words, from the Arrow schemas: NOT NULL where they say so, no primary keys.
Those of sql/*/precomputed have the columns of their statements.

Names and values reach SQL through `identifier` and `literal` or as parameters, never otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from rekognition_tables.operations.columns import Column, Kind
from rekognition_tables.operations.tables import SETTINGS_TABLES, TABLES, SettingsTable, Table
from rekognition_tables.warehouse.sql_files import precomputed, read

PRECOMPUTED = "precomputed"  # the schema of tables that are derived from the others
INTERNAL = "internal"  # the schema of what loads keep for themselves
DUCKDB_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "date": "DATE",
    "texts": "VARCHAR[]",
    "bytes": "BLOB",
    "counts": "MAP(VARCHAR, BIGINT)",
}


def identifier(name: str) -> str:
    """`name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a string literal, for the statements that take no parameters (ATTACH, COMMENT)."""
    return "'" + text.replace("'", "''") + "'"


def create_table(table: Table | SettingsTable) -> Iterator[str]:
    """The statements that make one table, with a comment on it and on each column."""
    columns = ", ".join(
        f"{identifier(one.name)} {DUCKDB_TYPES[one.kind]}" + ("" if one.null else " NOT NULL")
        for one in table.columns
    )
    name = identifier(table.name)
    yield f"CREATE TABLE {name} ({columns})"
    yield f"COMMENT ON TABLE {name} IS {literal(table.about)}"
    for one in table.columns:
        yield f"COMMENT ON COLUMN {name}.{identifier(one.name)} IS {literal(one.explained)}"


def no_rows(table: Table) -> str:
    """A SELECT of every column of the table, and of no row."""
    columns = (f"NULL::{DUCKDB_TYPES[one.kind]} AS {identifier(one.name)}" for one in table.columns)
    return f"SELECT {', '.join(columns)} WHERE false"


def add_column(table: Table | SettingsTable, added: Column) -> str:
    """The statement that adds a column to a table with rows. ValueError: it forbids NULL."""
    if not added.null:
        raise ValueError(f"{table.name}.{added.name} was added later: it must allow NULL.")
    column = f"{identifier(added.name)} {DUCKDB_TYPES[added.kind]}"
    return f"ALTER TABLE {identifier(table.name)} ADD COLUMN {column}"


def precomputed_tables() -> Iterator[str]:
    """The statements that make the tables of sql/*/precomputed, empty, beside those they read."""
    yield f"CREATE SCHEMA IF NOT EXISTS {PRECOMPUTED}"
    for file in precomputed():
        name = identifier(file.name)
        table = f"{PRECOMPUTED}.{name}"
        # a temporary view of that name, so that the statements after this one can read it
        yield f"CREATE TEMP VIEW {name} AS {file.statement}"
        yield f"CREATE TABLE {table} AS FROM temp.main.{name} WITH NO DATA"
        yield f"COMMENT ON TABLE {table} IS {literal(file.about)}"
    for file in reversed(precomputed()):
        yield f"DROP VIEW temp.main.{identifier(file.name)}"


def create_tables() -> Iterator[str]:
    """The statements that make every table but those of sql/*/precomputed."""
    for table in TABLES.values():
        yield from create_table(table)
    for settings in SETTINGS_TABLES.values():
        yield from create_table(settings)
    yield f"CREATE SCHEMA IF NOT EXISTS {INTERNAL}"
    yield read("load", "create_unlanded_jobs").statement
