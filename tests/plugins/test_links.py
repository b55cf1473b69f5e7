"""The links to the AWS console that a task keeps, and the tasks that have none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from pipeline_steps import land_images, land_video
from waiting_jobs import ARGUMENTS, SENSORS, STARTS, put_input, running_job

from rekognition_emulator import Emulator
from rekognition_results.links.label_detection import LabelDetectionLink
from rekognition_results.links.media_analysis import MediaAnalysisJobsLink
from rekognition_results.operators.image_mode import (
    RekognitionLandModerationOperator,
    RekognitionModerationSensor,
)
from rekognition_results.plugin import RekognitionPlugin
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

CONSOLE = "https://console.aws.amazon.com"


class Kept(dict[str, Any]):
    """What a task pushed to XCom."""

    @property
    def context(self) -> Any:
        push = lambda key, value: self.__setitem__(key, value)  # noqa: E731
        ti = SimpleNamespace(try_number=1, max_tries=0, xcom_push=push)
        return {"ti": ti}


@pytest.fixture
def kept() -> Kept:
    return Kept()


def address(operator: Any, kept: Kept) -> str:
    """Where the operator's link leads; "" when the task kept nothing for it."""
    (link,) = operator.operator_extra_links
    assert type(link) in {type(known) for known in RekognitionPlugin.operator_extra_links}
    return link.format_link(**kept[link.key]) if link.key in kept else ""


def list_of_jobs(job_id: str) -> str:
    return f"{CONSOLE}/rekognition/home?region=us-east-1&jobId={job_id}#/bulk-analysis"


def test_a_started_bulk_job_is_in_the_list_of_its_region(
    s3: Any, layout: Any, amazon: Emulator, kept: Kept
) -> None:
    put_input(s3)
    start = STARTS["media_analysis"](
        task_id="start", results_uri=str(layout.root), **ARGUMENTS["media_analysis"]
    )
    job_id = start.execute(kept.context)
    assert address(start, kept) == list_of_jobs(job_id)


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_a_started_video_job_leads_to_its_video(
    operation: str, s3: Any, layout: Any, amazon: Emulator, kept: Kept
) -> None:
    put_input(s3)
    start = STARTS[operation](task_id="start", results_uri=str(layout.root), **ARGUMENTS[operation])
    start.execute(kept.context)
    assert address(start, kept) == f"{CONSOLE}/s3/object/media?region=us-east-1&prefix=a.mp4"


def test_a_start_that_is_refused_leads_to_the_video_all_the_same(
    s3: Any, layout: Any, amazon: Emulator, kept: Kept
) -> None:
    video = {"S3Object": {"Bucket": "media", "Name": "not here & there.mp4"}}
    start = STARTS["label_detection"](task_id="start", results_uri=str(layout.root), video=video)
    with pytest.raises(AirflowFailException):
        start.execute(kept.context)
    assert address(start, kept).endswith("prefix=not%20here%20%26%20there.mp4")


@pytest.mark.parametrize("how", ["deferrable", "poke"])
def test_a_wait_and_a_landing_of_a_bulk_job_have_its_link(
    how: str, s3: Any, layout: Any, amazon: Emulator, kept: Kept
) -> None:
    job_id = running_job("media_analysis", s3)
    wait = SENSORS["media_analysis"](task_id="wait", job_id=job_id, deferrable=how == "deferrable")
    if how == "deferrable":
        with pytest.raises(TaskDeferred):
            wait.execute(kept.context)
    amazon.clock.advance(60)
    if how == "poke":
        wait.execute(kept.context)
    assert address(wait, kept) == list_of_jobs(job_id)
    for _ in range(2):  # what is landed already leads there, too
        kept.clear()
        land = land_images(layout, job_id)
        land.execute(kept.context)
        assert address(land, kept) == list_of_jobs(job_id)


def test_where_the_console_has_no_page_there_is_no_link(
    layout: Any, amazon: Emulator, kept: Kept
) -> None:
    assert RekognitionModerationSensor(task_id="wait", job_id="image-1").execute(kept.context)
    land = RekognitionLandModerationOperator(
        task_id="land", job_id="image-1", results_uri=str(layout.root)
    )
    with pytest.raises(AirflowFailException):  # there is no such request
        land.execute(kept.context)
    assert not kept
    assert not SENSORS["label_detection"].operator_extra_links
    assert not land_video(layout, "1").operator_extra_links


def test_a_connection_that_is_broken_costs_the_link_and_not_the_task(kept: Kept) -> None:
    class Broken:
        do_xcom_push = True

        @property
        def hook(self) -> Any:
            raise RuntimeError("no such connection")

    MediaAnalysisJobsLink.keep(kept.context, Broken(), job_id="1")
    LabelDetectionLink.keep(kept.context, Broken(), bucket="media", object_name="a.mp4")
    assert not kept
