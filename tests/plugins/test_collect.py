"""Bulk jobs that others started: found, recorded, landed once, and never tried for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from collecting import ACCOUNT, bulk_job, collect, fails, flatten
from pipeline_steps import MEDIA, OUTPUT, land_images, plan_videos, put_video, start_video

from rekognition_emulator import Emulator
from rekognition_tables.flatten.commits import read_commit
from rekognition_tables.jobs.found import Listing, note_found
from rekognition_tables.jobs.requests import StartRequest, note_started, read_job
from rekognition_tables.results_root.layout import Layout, ResultKey


def test_a_finished_bulk_job_of_others_is_recorded_landed_and_flattened_once(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    job_id = bulk_job(others)
    assert collect(layout, context) == []
    amazon.clock.advance(60)
    assert collect(layout, context) == [job_id]
    record = read_job(layout, "media_analysis", job_id)
    assert record is not None
    assert (record.found_by, record.token) == ("list_media_analysis_jobs", None)
    assert (record.account, record.region) == (ACCOUNT, "us-east-1")
    land_images(layout, job_id).execute(context)
    flatten(layout, "media_analysis", job_id, context)
    assert collect(layout, context) == []


def test_a_failed_job_of_others_gets_its_row_and_stays_green(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    amazon.faults.fail_job(operation="StartMediaAnalysisJob", code="INVALID_MANIFEST")
    job_id = bulk_job(others)
    amazon.clock.advance(60)
    assert collect(layout, context) == [job_id]
    land_images(layout, job_id).execute(context)
    flatten(layout, "media_analysis", job_id, context)
    commit = read_commit(layout, ResultKey.of("media_analysis", job_id))
    assert commit is not None
    assert commit.row_counts["media_analysis_jobs"] == 1
    assert collect(layout, context) == []


def test_a_job_started_here_is_left_to_its_own_run(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    request = StartRequest.of("media_analysis", ACCOUNT, "us-east-1", {})
    note_started(layout, request, bulk_job(others))
    amazon.clock.advance(60)
    assert collect(layout, context) == []


def test_the_listing_ends_below_the_oldest_job_that_was_not_final(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    jobs = []
    for _ in range(205):
        jobs.append(bulk_job(others))
        amazon.clock.advance(2)
    amazon.clock.advance(60)
    calls = amazon.counters.calls
    assert len(collect(layout, context, max_jobs=300)) == 205
    assert calls["ListMediaAnalysisJobs"] == 3
    running = bulk_job(others)
    collect(layout, context)
    assert calls["ListMediaAnalysisJobs"] == 4
    amazon.clock.advance(60)
    assert running in collect(layout, context, max_jobs=300)
    assert calls["ListMediaAnalysisJobs"] == 5
    Listing(Listing.read(layout, ACCOUNT, "us-east-1").down_to).write(
        layout, ACCOUNT, "us-east-1"
    )  # the last full listing was long ago
    collect(layout, context)
    assert calls["ListMediaAnalysisJobs"] == 8


def test_at_most_so_many_a_run_and_the_oldest_first(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    jobs = []
    for _ in range(3):
        jobs.append(bulk_job(others))
        amazon.clock.advance(60)
    assert collect(layout, context, max_jobs="2") == jobs[:2]
    for job_id in jobs[:2]:
        land_images(layout, job_id).execute(context)
        flatten(layout, "media_analysis", job_id, context)
    assert collect(layout, context, max_jobs="2") == jobs[2:]


def test_a_start_that_was_given_up_and_cleared_is_taken_up_by_later_runs(
    layout: Layout, context: dict[str, Any], s3: Any
) -> None:
    """Its run may die before the job is landed: the job is paid."""
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    s3.delete_object(Bucket=MEDIA, Key="videos/a.mp4")
    fails(start_video(layout, token), context, "InvalidS3ObjectException")
    put_video(s3, "videos/a.mp4", 20)
    assert plan_videos(layout).execute(context) == []
    start_video(layout, token).execute(context)
    assert plan_videos(layout).execute(context) == [token]


@pytest.mark.usefixtures("amazon")
def test_jobs_that_always_fail_keep_no_others_out(layout: Layout, context: dict[str, Any]) -> None:
    ids = [f"job-{number:02}" for number in range(12)]
    start = datetime(2026, 5, 1, tzinfo=UTC)
    for number, job_id in enumerate(ids):
        where = (layout, "media_analysis", job_id)
        note_found(*where, "job_id", ACCOUNT, "us-east-1", start + timedelta(hours=number))
    for most, chosen in ((8, ids[:6] + ids[-2:]), (11, ids[:10] + ids[-1:]), (12, ids), (99, ids)):
        assert collect(layout, context, mode="image", max_jobs=most) == chosen


def test_results_that_cannot_be_read_are_recorded_once_with_the_reason(
    layout: Layout, context: dict[str, Any], others: Any, s3: Any, amazon: Emulator
) -> None:
    job_id = bulk_job(others)
    amazon.clock.advance(60)
    assert collect(layout, context) == [job_id]
    for found in s3.list_objects_v2(Bucket=OUTPUT)["Contents"]:
        s3.delete_object(Bucket=OUTPUT, Key=found["Key"])
    fails(land_images(layout, job_id), context, "There is no such object")
    record = read_job(layout, "media_analysis", job_id)
    assert record is not None
    assert "NoSuchKey" in str(record.given_up)
    assert collect(layout, context) == []
    assert collect(layout, context, again="True") == [job_id]
