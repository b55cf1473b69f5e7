"""One load as one transaction, on a file or a lake: all of what is pending, or none of it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.flatten.commits import Commit, commit_marks, read_commits
from rekognition_tables.operations.settings_tables import MODERATION_TAXONOMY
from rekognition_tables.own_folders import own_folder
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse import precomputed
from rekognition_tables.warehouse.commit_marks import changed_marks, keep_marks
from rekognition_tables.warehouse.committed_files import fetch, sources
from rekognition_tables.warehouse.schema import recreate_schema, refresh_views
from rekognition_tables.warehouse.settings_tables import refresh_settings
from rekognition_tables.warehouse.sql_files import read
from rekognition_tables.warehouse.statements import (
    assert_of_these_versions,
    check_and_precompute,
    fingerprint,
    in_batches,
    in_ledger,
    replace_results,
)
from rekognition_tables.warehouse.unlanded_jobs import refresh_unlanded

TRIES = 5  # of a load that results are flattened under
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LoadReport:
    """What one load did.

    `loaded`: results whose rows are in the tables now and were not, or not so, before;
    `held_back`: those that got a ledger row only; `row_counts`: rows written, by table;
    `published`: the file for readers, None when the load was not asked to publish, or loaded a
    lake, which readers read itself.
    """

    loaded: tuple[ResultKey, ...] = ()
    held_back: tuple[ResultKey, ...] = ()
    row_counts: dict[str, int] = field(default_factory=dict)
    published: Path | None = None


@dataclass(frozen=True)
class Pending:
    """What a load looks at: `marks` names every commit.

    Files of a remote results root are copied to folders in `folder` whose names begin with
    `prefix`; they go after each batch.
    """

    layout: Layout
    marks: Mapping[ResultKey, str]
    folder: Path
    prefix: str
    progress: Progress | None = None


def with_commits_as_they_stand(
    layout: Layout, attempt: Callable[[Mapping[ResultKey, str]], LoadReport]
) -> LoadReport:
    """`attempt` with the marks of every commit.

    A result that is flattened again meanwhile does not fit the commit that was read: begin anew.
    """
    marks = commit_marks(layout)
    for _ in range(TRIES - 1):
        try:
            return attempt(marks)
        except IncompleteResults:
            time.sleep(random.uniform(0.5, 1.5))
            before, marks = marks, commit_marks(layout)
            if marks == before:
                raise
    return attempt(marks)


def load_pending(
    con: duckdb.DuckDBPyConnection, pending: Pending, *, anew: bool = False
) -> LoadReport:
    """One transaction: what of the commits is not in the ledger as it stands.

    Only commits written since the last load are read: what a load costs does not grow with them.
    `anew` empties the tables first, in the same transaction.
    """
    con.execute("BEGIN")
    try:
        con.execute(read("load", "take_load_lock").statement)
        if anew:
            recreate_schema(con)
        unread = changed_marks(con, pending.marks)
        found = list(read_commits(pending.layout, list(unread)))
        for commit in found:
            commit.assert_of_this_version()
        assert_of_these_versions(con, unread)
        changed = refresh_views(con)
        there = in_ledger(con, unread)
        new = [one for one in found if there.get(one.key) != fingerprint(one)]
        settings = refresh_settings(con, pending.layout)
        if MODERATION_TAXONOMY.name in settings:
            precomputed.recompute(con)  # categories are derived from it
        changed |= bool(settings)
        changed |= refresh_unlanded(con, pending.layout, pending.marks)
        if not changed and not unread and not anew:
            con.execute("ROLLBACK")  # nothing to say: the published file stays current
            return LoadReport()
        report = _load_batches(con, pending, new, set(there))
        keep_marks(con, unread)
    except BaseException:
        with suppress(duckdb.Error):  # a failed statement may have ended the transaction
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")
    return report


def _load_batches(
    con: duckdb.DuckDBPyConnection,
    pending: Pending,
    new: Sequence[Commit],
    there: set[ResultKey],
) -> LoadReport:
    loaded_at = datetime.now(UTC)
    counts: Counter[str] = Counter()
    done = 0
    for batch in in_batches(new):
        with own_folder(pending.prefix, pending.folder) as folder:
            shown = [one for one in batch if not one.held_back]
            with sources(con, fetch(pending.layout, shown, folder)) as found:
                counts.update(replace_results(con, batch, found, there, loaded_at))
                check_and_precompute(con, found)
        done += len(batch)
        if pending.progress:
            pending.progress(done, len(new))
    return LoadReport(
        tuple(one.key for one in new if not one.held_back),
        tuple(one.key for one in new if one.held_back),
        dict(counts),
    )
