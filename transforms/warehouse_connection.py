"""The loader's connection: an in-memory DuckDB with the warehouse attached as `warehouse`.

In memory, because a process that keeps overlapping connections to one path goes on seeing the old
file after a swap; attached, because STORAGE_VERSION keeps the file readable for older clients.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from transforms.ddl import create_tables, identifier, literal
from transforms.errors import ResultsError, SchemaMismatch, WarehouseLocked
from transforms.sql_files import read, views, views_digest
from transforms.tables import SCHEMA_VERSION

CATALOG = "warehouse"
STORAGE_VERSION = "v1.0.0"  # opens in every DuckDB since 1.0
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,  # nothing is downloaded when a task runs
    "autoload_known_extensions": False,
}
MEMORY_LIMIT = "700MB"  # of a load: leaves room under 1 GB for Arrow and Python
LOCKED = re.compile(r"Conflicting lock is held|Unique file handle conflict")
HOLDER = re.compile(r"\(PID (\d+)\)")


def in_memory(spill: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory connection in UTC that spills to `spill`; its default is the current folder."""
    con = duckdb.connect(":memory:", config={**CONFIG, "temp_directory": str(spill)})
    con.execute("SET TimeZone = 'UTC'")
    return con


def gist(error: duckdb.Error) -> str:
    """The first line of what DuckDB says; hints and the statement come after it."""
    return str(error).strip().partition("\n")[0].rstrip(".!")


@contextmanager
def opened(warehouse: Path, timeout: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for writing, made when it is not there; checkpointed and closed after.

    WarehouseLocked when another program has the file open for longer than `timeout` seconds;
    SchemaMismatch when the file is no DuckDB database; ResultsError when DuckDB fails, as on a
    full disk.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    con = in_memory(warehouse.with_name(warehouse.name + ".tmp"))
    try:
        con.execute(f"SET memory_limit = {literal(MEMORY_LIMIT)}")
        _attach(con, warehouse, timeout)
        con.execute(f"USE {CATALOG}")
        yield con
        con.execute(f"CHECKPOINT {CATALOG}")
    except duckdb.Error as error:
        raise ResultsError(
            f"DuckDB could not load into {warehouse}: {gist(error)}.",
            path=str(warehouse),
            advice="What was loaded before is untouched. Mend the cause, then load again.",
        ) from error
    finally:
        con.close()


@contextmanager
def read_only(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file for reading. FileNotFoundError when nothing is published.

    ResultsError when DuckDB cannot open or read it.
    """
    if not database.exists():
        raise FileNotFoundError(
            f"{database} is not there: run `rekognition-results load` to publish it."
        )
    con = in_memory(Path(tempfile.gettempdir()) / f"rekognition-{os.getpid()}.tmp")
    try:
        con.execute(f"ATTACH {literal(str(database))} AS {CATALOG} (READ_ONLY)")
        con.execute(f"USE {CATALOG}")
        yield con
    except duckdb.Error as error:
        raise ResultsError(
            f"DuckDB could not read {database}: {gist(error)}.",
            path=str(database),
            advice="`rekognition-results publish` puts a new copy there.",
        ) from error
    finally:
        con.close()


def _attach(con: duckdb.DuckDBPyConnection, warehouse: Path, timeout: float) -> None:
    """Attach, waiting with jitter while somebody outside our lock has the file open."""
    options = f"STORAGE_VERSION {literal(STORAGE_VERSION)}"
    statement = f"ATTACH {literal(str(warehouse))} AS {CATALOG} ({options})"
    until = time.monotonic() + timeout
    while True:
        try:
            con.execute(statement)
            return
        except duckdb.Error as error:
            if not LOCKED.search(str(error)):
                raise SchemaMismatch(
                    f"{warehouse} does not open as a DuckDB database: {gist(error)}.",
                    path=str(warehouse),
                    advice="If it is damaged, `rekognition-results load --all` builds it anew.",
                ) from error
            left = until - time.monotonic()
            if left <= 0:
                raise _locked(warehouse, str(error)) from error
            time.sleep(min(left, random.uniform(0.05, 0.5)))


def _locked(warehouse: Path, error: str) -> WarehouseLocked:
    told = HOLDER.search(error)
    pid = int(told[1]) if told else os.getpid()
    return WarehouseLocked(
        f"{warehouse} is open in process {pid}, outside the loader.", path=str(warehouse), pid=pid
    )


def found_version(con: duckdb.DuckDBPyConnection, warehouse: Path) -> int | None:
    """The schema version of an attached warehouse; None when it is empty.

    SchemaMismatch when it holds tables that are none of ours, or those of a later version.
    """
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal"
    there = {name for (name,) in con.execute(query, [CATALOG]).fetchall()}
    if not there:
        return None
    if "load_lock" not in there:
        raise SchemaMismatch(
            f"{warehouse} holds tables that are not of a warehouse.",
            path=str(warehouse),
            advice="Set REKOGNITION_WAREHOUSE_URI to another path.",
        )
    (version,) = con.execute(f"SELECT schema_version FROM {CATALOG}.load_lock").fetchall()[0]
    if version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"{warehouse} has schema version {version}; this program knows {SCHEMA_VERSION}.",
            found=version,
            expected=SCHEMA_VERSION,
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
    con.execute("INSERT INTO load_lock VALUES (?, ?, NULL)", [SCHEMA_VERSION, uuid.uuid4().hex])
    refresh_views(con)
    con.execute("COMMIT")


def refresh_views(con: duckdb.DuckDBPyConnection) -> bool:
    """Write the views anew if their files have changed: True then. Opens no transaction."""
    digest = views_digest()
    (found,) = con.execute(f"SELECT views_digest FROM {CATALOG}.load_lock").fetchall()[0]
    if found == digest:
        return False
    for view in views():
        name = identifier(view.name)
        con.execute(f"CREATE OR REPLACE VIEW {name} AS {view.statement}")
        con.execute(f"COMMENT ON VIEW {name} IS {literal(view.about)}")
    con.execute(f"UPDATE {CATALOG}.load_lock SET views_digest = ?", [digest])
    return True
