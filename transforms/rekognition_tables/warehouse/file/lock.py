"""One lock file of ours covers load, check and publish: DuckDB's own is lost too easily.

`flock` belongs to the open file, not to the process, so two threads exclude each other too. The
file is never removed: a waiter that holds the removed one and a newcomer that makes it anew would
both get in.
"""

from __future__ import annotations

import fcntl
import logging
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rekognition_tables.errors import WarehouseLocked

log = logging.getLogger(__name__)
LONGEST_PAUSE = 1.0  # seconds between two tries; a load takes about as long


def lock_path(warehouse: Path) -> Path:
    return warehouse.with_name(warehouse.name + ".lock")


@contextmanager
def warehouse_lock(warehouse: Path, timeout: float) -> Iterator[None]:
    """Hold the warehouse for this block.

    WarehouseLocked, with `path` and `pid` of the holder, after `timeout` seconds of waiting.
    """
    path = lock_path(warehouse)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _wait_for(handle, path, timeout)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)  # lets go of the lock


def _wait_for(handle: int, path: Path, timeout: float) -> None:
    until = time.monotonic() + timeout
    pause, said = 0.01, False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            left = until - time.monotonic()
            if left <= 0:
                raise _locked(handle, path, timeout) from None
            if not said and pause >= LONGEST_PAUSE:
                said = True
                log.info("%s is held by %s: waiting.", path, _holder(handle)[0])
            time.sleep(min(left, pause * random.uniform(0.5, 1.5)))
            pause = min(pause * 2, LONGEST_PAUSE)


def _locked(handle: int, path: Path, timeout: float) -> WarehouseLocked:
    holder, pid = _holder(handle)
    return WarehouseLocked(
        f"{path} has been held by {holder} for {timeout:g} seconds.", path=str(path), pid=pid
    )


def _holder(handle: int) -> tuple[str, int | None]:
    """Who holds the lock, as a sentence names it, and its process id if it is known."""
    told = os.pread(handle, 32, 0).decode().strip()
    pid = int(told) if told.isdigit() else None
    return (f"process {pid}" if pid else "another process"), pid
