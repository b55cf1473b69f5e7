"""Loaders of a lake take turns, so that none of them works for hours and loses at its commit.

What keeps a result from standing twice is the row of `internal.load_lock`; this only saves work.
The turn ends with its process: SQLite's is a lock file beside the catalog, PostgreSQL's an advisory
lock of a transaction that is open for as long.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from rekognition_tables.errors import WarehouseLocked
from rekognition_tables.warehouse.connection import CATALOG
from rekognition_tables.warehouse.ddl import literal
from rekognition_tables.warehouse.file.lock import warehouse_lock
from rekognition_tables.warehouse.lake.ducklake import DuckLake

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('rekognition-results load'))"
TRY = f"SELECT * FROM postgres_query('__ducklake_metadata_{CATALOG}', {literal(LOCK)})"
PAUSE = 0.5  # seconds between two tries, at most


@contextmanager
def turn(con: duckdb.DuckDBPyConnection, lake: DuckLake, timeout: float) -> Iterator[None]:
    """This loader's turn for the block. WarehouseLocked after `timeout` seconds of waiting."""
    if lake.catalog_file:
        with warehouse_lock(lake.catalog_file, timeout):
            yield
        return
    holder = con.cursor()  # a connection, and so a transaction, of its own
    try:
        _wait_for(holder, lake, timeout)
        yield
    finally:
        with suppress(duckdb.Error):  # the server may have ended it
            holder.close()


def _wait_for(holder: duckdb.DuckDBPyConnection, lake: DuckLake, timeout: float) -> None:
    until = time.monotonic() + timeout
    while True:
        holder.execute("BEGIN")
        ((mine,),) = holder.execute(TRY).fetchall()
        if mine:
            return
        holder.execute("ROLLBACK")
        left = until - time.monotonic()
        if left <= 0:
            raise WarehouseLocked(
                f"Another loader has been at work in {lake} for {timeout:g} seconds.",
                path=str(lake),
                pid=None,
                advice="Wait for it to end, or stop it, and load again: nothing was changed.",
            )
        time.sleep(min(left, random.uniform(0.05, PAUSE)))
