"""The warehouse as a DuckDB file: one loader at a time, by a lock file, and a copy for readers."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from rekognition_tables.errors import ResultsError
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.connection import BUILDING, CATALOG, opened
from rekognition_tables.warehouse.file.lock import warehouse_lock
from rekognition_tables.warehouse.file.publish import is_current, put_copy
from rekognition_tables.warehouse.file.stray_logs import remove_stray_logs
from rekognition_tables.warehouse.schema import WAREHOUSE_VERSION, create_schema, found_version
from rekognition_tables.warehouse.transaction import (
    LoadReport,
    Pending,
    Progress,
    load_pending,
    with_commits_as_they_stand,
)

log = logging.getLogger(__name__)
# What DuckDB says of a file that was cut or overwritten. One that is encrypted, or of a later
# DuckDB, or that this user may not open, does not open either, and is somebody's.
DAMAGED = re.compile(
    r"not a valid DuckDB database|Could not read enough bytes|Corrupt (database|WAL) file"
    r"|while replaying WAL"
)


def load_file(
    layout: Layout, path: Path, everything: bool, timeout: float, progress: Progress | None
) -> LoadReport:
    """Load under the lock, and do not publish."""
    with warehouse_lock(path, timeout):
        return _load(layout, path, everything, timeout, progress)


def load_and_publish_file(
    layout: Layout,
    path: Path,
    published: Path,
    everything: bool,
    timeout: float,
    progress: Progress | None,
) -> LoadReport:
    """Load, then publish once, under one lock. A published file that is current is left alone."""
    with warehouse_lock(path, timeout):
        report = _load(layout, path, everything, timeout, progress)
        with opened(path, timeout) as con:
            last = _last_load(con)
        remove_stray_logs(published)
        if not is_current(last, published):
            put_copy(path, published)
    return replace(report, published=published)


def publish_file(path: Path, published: Path, timeout: float) -> None:
    """Put a copy of the file at `published`. FileNotFoundError: nothing was ever loaded.

    SchemaMismatch when the file is not a warehouse: readers keep what they had.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: run `rekognition-results load` first.")
    with warehouse_lock(path, timeout):
        with opened(path, timeout) as con:  # takes in what a killed loader left in its log
            found_version(con, path)
        put_copy(path, published)


def _load(
    layout: Layout, path: Path, everything: bool, timeout: float, progress: Progress | None
) -> LoadReport:
    """The caller holds the lock."""

    def attempt(marks: Mapping[ResultKey, str]) -> LoadReport:
        _clear_leftovers(path)
        pending = Pending(layout, marks, path.parent, _fetched(path), progress)
        if everything and _is_damaged(path, timeout):
            report = _build(path, pending, timeout)
            _move_aside(path)
            _swap_in(path)
            return report
        with opened(path, timeout) as con:
            version = found_version(con, path)
            if version is None:
                create_schema(con)
            if version is None or (version == WAREHOUSE_VERSION and not everything):
                return load_pending(con, pending)
            # The old file stays open, so that nobody can write to it while the new one is built.
            report = _build(path, pending, timeout)
            _swap_in(path)
            return report

    return with_commits_as_they_stand(layout, attempt)


def _is_damaged(path: Path, timeout: float) -> bool:
    """True when the file cannot be used any more; errors as of a load for any other reason."""
    if not path.exists():
        return False
    try:
        with opened(path, timeout) as con:
            found_version(con, path)
    except ResultsError as error:
        if not DAMAGED.search(str(error)):
            raise
        return True
    return False


def _build(path: Path, pending: Pending, timeout: float) -> LoadReport:
    """A new file from all commits, beside the old one."""
    with opened(_building(path), timeout) as con:
        create_schema(con)
        return load_pending(con, pending)


def _swap_in(path: Path) -> None:
    """Put the new file, which is whole, in the place of the old one."""
    # First the old log: it must never be replayed on the new file. The old file without it is
    # whole too, only older, and the next load brings it up to date.
    _write_ahead_log(path).unlink(missing_ok=True)
    _building(path).replace(path)


def _move_aside(path: Path) -> None:
    """Keep a damaged file and its log, under a name that DuckDB takes for a pair, too."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    if _write_ahead_log(path).exists():
        _write_ahead_log(path).replace(_write_ahead_log(aside))
    path.replace(aside)
    log.warning("%s was damaged: it is kept as %s until you remove it.", path, aside.name)


def _clear_leftovers(path: Path) -> None:
    """Remove what loads that were killed left beside the warehouse."""
    building = _building(path)
    for leftover in (building, _write_ahead_log(building)):
        leftover.unlink(missing_ok=True)
    if path.parent.exists():
        for leftover in path.parent.iterdir():
            if leftover.name.startswith(_fetched(path)):
                shutil.rmtree(leftover)


def _fetched(path: Path) -> str:
    """How folders for files of a remote results root begin."""
    return f".{path.name}.fetched-"


def _building(path: Path) -> Path:
    return path.with_name(path.name + BUILDING)


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _last_load(con: duckdb.DuckDBPyConnection) -> str:
    (last,) = con.execute(f"SELECT load_id FROM {CATALOG}.internal.load_lock").fetchall()[0]
    return str(last)
