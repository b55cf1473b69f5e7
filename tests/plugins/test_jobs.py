"""Starting and landing: never twice, never lost, for every operation."""

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
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, VideoOperation
from rekognition_tables.results_root.layout import Layout, ResultKey

AGAIN = of_try(2)


@pytest.fixture(params=VIDEO_OPERATIONS)
def video(request: pytest.FixtureRequest) -> VideoOperation:
    return VIDEO_OPERATIONS[request.param]


@pytest.fixture
def token(video: VideoOperation, s3: Any, layout: Layout, context: dict[str, Any]) -> str:
    """Of a planned request for a small video."""
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout, video.name).execute(context)
    return str(token)


@pytest.fixture
def video_job(
    video: VideoOperation, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> str:
    put_video(s3, "videos/a.mp4", 2_345)
    (token,) = plan_videos(layout, video.name).execute(context)
    job_id = start_video(layout, token, video.name).execute(context)
    amazon.clock.advance(60)
    return str(job_id)


def flatten(layout: Layout, operation: Any, job_id: str) -> RekognitionFlattenOperator:
    return RekognitionFlattenOperator(
        task_id="flatten", operation=operation, job_id=job_id, results_uri=str(layout.root)
    )


def elements_landed(layout: Layout, video: VideoOperation, job_id: str) -> int:
    attempt = newest_whole_attempt(layout, ResultKey.of(video.name, job_id))
    assert attempt is not None
    bodies = b"".join(attempt.read(part) for part in attempt.parts).splitlines()
    return sum(len(json.loads(body)[video.elements]) for body in bodies)


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
    video: VideoOperation,
    token: str,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        if moment == "after the call":
            broken.setattr(start_module, "note_started", crash)
        else:
            broken.setattr(start_module.StartJobOperator, "_start", crash)
        with pytest.raises(KeyboardInterrupt):
            start_video(layout, token, video.name).execute(context)
    assert read_job(layout, video.name, start_video(layout, token, video.name).execute(AGAIN))
    assert amazon.counters.jobs_started[video.start] == 1


def test_a_failed_job_is_started_anew_only_when_a_person_clears_its_start(
    video: VideoOperation, token: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    def start(given: dict[str, Any]) -> str:
        return str(start_video(layout, token, video.name).execute(given))

    amazon.faults.fail_job(operation=video.start)
    failed = start(context)
    amazon.clock.advance(60)
    land_video(layout, failed, video.name).execute(context)
    for retry in (context, of_try(2), of_try(3), of_try(3, max_tries=3)):
        assert start(retry) == failed
    second = start(cleared())
    assert second != failed
    for later in (cleared(), cleared(2), context):
        assert start(later) == second
    assert amazon.counters.jobs_started[video.start] == 2
    record = read_job(layout, video.name, second)
    assert record is not None
    assert record.generation == 2


def test_a_full_quota_waits_without_a_worker(
    video: VideoOperation, token: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    start = start_video(layout, token, video.name)
    start.botocore_config = {"retries": {"total_max_attempts": 1}}
    amazon.faults.error("LimitExceededException", times=1, operation=video.start)
    with pytest.raises(AirflowRescheduleException):
        start.execute(context)
    assert start_video(layout, token, video.name).execute(context)


def test_every_element_is_landed_and_flattened(
    video: VideoOperation, video_job: str, layout: Layout, context: dict[str, Any]
) -> None:
    land_video(layout, video_job, video.name).execute(context)
    assert elements_landed(layout, video, video_job) == 2_345
    told = flatten(layout, video.name, video_job).execute(context)
    assert told["reconciled"] is True
    commit = read_commit(layout, ResultKey.of(video.name, video_job))
    assert commit is not None
    assert commit.row_counts[video.elements_table.name] == 2_345
    assert uncommitted_tokens(layout, video.name) == set()


def test_landing_again_asks_nothing(
    video: VideoOperation, video_job: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    first = land_video(layout, video_job, video.name).execute(context)
    calls = amazon.counters.calls[video.get]
    assert land_video(layout, video_job, video.name).execute(context) == first
    assert amazon.counters.calls[video.get] == calls


def test_all_forms_of_one_job_live_side_by_side(
    video: VideoOperation, video_job: str, layout: Layout, context: dict[str, Any]
) -> None:
    landed = {
        form: land_video(layout, video_job, video.name, aggregate_by=form).execute(context)
        for form in video.forms
    }
    for form, path in landed.items():
        suffix = ".segments" if form == "SEGMENTS" else ""
        assert path.endswith(f"{video.name}/{video_job}{suffix}/00001")
    usual = land_video(layout, video_job, video.name).execute(context)
    assert usual == landed[video.forms[0]]


def test_a_form_that_the_operation_does_not_have_is_refused(
    video: VideoOperation, video_job: str, layout: Layout, context: dict[str, Any]
) -> None:
    land = land_video(layout, video_job, video.name, aggregate_by="FRAMES")
    with pytest.raises(AirflowFailException, match=f"aggregate_by of {video.name} is 'FRAMES'"):
        land.execute(context)


def test_a_token_that_dies_ends_the_attempt_and_the_next_one_is_whole(
    video: VideoOperation, video_job: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.dead_tokens(times=1)
    with pytest.raises(AirflowException, match="pagination token died"):
        land_video(layout, video_job, video.name).execute(context)
    assert land_video(layout, video_job, video.name).execute(AGAIN).endswith("/00002")
    assert elements_landed(layout, video, video_job) == 2_345


def test_a_job_that_still_runs_is_not_landed(
    video: VideoOperation, token: str, layout: Layout, context: dict[str, Any]
) -> None:
    job_id = start_video(layout, token, video.name).execute(context)
    with pytest.raises(AirflowException, match="is IN_PROGRESS: wait for it") as raised:
        land_video(layout, job_id, video.name).execute(context)
    assert not isinstance(raised.value, AirflowFailException)  # it may end before the retry
    assert newest_whole_attempt(layout, ResultKey.of(video.name, job_id)) is None


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


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failed_job_is_committed_and_then_red(
    operation: Operation, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.fail_job(times=1)
    if operation == "media_analysis":
        put_images(s3, "images/a.jpg")
        (token,) = plan_images(layout).execute(context)
        job_id = start_images(layout, token).execute(context)
        land: Any = land_images(layout, job_id)
    else:
        put_video(s3, "videos/a.mp4", 20)
        (token,) = plan_videos(layout, operation).execute(context)
        job_id = start_video(layout, token, operation).execute(context)
        land = land_video(layout, job_id, operation)
    amazon.clock.advance(60)
    land.execute(context)
    with pytest.raises(AirflowFailException, match=f"Job {job_id} FAILED.*Clear the start task"):
        flatten(layout, operation, job_id).execute(context)
    commit = read_commit(layout, ResultKey.of(operation, job_id))
    assert commit is not None
    assert commit.row_counts[f"{operation}_jobs"] == 1
    assert uncommitted_tokens(layout, operation) == set()
