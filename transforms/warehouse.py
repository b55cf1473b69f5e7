"""Load what is committed into the warehouse, exactly once, and publish it for readers.

A load is one transaction: it updates the one row of `load_lock`, deletes and inserts by result,
writes the ledger `loads`, runs sql/checks, and commits all tables or none. One lock file covers
load, check and publish (`transforms.warehouse_lock`).
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from transforms.commits import Commit, commits
from transforms.committed_files import fetch, sources
from transforms.errors import IncompleteResults, SchemaMismatch
from transforms.layout import Layout, ResultKey
from transforms.loading import fingerprint, in_batches, in_ledger, replace_results, run_checks
from transforms.publish import is_current, put_copy
from transforms.sql_files import read
from transforms.tables import SCHEMA_VERSION
from transforms.warehouse_connection import (
    CATALOG,
    create_schema,
    found_version,
    opened,
    refresh_views,
)
from transforms.warehouse_lock import warehouse_lock

LOCK_TIMEOUT = 600.0  # seconds; the default of REKOGNITION_LOCK_TIMEOUT
TRIES = 5  # of a load that results are flattened under
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LoadReport:
    """What one load did.

    `loaded`: results whose rows are in the tables now and were not, or not so, before;
    `held_back`: those that got a ledger row only; `row_counts`: rows written, by table;
    `published`: the file for readers, None when the load was not asked to publish.
    """

    loaded: tuple[ResultKey, ...] = ()
    held_back: tuple[ResultKey, ...] = ()
    row_counts: dict[str, int] = field(default_factory=dict)
    published: Path | None = None


def load(
    layout: Layout,
    warehouse: Path | str,
    *,
    everything: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    progress: Progress | None = None,
) -> LoadReport:
    """Take every committed result that is not loaded as it stands into the warehouse.

    `everything` builds a new file from all commits and swaps it in; so does a warehouse of an
    older schema version. `progress(done, total)` counts results.

    Errors: WarehouseLocked after `lock_timeout` seconds; IncompleteResults when a Parquet file is
    not what its commit says; SchemaMismatch for commits or a file of another version;
    ReconciliationFailed when a check finds something. After each the warehouse is as it was.
    """
    path = warehouse_file(warehouse)
    with warehouse_lock(path, lock_timeout):
        return _load(layout, path, everything, lock_timeout, progress)


def publish(
    warehouse: Path | str, published: Path | str, *, lock_timeout: float = LOCK_TIMEOUT
) -> Path:
    """Put a copy of the warehouse at `published`. FileNotFoundError: nothing was ever loaded."""
    path = warehouse_file(warehouse)
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: run `rekognition-results load` first.")
    with warehouse_lock(path, lock_timeout):
        with opened(path, lock_timeout):
            pass  # takes in what a killed loader left in the write-ahead log
        put_copy(path, Path(published))
    return Path(published)


def load_and_publish(
    layout: Layout,
    warehouse: Path | str,
    published: Path | str,
    *,
    everything: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    progress: Progress | None = None,
) -> LoadReport:
    """`load`, then publish once, under one lock. A published file that is current is left alone."""
    path = warehouse_file(warehouse)
    with warehouse_lock(path, lock_timeout):
        report = _load(layout, path, everything, lock_timeout, progress)
        with opened(path, lock_timeout) as con:
            last = _last_load(con)
        if not is_current(last, Path(published)):
            put_copy(path, Path(published))
    return replace(report, published=Path(published))


def warehouse_file(warehouse: Path | str) -> Path:
    """The warehouse's file. ValueError for anything but a path on this machine."""
    text = str(warehouse).removeprefix("file://")
    if ":" in text.partition("/")[0]:
        raise ValueError(
            f"{text} is no path on this machine: set REKOGNITION_WAREHOUSE_URI to a DuckDB file."
        )
    return Path(text).absolute()


def _load(
    layout: Layout, path: Path, everything: bool, timeout: float, progress: Progress | None
) -> LoadReport:
    """The caller holds the lock.

    A result that is flattened again meanwhile does not fit the commit that was read: read anew.
    """
    _clear_leftovers(path)
    for _ in range(TRIES - 1):
        wanted = list(commits(layout))
        try:
            return _load_commits(layout, path, wanted, everything, timeout, progress)
        except IncompleteResults:
            time.sleep(random.uniform(0.5, 1.5))
            if list(commits(layout)) == wanted:
                raise
    return _load_commits(layout, path, list(commits(layout)), everything, timeout, progress)


def _load_commits(
    layout: Layout,
    path: Path,
    wanted: list[Commit],
    everything: bool,
    timeout: float,
    progress: Progress | None,
) -> LoadReport:
    _refuse_other_versions(wanted)
    if not everything:
        with opened(path, timeout) as con:
            version = found_version(con, path)
            if version is None:
                create_schema(con)
            if version in (None, SCHEMA_VERSION):
                return _load_pending(con, layout, path, wanted, progress)
    return _rebuild(layout, path, wanted, timeout, progress)


def _rebuild(
    layout: Layout, path: Path, wanted: list[Commit], timeout: float, progress: Progress | None
) -> LoadReport:
    """A new file from all commits, swapped in when it is whole."""
    building = _building(path)
    with opened(building, timeout) as con:
        create_schema(con)
        report = _load_pending(con, layout, path, wanted, progress)
    # First the old log: it must never be replayed on the new file. The old file without it is
    # whole too, only older, and the next load brings it up to date.
    _write_ahead_log(path).unlink(missing_ok=True)
    building.replace(path)
    return report


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
    """How folders for files of a remote results root begin; they go after each batch."""
    return f".{path.name}.fetched-"


def _building(path: Path) -> Path:
    return path.with_name(path.name + ".building")


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _load_pending(
    con: duckdb.DuckDBPyConnection,
    layout: Layout,
    path: Path,
    wanted: list[Commit],
    progress: Progress | None,
) -> LoadReport:
    """One transaction: what of `wanted` is not in the ledger as it stands."""
    con.execute("BEGIN")
    try:
        con.execute(read("load", "take_load_lock").statement)
        there = in_ledger(con)
        pending = [one for one in wanted if there.get(one.key) != fingerprint(one)]
        if not refresh_views(con) and not pending:
            con.execute("ROLLBACK")  # nothing to say: the published file stays current
            return LoadReport()
        report = _load_batches(con, layout, path, pending, set(there), progress)
    except BaseException:
        with suppress(duckdb.Error):  # a failed statement may have ended the transaction
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")
    return report


def _load_batches(
    con: duckdb.DuckDBPyConnection,
    layout: Layout,
    path: Path,
    pending: Sequence[Commit],
    there: set[ResultKey],
    progress: Progress | None,
) -> LoadReport:
    loaded_at = datetime.now(UTC)
    counts: Counter[str] = Counter()
    done = 0
    for batch in in_batches(pending):
        with TemporaryDirectory(dir=path.parent, prefix=_fetched(path)) as folder:
            files = fetch(layout, [one for one in batch if not one.held_back], Path(folder))
            with sources(con, files) as found:
                counts.update(replace_results(con, batch, found, there, loaded_at))
                run_checks(con, found)
        done += len(batch)
        if progress:
            progress(done, len(pending))
    return LoadReport(
        tuple(one.key for one in pending if not one.held_back),
        tuple(one.key for one in pending if one.held_back),
        dict(counts),
    )


def _last_load(con: duckdb.DuckDBPyConnection) -> str:
    (last,) = con.execute(f"SELECT load_id FROM {CATALOG}.load_lock").fetchall()[0]
    return str(last)


def _refuse_other_versions(wanted: Sequence[Commit]) -> None:
    for commit in wanted:
        if commit.schema_version != SCHEMA_VERSION:
            raise SchemaMismatch(
                f"{commit.key.operation} {commit.key.name} was flattened to schema version "
                f"{commit.schema_version}; these tables have {SCHEMA_VERSION}.",
                found=commit.schema_version,
                expected=SCHEMA_VERSION,
                advice="Flatten it again from the landing zone: `rekognition-results flatten`.",
            )
