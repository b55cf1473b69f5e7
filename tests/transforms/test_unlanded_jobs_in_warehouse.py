"""Jobs without a result reach the warehouse, and only what changed about them is read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from committed import commit_result, image_rows, images, video, video_rows

from rekognition_tables.jobs.found import give_up, note_found
from rekognition_tables.jobs.requests import StartRequest, note_started, read_job
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse import unlanded_jobs
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.load import Warehouse, load

MAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def started(layout: Layout, job_id: str) -> None:
    members = {"Video": {"S3Object": {"Bucket": "media", "Name": f"{job_id}.mp4"}}}
    request = StartRequest.of("label_detection", "1234", "us-east-1", members)
    request.claim(layout)
    replace(note_started(layout, request, job_id), started_at=MAY).write(layout)


def status(warehouse: Warehouse) -> list[tuple[object, ...]]:
    query = (
        "SELECT job_id, state, status, found_by, account, input_s3_object_name, reason,"
        " started_at::VARCHAR, not_estimated IS NOT NULL FROM job_status ORDER BY job_id"
    )
    with read_only(warehouse) as con:
        return con.execute(query).fetchall()


def test_a_started_and_a_found_job_are_there_with_what_is_known(
    layout: Layout, warehouse: Warehouse
) -> None:
    started(layout, "ours")
    note_found(layout, MEDIA_ANALYSIS, "theirs", "job_id", "1234", "us-east-1")
    load(layout, warehouse)
    of_may = "2026-05-01 00:00:00+00"
    assert status(warehouse) == [
        ("ours", "no result", None, "started_here", "1234", "ours.mp4", None, of_may, True),
        ("theirs", "no result", None, "job_id", "1234", None, None, None, True),
    ]


def test_a_record_that_changed_is_read_again_and_no_other(
    layout: Layout, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(layout, "v1")
    note_found(layout, MEDIA_ANALYSIS, "m1", "job_id", "1234", "us-east-1")
    load(layout, warehouse)
    record = read_job(layout, MEDIA_ANALYSIS, "m1")
    assert record is not None
    give_up(layout, record, "gone at Amazon")
    read = []
    told = unlanded_jobs.job_told

    def counted(layout: Layout | None, key: object) -> dict[str, object]:
        read.append(key)
        return told(layout, key)  # type: ignore[arg-type]

    monkeypatch.setattr(unlanded_jobs, "job_told", counted)
    load(layout, warehouse)
    assert len(read) == 1
    assert [row[6] for row in status(warehouse)] == ["gone at Amazon", None]
    load(layout, warehouse)
    assert len(read) == 1


def test_a_job_leaves_when_a_result_of_it_is_loaded_or_held_back(
    layout: Layout, warehouse: Warehouse
) -> None:
    started(layout, "v1")
    note_found(layout, MEDIA_ANALYSIS, "m1", "job_id", "1234", "us-east-1")
    load(layout, warehouse)
    commit_result(layout, video("v1", "SEGMENTS"), video_rows(["Cat"]))
    commit_result(layout, images("m1"), image_rows(["a.jpg"]), reason="they differ")
    load(layout, warehouse)
    assert [row[:2] for row in status(warehouse)] == [("m1", "held back"), ("v1", "loaded")]
    load(layout, warehouse, everything=True)
    assert [row[:2] for row in status(warehouse)] == [("m1", "held back"), ("v1", "loaded")]
