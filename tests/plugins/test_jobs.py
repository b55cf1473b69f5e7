"""Starting and landing: never twice, never lost, for both kinds of job."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
)
from pipeline_steps import (
    cleared,
    land_images,
    land_video,
    of_try,
    plan_images,
    plan_videos,
    put_images,
    put_video,
    start_images,
    start_video,
)

from rekognition_emulator import Emulator
from rekognition_results.operators import start as start_module
from rekognition_results.operators.results import RekognitionFlattenOperator
from rekognition_tables.flatten.commits import read_commit
from rekognition_tables.jobs.requests import read_job, uncommitted_tokens
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.results_root.layout import Layout, ResultKey

AGAIN = of_try(2)


@pytest.fixture
def video_job(s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator) -> str:
    put_video(s3, "videos/a.mp4", 2_345)
    (token,) = plan_videos(layout).execute(context)
    job_id = start_video(layout, token).execute(context)
    amazon.clock.advance(60)
    return job_id


def flatten(layout: Layout, operation: Any, job_id: str) -> RekognitionFlattenOperator:
    return RekognitionFlattenOperator(
        task_id="flatten", operation=operation, job_id=job_id, results_uri=str(layout.root)
    )


def labels_landed(layout: Layout, job_id: str) -> int:
    attempt = newest_whole_attempt(layout, ResultKey.of("label_detection", job_id))
    assert attempt is not None
    bodies = b"".join(attempt.read(part) for part in attempt.parts).splitlines()
    return sum(len(json.loads(body)["Labels"]) for body in bodies)


def test_starting_again_finds_the_job_that_was_started(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    first = start_images(layout, token).execute(context)
    assert start_images(layout, token).execute(AGAIN) == first
    assert amazon.counters.jobs_started["StartMediaAnalysisJob"] == 1
    record = read_job(layout, "media_analysis", first)
    assert record is not None
    assert (record.token, record.found_by) == (token, "started_here")


@pytest.mark.parametrize("moment", ["before the call", "after the call"])
def test_a_crash_around_the_call_starts_nothing_twice(
    moment: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)

    def crash(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        if moment == "after the call":
            broken.setattr(start_module, "note_started", crash)
        else:
            broken.setattr(start_module.StartJobOperator, "_start", crash)
        with pytest.raises(KeyboardInterrupt):
            start_video(layout, token).execute(context)
    assert read_job(layout, "label_detection", start_video(layout, token).execute(AGAIN))
    assert amazon.counters.jobs_started["StartLabelDetection"] == 1


def test_a_failed_job_is_started_anew_only_when_a_person_clears_its_start(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    amazon.faults.fail_job(operation="StartLabelDetection")
    failed = start_video(layout, token).execute(context)
    amazon.clock.advance(60)
    land_video(layout, failed).execute(context)
    for retry in (context, of_try(2), of_try(3), of_try(3, max_tries=3)):
        assert start_video(layout, token).execute(retry) == failed
    second = start_video(layout, token).execute(cleared())
    assert second != failed
    for later in (cleared(), cleared(2), context):
        assert start_video(layout, token).execute(later) == second
    assert amazon.counters.jobs_started["StartLabelDetection"] == 2
    record = read_job(layout, "label_detection", second)
    assert record is not None
    assert record.generation == 2


def test_a_full_quota_waits_without_a_worker(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    start = start_video(layout, token)
    start.botocore_config = {"retries": {"total_max_attempts": 1}}
    amazon.faults.error("LimitExceededException", times=1, operation="StartLabelDetection")
    with pytest.raises(AirflowRescheduleException):
        start.execute(context)
    assert start_video(layout, token).execute(context)


def test_every_label_is_landed_and_flattened(
    video_job: str, layout: Layout, context: dict[str, Any]
) -> None:
    land_video(layout, video_job).execute(context)
    assert labels_landed(layout, video_job) == 2_345
    told = flatten(layout, "label_detection", video_job).execute(context)
    assert told["reconciled"] is True
    commit = read_commit(layout, ResultKey.of("label_detection", video_job))
    assert commit is not None
    assert commit.row_counts["labels"] == 2_345
    assert uncommitted_tokens(layout, "label_detection") == set()


def test_landing_again_asks_nothing(
    video_job: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    first = land_video(layout, video_job).execute(context)
    calls = amazon.counters.calls["GetLabelDetection"]
    assert land_video(layout, video_job).execute(context) == first
    assert amazon.counters.calls["GetLabelDetection"] == calls


def test_both_forms_of_one_job_live_side_by_side(
    video_job: str, layout: Layout, context: dict[str, Any]
) -> None:
    by_time = land_video(layout, video_job).execute(context)
    by_segment = land_video(layout, video_job, aggregate_by="SEGMENTS").execute(context)
    assert by_time.endswith(f"label_detection/{video_job}/00001")
    assert by_segment.endswith(f"label_detection/{video_job}.segments/00001")


def test_a_token_that_dies_ends_the_attempt_and_the_next_one_is_whole(
    video_job: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.dead_tokens(times=1)
    with pytest.raises(AirflowException, match="pagination token died"):
        land_video(layout, video_job).execute(context)
    assert land_video(layout, video_job).execute(AGAIN).endswith("/00002")
    assert labels_landed(layout, video_job) == 2_345


def test_a_job_that_still_runs_is_not_landed(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    job_id = start_video(layout, token).execute(context)
    with pytest.raises(AirflowException, match="is IN_PROGRESS: wait for it") as raised:
        land_video(layout, job_id).execute(context)
    assert not isinstance(raised.value, AirflowFailException)  # it may end before the retry
    assert newest_whole_attempt(layout, ResultKey.of("label_detection", job_id)) is None


def test_a_bulk_job_lands_manifest_summary_and_description(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg", "images/b #1?.png", "images/é.jpg")
    (token,) = plan_images(layout).execute(context)
    job_id = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    land_images(layout, job_id).execute(context)
    attempt = newest_whole_attempt(layout, ResultKey.of("media_analysis", job_id))
    assert attempt is not None
    description = json.loads(attempt.document("description.json") or b"")
    place = description["Results"]["S3Object"]
    there = s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
    assert b"".join(attempt.read(part) for part in attempt.parts) == there
    assert json.loads(attempt.document("summary.json") or b"")["statistics"] == {
        "total-json-lines": 3,
        "valid-json-lines": 3,
        "invalid-json-lines": 0,
    }
    assert flatten(layout, "media_analysis", job_id).execute(context)["reconciled"] is True


def test_the_version_that_the_job_wrote_is_landed(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    s3.put_bucket_versioning(Bucket="output", VersioningConfiguration={"Status": "Enabled"})
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    job_id = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    place = s3.list_objects_v2(Bucket="output", Prefix="rekognition/")["Contents"]
    for found in place:
        s3.put_object(Bucket="output", Key=found["Key"], Body=b"somebody else's\n")
    land_images(layout, job_id).execute(context)
    assert flatten(layout, "media_analysis", job_id).execute(context)["reconciled"] is True


@pytest.mark.parametrize("operation", ["media_analysis", "label_detection"])
def test_a_failed_job_is_committed_and_then_red(
    operation: str, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.fail_job(times=1)
    if operation == "media_analysis":
        put_images(s3, "images/a.jpg")
        (token,) = plan_images(layout).execute(context)
        job_id = start_images(layout, token).execute(context)
        land: Any = land_images(layout, job_id)
    else:
        put_video(s3, "videos/a.mp4", 20)
        (token,) = plan_videos(layout).execute(context)
        job_id = start_video(layout, token).execute(context)
        land = land_video(layout, job_id)
    amazon.clock.advance(60)
    land.execute(context)
    with pytest.raises(AirflowFailException, match=f"Job {job_id} FAILED.*Clear the start task"):
        flatten(layout, operation, job_id).execute(context)
    commit = read_commit(layout, ResultKey.of(operation, job_id))  # type: ignore[arg-type]
    assert commit is not None
    assert commit.row_counts[f"{operation}_jobs"] == 1
    assert uncommitted_tokens(layout, operation) == set()  # type: ignore[arg-type]
