"""Connections: an in-memory DuckDB with the warehouse attached as `warehouse`.

In memory, because a process that keeps overlapping connections to one path goes on seeing the old
file after a swap; attached, because STORAGE_VERSION keeps the file readable for older clients, and
because a DuckLake can be nothing else.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from rekognition_tables import own_folders
from rekognition_tables.errors import ResultsError, SchemaMismatch, WarehouseLocked
from rekognition_tables.warehouse.ddl import literal
from rekognition_tables.warehouse.file.stray_logs import refuse_stray_logs
from rekognition_tables.warehouse.lake.connection import attach_lake, gist, lost
from rekognition_tables.warehouse.lake.ducklake import DuckLake

CATALOG = "warehouse"  # the name under which connections know the warehouse
STORAGE_VERSION = "v1.0.0"  # the oldest there is: as many clients as can be open it
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,  # nothing is downloaded when a task runs
    "autoload_known_extensions": False,
}
MEMORY_LIMIT = "700MB"  # of a load: leaves room under 1 GB for Arrow and Python
BUILDING = ".building"  # ends the name of a file that takes the warehouse's place
SPILL = "rekognition-spill-"  # how folders begin to which readers, and loads of a lake, spill
LOCKED = re.compile(r"Conflicting lock is held|Unique file handle conflict")
HOLDER = re.compile(r"\(PID (\d+)\)")


def in_memory(spill: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory connection in UTC that spills to `spill`; its default is the current folder."""
    con = duckdb.connect(":memory:", config={**CONFIG, "temp_directory": str(spill)})
    con.execute("SET TimeZone = 'UTC'")
    return con


@contextmanager
def opened(warehouse: Path | DuckLake, timeout: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for writing, made when it is not there; a file is checkpointed after.

    WarehouseLocked when another program has the file open for longer than `timeout` seconds, or
    another transaction was first in the lake; SchemaMismatch when the file is no DuckDB database;
    ResultsError when DuckDB fails, as on a full disk.
    """
    spill = _spill(warehouse)
    con = in_memory(spill)
    try:
        con.execute(f"SET memory_limit = {literal(MEMORY_LIMIT)}")
        if isinstance(warehouse, DuckLake):
            attach_lake(con, warehouse, CATALOG, read_only=False)
        else:
            _attach_file(con, warehouse, timeout)
        con.execute(f"USE {CATALOG}")
        yield con
        if isinstance(warehouse, Path):
            con.execute(f"CHECKPOINT {CATALOG}")
    except duckdb.Error as error:
        told = ResultsError(
            f"DuckDB could not load into {warehouse}: {gist(error)}.",
            path=str(warehouse),
            advice="What was loaded before is untouched. Mend the cause, then load again.",
        )
        if isinstance(warehouse, Path):
            raise told from error
        # `from None`: what PostgreSQL's client says can hold the whole connection string
        raise (lost(warehouse, error) or told) from None
    finally:
        con.close()
        own_folders.remove(spill)


@contextmanager
def read_only(source: Path | DuckLake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file or a lake for reading. FileNotFoundError when nothing was ever loaded.

    ResultsError when DuckDB cannot open or read it.
    """
    if isinstance(source, Path) and not source.exists():
        raise FileNotFoundError(
            f"{source} is not there: run `rekognition-results load` to publish it."
        )
    spill = own_folders.make(SPILL)
    con = in_memory(spill)
    try:
        attach_read_only(con, source)
        yield con
    except duckdb.Error as error:
        told = ResultsError(
            f"DuckDB could not read {source}: {gist(error)}.",
            path=str(source),
            advice="`rekognition-results publish` puts a new copy there.",
        )
        if isinstance(source, Path):
            raise told from error
        told.advice = "See whether its catalog and its data can be reached from here."
        raise told from None
    finally:
        con.close()
        own_folders.remove(spill)


def attach_read_only(con: duckdb.DuckDBPyConnection, source: Path | DuckLake) -> None:
    """Make what readers open the database that `con` asks. Errors are DuckDB's.

    ResultsError when a log beside a published file would change what it shows.
    """
    if isinstance(source, DuckLake):
        attach_lake(con, source, CATALOG, read_only=True)
    else:
        refuse_stray_logs(source)
        con.execute(f"ATTACH {literal(str(source))} AS {CATALOG} (READ_ONLY)")
    con.execute(f"USE {CATALOG}")


def _spill(warehouse: Path | DuckLake) -> Path:
    if isinstance(warehouse, Path):
        # One loader at a time has the warehouse, also while it builds a new one beside it.
        name = warehouse.name.removesuffix(BUILDING)
        return own_folders.make(f".{name}.spill-", warehouse.parent, young=0)
    return own_folders.make(SPILL)


def _attach_file(con: duckdb.DuckDBPyConnection, warehouse: Path, timeout: float) -> None:
    """Attach, waiting with jitter while somebody outside our lock has the file open."""
    if "?" in str(warehouse):  # DuckDB puts the log's .wal before the first one, wherever that is
        raise ResultsError(
            f"{warehouse} has a ? in its path, and DuckDB cannot write to such a file.",
            path=str(warehouse),
            advice="Set REKOGNITION_WAREHOUSE_URI to a path without one.",
        )
    warehouse.parent.mkdir(parents=True, exist_ok=True)
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
