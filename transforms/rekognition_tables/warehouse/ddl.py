"""Tables in DuckDB's words, from the Arrow schemas: NOT NULL where they say so, no primary keys.
Those of sql/precomputed have the columns of their statements.

Names and values reach SQL through `identifier` and `literal` or as parameters, never otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from rekognition_tables.operations.columns import (
    BYTES,
    COUNTS,
    DATE,
    FLAG,
    INSTANT,
    INTEGER,
    REAL,
    TEXT,
    TEXTS,
)
from rekognition_tables.operations.tables import SETTINGS_TABLES, TABLES, SettingsTable, Table
from rekognition_tables.warehouse.sql_files import precomputed, read

PRECOMPUTED = "precomputed"  # the schema of tables that are derived from the others
INTERNAL = "internal"  # the schema of what loads keep for themselves
DUCKDB_TYPES: dict[pa.DataType, str] = {
    TEXT: "VARCHAR",
    INTEGER: "BIGINT",
    REAL: "DOUBLE",
    FLAG: "BOOLEAN",
    INSTANT: "TIMESTAMP WITH TIME ZONE",
    DATE: "DATE",
    TEXTS: "VARCHAR[]",
    BYTES: "BLOB",
    COUNTS: "MAP(VARCHAR, BIGINT)",
}


def identifier(name: str) -> str:
    """`name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a string literal, for the statements that take no parameters (ATTACH, COMMENT)."""
    return "'" + text.replace("'", "''") + "'"


def detail(field: pa.Field, name: str) -> str:
    """One of a column's `comment`, `member` and `unit`; empty when it has none."""
    metadata = field.metadata or {}
    return str(metadata.get(name.encode(), b"").decode())


def comment(field: pa.Field) -> str:
    """What stands in the database beside a column: its meaning, then its unit."""
    unit = detail(field, "unit")
    return detail(field, "comment") + (f" Unit: {unit}." if unit else "")


def create_table(table: Table | SettingsTable) -> Iterator[str]:
    """The statements that make one table, with a comment on it and on each column."""
    columns = ", ".join(
        f"{identifier(field.name)} {DUCKDB_TYPES[field.type]}"
        + ("" if field.nullable else " NOT NULL")
        for field in table.schema
    )
    name = identifier(table.name)
    yield f"CREATE TABLE {name} ({columns})"
    yield f"COMMENT ON TABLE {name} IS {literal(table.about)}"
    for field in table.schema:
        yield f"COMMENT ON COLUMN {name}.{identifier(field.name)} IS {literal(comment(field))}"


def no_rows(table: Table) -> str:
    """A SELECT of every column of the table, and of no row."""
    columns = (
        f"NULL::{DUCKDB_TYPES[field.type]} AS {identifier(field.name)}" for field in table.schema
    )
    return f"SELECT {', '.join(columns)} WHERE false"


def add_column(table: Table | SettingsTable, field: pa.Field) -> str:
    """The statement that adds a column to a table with rows. ValueError: it forbids NULL."""
    if not field.nullable:
        raise ValueError(f"{table.name}.{field.name} was added later: it must allow NULL.")
    column = f"{identifier(field.name)} {DUCKDB_TYPES[field.type]}"
    return f"ALTER TABLE {identifier(table.name)} ADD COLUMN {column}"


def precomputed_tables() -> Iterator[str]:
    """The statements that make the tables of sql/precomputed, empty, beside those they read."""
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
    """The statements that make every table but those of sql/precomputed."""
    for table in TABLES.values():
        yield from create_table(table)
    for settings in SETTINGS_TABLES.values():
        yield from create_table(settings)
    yield f"CREATE SCHEMA IF NOT EXISTS {INTERNAL}"
    yield read("load", "create_unlanded_jobs").statement
