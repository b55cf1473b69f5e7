"""A flatten's files and commit: the same bytes give the same names and rows."""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from landed import (
    IMAGES,
    JOB,
    VIDEO,
    described,
    image,
    label,
    land_manifest,
    land_pages,
    land_video,
    page,
    rows,
    summarized,
)

from rekognition_tables.errors import IncompleteResults, QuarantineLimit
from rekognition_tables.flatten.commits import accept, read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import ABANDONED, SUCCESS, Attempt
from rekognition_tables.operations.tables import TABLES, written_by
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def files(layout: Layout, folder: str = "tables") -> dict[str, bytes]:
    """Every file under a folder of the results root, hidden ones too."""
    root = Path(str(layout.root))
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in (root / folder).rglob("*")
        if path.is_file()
    }


def landed_on(attempt: Attempt, day: str) -> None:
    """Put an attempt on another day."""
    success = Path(str(attempt.path)) / SUCCESS
    told = json.loads(success.read_bytes())
    success.write_text(json.dumps({**told, "landed_at": f"{day}T12:00:00+00:00"}))


@pytest.mark.parametrize("key", [VIDEO, IMAGES])
def test_every_table_of_the_operation_has_a_file_with_its_schema(
    layout: Layout, key: ResultKey
) -> None:
    land_video(layout, [])
    land_manifest(layout, [])
    commit = flatten(layout, key)
    assert [file.table for file in commit.files] == [
        table.name for table in written_by(key.operation)
    ]
    for file in commit.files:
        found = pq.read_table(str(layout.root / file.path))
        schema = TABLES[file.table].schema
        assert found.schema.equals(schema)
        assert [field.metadata for field in found.schema] == [field.metadata for field in schema]
        assert [field.nullable for field in found.schema] == [field.nullable for field in schema]
        assert found.num_rows == file.rows
    assert read_commit(layout, key) == commit


def test_flattening_again_gives_the_same_files(layout: Layout) -> None:
    land_pages(layout, [page([label("A", New=1)], NextToken="1"), page([label("B"), None])])
    first = flatten(layout, VIDEO, quarantine_limit=0.5)
    before = files(layout)
    again = flatten(layout, VIDEO, quarantine_limit=0.5)
    assert files(layout) == before
    assert again.files == first.files
    assert (again.attempt, again.landed_at) == (first.attempt, first.landed_at)


def test_nothing_landed_whole_is_incomplete(layout: Layout) -> None:
    with pytest.raises(IncompleteResults, match="Nothing is landed whole"):
        flatten(layout, VIDEO)


def test_a_part_that_changed_after_landing_is_incomplete(layout: Layout) -> None:
    attempt = land_video(layout, [label()])
    part = Path(str(attempt.path)) / "pages-00000.jsonl.zst"
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(IncompleteResults, match="checksum"):
        flatten(layout, VIDEO)


@pytest.mark.parametrize("reason", ["x is gone.", str(IncompleteResults("x is gone."))])
def test_what_was_wrong_with_an_abandoned_attempt_is_told(layout: Layout, reason: str) -> None:
    land_video(layout, [label()]).abandon(reason)
    with pytest.raises(IncompleteResults) as raised:
        flatten(layout, VIDEO)
    assert str(raised.value) == (
        f"Nothing is landed whole for {VIDEO.operation} {VIDEO.name}. Attempt 00001 does not "
        "count: x is gone. Land this result again, while Amazon still has it."
    )


@pytest.mark.parametrize("by_hand", [b"", b"{}", b"[]"])
def test_an_attempt_that_was_abandoned_by_hand_needs_no_reason(
    layout: Layout, by_hand: bytes
) -> None:
    attempt = land_video(layout, [label()])
    (Path(str(attempt.path)) / ABANDONED).write_bytes(by_hand)
    with pytest.raises(IncompleteResults, match=r"Nothing is landed whole for \S+ \S+ Land"):
        flatten(layout, VIDEO)


def test_a_part_with_another_count_of_lines_is_incomplete(layout: Layout) -> None:
    attempt = land_video(layout, [label()])
    success = Path(str(attempt.path)) / SUCCESS
    success.write_text(success.read_text().replace('"records": 1', '"records": 2'))
    with pytest.raises(IncompleteResults, match="with 2 lines and has 1"):
        flatten(layout, VIDEO)


def test_both_forms_of_a_job_stand_side_by_side(layout: Layout) -> None:
    segments = ResultKey.of("label_detection", JOB, "SEGMENTS")
    land_video(layout, [label("A")])
    land_video(layout, [label("B"), label("C")], segments)
    flatten(layout, VIDEO)
    flatten(layout, segments)
    assert sorted(rows(layout, "labels", "job_id", "aggregate_by", "name")) == [
        (JOB, "SEGMENTS", "B"),
        (JOB, "SEGMENTS", "C"),
        (JOB, "TIMESTAMPS", "A"),
    ]


def test_a_new_attempt_takes_the_place_of_the_old_one_on_its_own_day(layout: Layout) -> None:
    landed_on(land_video(layout, [label("A")]), "2026-01-30")
    flatten(layout, VIDEO)
    landed_on(land_video(layout, [label("B")]), "2026-01-31")
    commit = flatten(layout, VIDEO)
    assert rows(layout, "labels", "name") == ["B"]
    assert set(files(layout)) == {file.path for file in commit.files}
    assert all("landed_on=2026-01-31" in file.path for file in commit.files)


def test_files_left_by_a_kill_between_commit_and_removal_go_with_the_next_run(
    layout: Layout,
) -> None:
    landed_on(land_video(layout, [label("A")]), "2026-01-30")
    flatten(layout, VIDEO)
    left = files(layout)
    landed_on(land_video(layout, [label("B")]), "2026-01-31")
    commit = flatten(layout, VIDEO)
    for path, data in left.items():
        (layout.root / path).write_bytes(data)
    flatten(layout, VIDEO)
    assert set(files(layout)) == {file.path for file in commit.files}


def test_an_error_leaves_the_old_commit_and_its_files(layout: Layout) -> None:
    landed_on(land_video(layout, [label("A")]), "2026-01-30")
    commit = flatten(layout, VIDEO)
    before = files(layout)
    land_video(layout, [None])
    with pytest.raises(QuarantineLimit):
        flatten(layout, VIDEO)
    assert read_commit(layout, VIDEO) == commit
    assert files(layout) == before
    assert gc.isenabled()


@pytest.mark.parametrize("form", [b"", b"{", b"[]", b'{"key": {}, "schema_version": "next"}'])
def test_a_commit_of_a_form_nobody_knows_is_replaced(layout: Layout, form: bytes) -> None:
    land_video(layout, [label("A")])
    commit = flatten(layout, VIDEO)
    layout.commit(VIDEO).write_bytes(form)
    again = flatten(layout, VIDEO)
    assert (again.attempt, again.files) == (commit.attempt, commit.files)
    assert read_commit(layout, VIDEO) == again


def test_what_was_accepted_stays_accepted_for_the_same_attempt_and_reason(layout: Layout) -> None:
    land_manifest(layout, [image()], summary=summarized(2))
    assert flatten(layout, IMAGES).held_back
    accept(layout, IMAGES, "looked at it")
    again = flatten(layout, IMAGES)
    assert again.accepted
    assert again.accepted.reason == "looked at it"
    land_manifest(layout, [image()], summary=summarized(2))
    assert flatten(layout, IMAGES).held_back


def test_the_description_becomes_the_job_row(layout: Layout) -> None:
    place = {"Bucket": "b", "Name": "n", "Version": "v"}
    told = described(
        JobName="weekly",
        OperationsConfig={"DetectModerationLabels": {"MinConfidence": 50}},
        Input={"S3Object": place},
        Results={"S3Object": place, "ModelVersions": {"Moderation": "7.0"}},
        CompletionTimestamp=1700000100.123,
    )
    land_manifest(layout, [], description=told, mode="image")
    flatten(layout, IMAGES)
    columns = (
        "mode",
        "job_name",
        "operations_config_detect_moderation_labels_min_confidence",
        "creation_timestamp",
        "completion_timestamp",
        "input_s3_object_name",
        "results_s3_object_version",
        "results_model_versions_moderation",
    )
    assert rows(layout, "media_analysis_jobs", *columns) == [
        (
            "image",
            "weekly",
            50.0,
            datetime(2023, 11, 14, 22, 13, 20, 250_000, UTC),
            datetime(2023, 11, 14, 22, 15, 0, 123_000, UTC),
            "n",
            "v",
            "7.0",
        )
    ]


def test_a_results_root_on_an_object_store_is_kept_alike() -> None:
    layout = Layout.at("memory://flatten/results")
    landed = land_video(layout, [label("A")])
    told = json.loads((landed.path / SUCCESS).read_bytes())
    told["landed_at"] = "2026-01-30T12:00:00+00:00"
    (landed.path / SUCCESS).write_text(json.dumps(told))
    first = flatten(layout, VIDEO)
    land_video(layout, [label("B")])
    commit = flatten(layout, VIDEO)
    assert rows(layout, "labels", "name") == ["B"]
    assert all((layout.root / file.path).exists() for file in commit.files)
    assert not any((layout.root / file.path).exists() for file in first.files)
