"""Image by image: the same tables as a bulk job, and no image paid twice."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from pipeline_steps import (
    MEDIA,
    land_images,
    plan_images,
    put_images,
    root,
    start_images,
)

from rekognition_emulator import Emulator
from rekognition_results.operators import image_mode
from rekognition_results.operators.image_mode import (
    BULK,
    IMAGE,
    RekognitionLandModerationOperator,
    RekognitionModerationSensor,
    RekognitionStartModerationOperator,
    image_job_id,
    mode_of,
)
from rekognition_results.operators.results import RekognitionFlattenOperator
from rekognition_tables.flatten.commits import Commit, read_commit
from rekognition_tables.jobs.requests import read_job, uncommitted_tokens
from rekognition_tables.landing.attempts import Attempt, newest_whole_attempt
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture
def token(s3: Any, layout: Layout, context: dict[str, Any]) -> str:
    put_images(s3, *(f"images/{number:02d}.jpg" for number in range(12)))
    (planned,) = plan_images(layout).execute(context)
    return str(planned)


def start(layout: Layout, token: str, mode: str = "image") -> RekognitionStartModerationOperator:
    return RekognitionStartModerationOperator(
        task_id="start", token=token, mode=mode, results_uri=root(layout)
    )


def land(layout: Layout, job_id: str) -> RekognitionLandModerationOperator:
    return RekognitionLandModerationOperator(
        task_id="land", job_id=job_id, results_uri=root(layout)
    )


def flattened(layout: Layout, job_id: str, context: dict[str, Any]) -> Commit:
    RekognitionFlattenOperator(
        task_id="flatten", operation="media_analysis", job_id=job_id, results_uri=root(layout)
    ).execute(context)
    commit = read_commit(layout, ResultKey.of("media_analysis", job_id))
    assert commit is not None
    return commit


def rows(layout: Layout, commit: Commit, table: str) -> list[dict[str, Any]]:
    (path,) = (file.path for file in commit.files if file.table == table)
    found: list[dict[str, Any]] = pq.read_table(str(layout.root / path)).to_pylist()
    return found


def landed(layout: Layout, job_id: str) -> Attempt:
    attempt = newest_whole_attempt(layout, ResultKey.of("media_analysis", job_id))
    assert attempt is not None
    return attempt


def paid(amazon: Emulator) -> int:
    return int(amazon.counters.images_analysed["DetectModerationLabels"])


def test_the_tables_are_those_of_a_bulk_job(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    bulk = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    land_images(layout, bulk).execute(context)
    expected = flattened(layout, bulk, context)
    (layout.requests("media_analysis") / f"{token}.job").unlink()

    job_id = start(layout, token).execute(context)
    land(layout, job_id).execute(context)
    commit = flattened(layout, job_id, context)
    assert commit.reconciled
    for table in ("moderation_images", "moderation_labels", "moderation_content_types"):
        ours, theirs = (rows(layout, one, table) for one in (commit, expected))
        for row in (*ours, *theirs):
            del row["job_id"]
        assert sorted(ours, key=str) == sorted(theirs, key=str)
    (job,) = rows(layout, commit, "media_analysis_jobs")
    (theirs_job,) = rows(layout, expected, "media_analysis_jobs")
    assert (job["mode"], job["status"]) == ("image", "SUCCEEDED")
    version = "results_model_versions_moderation"
    assert job[version] == theirs_job[version]
    assert uncommitted_tokens(layout, "media_analysis") == set()
    assert paid(amazon) == 12


def test_the_job_is_named_by_its_token_and_started_once(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    job_id = start(layout, token).execute(context)
    assert job_id == image_job_id(token) == f"image-{token[:58]}"
    assert len(job_id) == 64
    assert start(layout, token, mode="bulk").execute(context) == job_id
    record = read_job(layout, "media_analysis", job_id)
    assert record is not None
    assert (record.token, record.found_by) == (token, "started_here")
    sensor = RekognitionModerationSensor(task_id="wait", job_id=job_id)
    assert sensor.execute(context) == "SUCCEEDED"
    assert amazon.counters.jobs_started["StartMediaAnalysisJob"] == 0


@pytest.mark.parametrize(
    "job_id, asked, mode",
    [
        ("image-" + "0" * 58, "bulk", IMAGE),
        ("image-1", "image", IMAGE),
        ("0123abcd" * 8, "image", BULK),
        (None, "image", IMAGE),
        (None, "bulk", BULK),
    ],
)
def test_a_job_that_is_begun_has_its_mode_and_another_the_one_asked_for(
    job_id: str | None, asked: str, mode: Any
) -> None:
    assert mode_of(job_id, asked) is mode


def test_a_start_that_waits_has_nothing_to_wait_for(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    waiting = start(layout, token)
    waiting.wait_for_completion = waiting.deferrable = True
    assert waiting.execute(context) == image_job_id(token)
    assert not amazon.counters.calls["GetMediaAnalysisJob"]


def test_a_bulk_job_goes_on_as_one(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    bulk = start(layout, token, mode="bulk").execute(context)
    assert start(layout, token, mode="image").execute(context) == bulk
    amazon.clock.advance(60)
    land(layout, bulk).execute(context)
    assert landed(layout, bulk).facts["mode"] == "bulk"
    assert paid(amazon) == 0


def test_an_interrupted_landing_does_not_pay_again(
    layout: Layout,
    token: str,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_mode, "IMAGES_PER_PART", 5)
    job_id = start(layout, token).execute(context)
    ask = RekognitionLandModerationOperator._ask

    def refused_in_the_second_part(self: Any, number: int, *more: Any) -> Any:
        if number == 8:
            amazon.faults.error(
                code="AccessDeniedException", message="no", operation="DetectModerationLabels"
            )
            try:
                return ask(self, number, *more)
            finally:
                amazon.faults.clear()
        return ask(self, number, *more)

    with monkeypatch.context() as broken:
        broken.setattr(RekognitionLandModerationOperator, "_ask", refused_in_the_second_part)
        with pytest.raises(AirflowFailException, match="AccessDenied"):
            land(layout, job_id).execute(context)
    assert 5 <= paid(amazon) < 12
    assert newest_whole_attempt(layout, ResultKey.of("media_analysis", job_id)) is None
    land(layout, job_id).execute(context)
    assert paid(amazon) == 12
    commit = flattened(layout, job_id, context)
    assert commit.row_counts["moderation_images"] == 12
    assert commit.reconciled


def test_a_killed_task_keeps_what_was_answered(
    layout: Layout,
    token: str,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = start(layout, token).execute(context)

    def killed(asked: Any, **_: Any) -> None:
        for future in asked[:7]:
            future.result()
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(image_mode, "wait", killed)
        with pytest.raises(KeyboardInterrupt):
            land(layout, job_id).execute(context)
    before = paid(amazon)
    assert before >= 7
    land(layout, job_id).execute(context)
    assert paid(amazon) == 12


def test_errors_of_single_images_go_to_manifest_errors(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg", "images/b #1?é.jpg")
    s3.put_object(Bucket=MEDIA, Key="images/c.jpg", Body=b"no image")
    put_images(s3, "images/d.jpg")
    (token,) = plan_images(layout).execute(context)
    s3.delete_object(Bucket=MEDIA, Key="images/d.jpg")
    job_id = start(layout, token).execute(context)
    land(layout, job_id).execute(context)
    commit = flattened(layout, job_id, context)
    assert commit.reconciled
    errors = [
        (row["line_number"], row["source_ref"], row["code"])
        for row in rows(layout, commit, "manifest_errors")
    ]
    assert errors == [
        (3, "s3://media/images/c.jpg", "INVALID_IMAGE_FORMAT"),
        (4, "s3://media/images/d.jpg", "INVALID_S3_OBJECT"),
    ]
    refs = {row["source_ref"] for row in rows(layout, commit, "moderation_images")}
    assert refs == {"s3://media/images/a.jpg", "s3://media/images/b #1?é.jpg"}
    (summary,) = rows(layout, commit, "manifest_summaries")
    assert [v for k, v in summary.items() if k.endswith("lines")] == [4, 2, 2]


def test_an_answer_that_came_cut_short_is_asked_for_again(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.cut_body(times=1, operation="DetectModerationLabels")
    job_id = start(layout, token).execute(context)
    land(layout, job_id).execute(context)
    assert flattened(layout, job_id, context).row_counts["moderation_images"] == 12


def test_a_throttled_account_is_asked_more_slowly(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.throttle(times=20, share=0.3, operation="DetectModerationLabels")
    job_id = start(layout, token).execute(context)
    land(layout, job_id).execute(context)
    assert paid(amazon) == 12
    assert flattened(layout, job_id, context).row_counts["moderation_images"] == 12


def test_a_busy_service_is_retried_and_not_told_as_an_error_of_the_image(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    amazon.faults.error(
        code="ThrottlingException", message="slow", times=None, operation="DetectModerationLabels"
    )
    job_id = start(layout, token).execute(context)
    landing = land(layout, job_id)
    landing.botocore_config = {"retries": {"total_max_attempts": 1}}
    with pytest.raises(AirflowException, match="ThrottlingException") as busy:
        landing.execute(context)
    assert not isinstance(busy.value, AirflowFailException)


def test_a_mode_that_is_none_is_one_sentence(
    layout: Layout, token: str, context: dict[str, Any], amazon: Emulator
) -> None:
    with pytest.raises(AirflowFailException, match="mode is 'fast', which is not bulk or image"):
        start(layout, token, mode="fast").execute(context)
