"""What each column of a view means: from its header, or from the schema it is taken from.

A header in sql/*/views explains the columns that its view makes, `operations` all others:
nothing is said twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from rekognition_tables.operations.tables import TABLES
from rekognition_tables.warehouse.ddl import (
    DUCKDB_TYPES,
    PRECOMPUTED,
    create_tables,
    identifier,
    precomputed_tables,
)
from rekognition_tables.warehouse.sql_files import SqlFile, precomputed, views


@dataclass(frozen=True)
class ViewColumn:
    """`kind` is DuckDB's type; `meaning` is None where neither header nor schema tells one."""

    name: str
    kind: str
    meaning: str | None


def view_columns() -> dict[str, list[ViewColumn]]:
    """The columns of every view, by its name, in order of the views."""
    read: dict[str, list[str]] = {}
    for file in precomputed():
        read[f"{PRECOMPUTED}.{file.name}"] = _tables_of(file, read)
    found = {}
    with duckdb.connect(":memory:") as con:
        for statement in (*create_tables(), *precomputed_tables()):
            con.execute(statement)
        for view in views():
            con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
            tables = read[view.name] = _tables_of(view, read)
            described = con.execute(f"DESCRIBE {identifier(view.name)}").fetchall()
            found[view.name] = [
                ViewColumn(name, kind, view.columns.get(name) or _of_schema(name, kind, tables))
                for name, kind, *_ in described
            ]
    return found


def _tables_of(file: SqlFile, read: dict[str, list[str]]) -> list[str]:
    """The tables that a view stands on, by way of others too, as its SQL names them.

    `read` has those of the views and precomputed tables before it.
    """
    found: list[str] = []
    for name in re.findall(rf"\b(?:FROM|JOIN)\s+((?:{PRECOMPUTED}\.)?\w+)", file.statement):
        known = [name] if name in TABLES else read.get(name, read.get(f"{PRECOMPUTED}.{name}", []))
        found += known
    return list(dict.fromkeys(found))


def _of_schema(name: str, kind: str, tables: list[str]) -> str | None:
    """What the schemas say of a column that a view takes as it is.

    None where two of the view's tables have such a column and say different things.
    """
    said = {
        TABLES[table].column(name).explained
        for table in tables
        if name in TABLES[table].names and DUCKDB_TYPES[TABLES[table].column(name).kind] == kind
    }
    return said.pop() if len(said) == 1 else None
