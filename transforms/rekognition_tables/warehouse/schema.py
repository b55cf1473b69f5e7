"""What an attached warehouse holds besides rows: its tables, the lock row, its views."""

from __future__ import annotations

import hashlib
import uuid

import duckdb

from rekognition_tables.errors import SchemaMismatch
from rekognition_tables.operations.tables import SETTINGS_TABLES, TABLES, SettingsTable, Table
from rekognition_tables.warehouse import precomputed
from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.ddl import (
    add_column,
    create_table,
    create_tables,
    identifier,
    literal,
)
from rekognition_tables.warehouse.sql_files import read, views, views_digest

# Of what loads keep for themselves: a warehouse of another one is built again from the commits.
# What its tables mean has versions of its own: `schema_version` in rekognition_tables.operations.
WAREHOUSE_VERSION = 2


def found_version(con: duckdb.DuckDBPyConnection, warehouse: object) -> int | None:
    """The version of an attached warehouse; None when it is empty.

    SchemaMismatch, with the name of `warehouse`, when it holds tables that are none of ours, or
    those of a later version.
    """
    query = (
        "SELECT table_name, schema_name FROM duckdb_tables() "
        "WHERE database_name = ? AND NOT internal"
    )
    there = dict(con.execute(query, [CATALOG]).fetchall())
    if not there:
        return None
    if "load_lock" not in there:
        raise SchemaMismatch(
            f"{warehouse} holds tables that are not of a warehouse.",
            path=str(warehouse),
            advice="Set REKOGNITION_WAREHOUSE_URI to another path.",
        )
    lock = f"{CATALOG}.{identifier(there['load_lock'])}.load_lock"  # in `main` up to version 1
    (version,) = con.execute(f"SELECT schema_version FROM {lock}").fetchall()[0]
    if version > WAREHOUSE_VERSION:
        raise SchemaMismatch(
            f"{warehouse} has version {version}; this program knows {WAREHOUSE_VERSION}.",
            found=version,
            expected=WAREHOUSE_VERSION,
            path=str(warehouse),
            advice="Load it with the program that wrote it, or a newer one.",
        )
    return int(version)


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table, the lock row and the views in an empty warehouse, all or none."""
    con.execute("BEGIN")
    for statement in create_tables():
        con.execute(statement)
    con.execute(read("load", "create_load_lock").statement)
    con.execute(read("load", "create_commit_marks").statement)
    con.execute(
        "INSERT INTO internal.load_lock VALUES (?, ?, NULL)", [WAREHOUSE_VERSION, uuid.uuid4().hex]
    )
    refresh_views(con)
    con.execute("COMMIT")


def take_in_old_lock(con: duckdb.DuckDBPyConnection) -> None:
    """Move the lock row of a lake of version 1 out of the readers' schema, in one piece.

    A loader of that version that is at work conflicts with it, and tries again.
    """
    if "load_lock" not in _names_of(con, "TABLE"):
        return
    con.execute("BEGIN")
    con.execute("CREATE SCHEMA IF NOT EXISTS internal")
    con.execute(read("load", "create_load_lock").statement)
    con.execute("INSERT INTO internal.load_lock FROM main.load_lock")
    con.execute("DROP TABLE main.load_lock")
    con.execute("COMMIT")


def recreate_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Every table and view anew and empty, whatever version there was. Opens no transaction."""
    mine = {*TABLES, *SETTINGS_TABLES, "commit_marks", *(view.name for view in views())}
    for kind in ("VIEW", "TABLE"):
        for name in _names_of(con, kind):
            if name in mine:
                con.execute(f"DROP {kind} {CATALOG}.main.{identifier(name)}")
    for name in ("commit_marks", "unlanded_jobs"):
        con.execute(f"DROP TABLE IF EXISTS {CATALOG}.internal.{name}")
    precomputed.drop(con)
    for statement in create_tables():
        con.execute(statement)
    con.execute(
        f"UPDATE {CATALOG}.internal.load_lock SET schema_version = ?, views_digest = NULL",
        [WAREHOUSE_VERSION],
    )


def _names_of(con: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    """The views or tables of the warehouse's schema `main`."""
    query = (
        f"SELECT {kind.lower()}_name FROM duckdb_{kind.lower()}s() "
        "WHERE database_name = ? AND schema_name = 'main' AND NOT internal"
    )
    return {str(name) for (name,) in con.execute(query, [CATALOG]).fetchall()}


def refresh_views(con: duckdb.DuckDBPyConnection) -> bool:
    """Add what is new in tables, and make views and precomputed tables again: True if so.

    Only when a schema or a file of sql/ has changed. Opens no transaction. Views whose file is gone
    are dropped.
    """
    digest = _digest()
    (found,) = con.execute(f"SELECT views_digest FROM {CATALOG}.internal.load_lock").fetchall()[0]
    if found == digest:
        return False
    for name in _names_of(con, "VIEW") - {view.name for view in views()}:
        con.execute(f"DROP VIEW {CATALOG}.main.{identifier(name)}")
    _add_what_is_new(con)
    precomputed.recreate(con)
    for view in views():
        name = identifier(view.name)
        con.execute(f"CREATE OR REPLACE VIEW {name} AS {view.statement}")
        con.execute(f"COMMENT ON VIEW {name} IS {literal(view.about)}")
    con.execute(f"UPDATE {CATALOG}.internal.load_lock SET views_digest = ?", [digest])
    return True


def _digest() -> str:
    """Changes whenever a table, a view or what is precomputed does."""
    return hashlib.sha256("\0".join([*create_tables(), views_digest()]).encode()).hexdigest()


def _add_what_is_new(con: duckdb.DuckDBPyConnection) -> None:
    """Tables and columns that this program knows and the warehouse does not have yet."""
    query = (
        "SELECT table_name, LIST(column_name) FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = 'main' AND NOT internal GROUP BY table_name"
    )
    there: dict[str, list[str]] = dict(con.execute(query, [CATALOG]).fetchall())
    tables: list[Table | SettingsTable] = [*TABLES.values(), *SETTINGS_TABLES.values()]
    for table in tables:
        created, *comments = create_table(table)
        if table.name not in there:
            con.execute(created)
        for one in table.columns:
            if one.name not in there.get(table.name, table.names):
                con.execute(add_column(table, one))
        for statement in comments:
            con.execute(statement)
