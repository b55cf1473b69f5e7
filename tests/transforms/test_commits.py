"""A commit comes back as written, holds back what does not reconcile, and can be released."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rekognition_tables.errors import SchemaMismatch
from rekognition_tables.flatten.commits import Commit, TableFile, accept, commits, read_commit
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout, ResultKey

VIDEO = ResultKey.of("label_detection", "v")
SEGMENTS = ResultKey.of("label_detection", "v", "SEGMENTS")
BULK = ResultKey.of(MEDIA_ANALYSIS, "m")
NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
FILES = (
    TableFile("labels", "tables/labels/landed_on=2026-05-01/v.parquet", 3, "a" * 64),
    TableFile("label_parents", "tables/label_parents/landed_on=2026-05-01/v.parquet", 0, "b" * 64),
)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def committed(layout: Layout, key: ResultKey = VIDEO, reason: str | None = None) -> Commit:
    commit = Commit(key, "00001", 1, NOON, NOON + timedelta(minutes=1), FILES, reason)
    commit.write(layout)
    return commit


@pytest.mark.parametrize("key", [VIDEO, SEGMENTS, BULK])
@pytest.mark.parametrize("reason", [None, "3 labels ü \u2028 instead of 4"])
def test_a_commit_comes_back_as_it_was_written(
    layout: Layout, key: ResultKey, reason: str | None
) -> None:
    commit = committed(layout, key, reason)
    assert read_commit(layout, key) == commit
    assert commit.row_counts == {"labels": 3, "label_parents": 0}


def test_a_result_that_was_never_flattened_has_no_commit(layout: Layout) -> None:
    committed(layout, SEGMENTS)
    assert read_commit(layout, VIDEO) is None


def test_what_does_not_reconcile_is_held_back_until_somebody_accepts_it(layout: Layout) -> None:
    held = committed(layout, reason="one label is missing")
    assert (held.reconciled, held.held_back) == (False, True)
    before = datetime.now(UTC)
    released = accept(layout, VIDEO, "  the tail is black frames \n")
    assert (released.reconciled, released.held_back) == (False, False)
    assert released.accepted
    assert released.accepted.reason == "the tail is black frames"
    assert before <= released.accepted.at <= datetime.now(UTC)
    assert read_commit(layout, VIDEO) == released
    assert replace(released, accepted=None) == held


def test_what_reconciles_is_not_held_back(layout: Layout) -> None:
    commit = committed(layout)
    assert (commit.reconciled, commit.held_back) == (True, False)


@pytest.mark.parametrize(
    "key, reason, said",
    [
        (VIDEO, " \n", "Say why"),
        (SEGMENTS, "fine", "Nothing is committed for label_detection v.segments"),
        (BULK, "fine", "media_analysis m reconciles"),
    ],
)
def test_accepting_without_a_cause_changes_nothing(
    layout: Layout, key: ResultKey, reason: str, said: str
) -> None:
    held, whole = committed(layout, VIDEO, "odd"), committed(layout, BULK)
    with pytest.raises(ValueError, match=said):
        accept(layout, key, reason)
    assert (read_commit(layout, VIDEO), read_commit(layout, BULK)) == (held, whole)


def test_commits_come_in_order_of_operation_and_name(layout: Layout) -> None:
    for key in (VIDEO, BULK, SEGMENTS):
        committed(layout, key)
    (Path(layout.commits("label_detection")) / ".v.json.tmp").write_bytes(b"half a comm")
    (Path(layout.commits("label_detection")) / "notes.txt").write_bytes(b"")
    assert [commit.key for commit in commits(layout)] == [BULK, VIDEO, SEGMENTS]
    assert [commit.key for commit in commits(layout, (MEDIA_ANALYSIS,))] == [BULK]


def test_there_are_no_commits_in_an_empty_root(layout: Layout) -> None:
    assert list(commits(layout)) == []


@pytest.mark.parametrize("member", ["accepted", "files", "key", "landed_at", "schema_version"])
def test_a_commit_that_lacks_a_member_is_of_another_version(layout: Layout, member: str) -> None:
    committed(layout)
    path = layout.commit(VIDEO)
    told = json.loads(path.read_bytes())
    del told[member]
    path.write_bytes(json.dumps(told).encode())
    with pytest.raises(SchemaMismatch, match=member) as raised:
        read_commit(layout, VIDEO)
    assert raised.value.path == str(path)


@pytest.mark.parametrize("cut", [0, 1, 50, -1])
def test_a_damaged_commit_is_named(layout: Layout, cut: int) -> None:
    committed(layout)
    path = layout.commit(VIDEO)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SchemaMismatch, match=r"label_detection/v\.json is no commit"):
        read_commit(layout, VIDEO)
