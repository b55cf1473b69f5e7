"""Operators that take the operation as an argument: what they are told, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import MEDIA, plan_videos, put_video, root

from rekognition_results.operators.videos import (
    RekognitionLandVideoResultOperator,
    RekognitionPlanVideoJobsOperator,
    RekognitionStartVideoJobOperator,
)
from rekognition_results.planning.request_members import members_of, video_operation
from rekognition_results.sensors.videos import RekognitionVideoJobSensor
from rekognition_results.triggers.videos import RekognitionVideoJobTrigger
from rekognition_tables import allowed_values as allowed
from rekognition_tables.errors import WrongParameter
from rekognition_tables.jobs.requests import read_request
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, RequestMember
from rekognition_tables.results_root.layout import Layout

LABELS = VIDEO_OPERATIONS["label_detection"]
GENERIC: dict[Any, dict[str, Any]] = {
    RekognitionPlanVideoJobsOperator: {"task_id": "x"},
    RekognitionStartVideoJobOperator: {"task_id": "x"},
    RekognitionLandVideoResultOperator: {"task_id": "x", "job_id": "1"},
    RekognitionVideoJobSensor: {"task_id": "x", "job_id": "1"},
    RekognitionVideoJobTrigger: {"job_id": "1", "started": 0.0},
}
ASKED = {
    "min_confidence": "70.5",
    "features": ["GENERAL_LABELS"],
    "label_inclusion_filters": '["Car", "Dog"]',
    "label_category_exclusion_filters": [],
}


def request(layout: Layout, token: str) -> dict[str, Any]:
    found = read_request(layout, "label_detection", token)
    assert found is not None
    return found.request


@pytest.mark.parametrize("kind", GENERIC)
@pytest.mark.parametrize("wrong", ["media_analysis", "label_detections", ""])
def test_an_operation_that_is_not_known_is_refused_where_it_is_written(
    kind: Any, wrong: str
) -> None:
    with pytest.raises(ValueError, match=rf"^operation is '{wrong}', which is no video operation"):
        kind(operation=wrong, **GENERIC[kind])


def test_the_refusal_names_the_operations_and_the_nearest_one() -> None:
    with pytest.raises(
        ValueError, match=r"\(did you mean label_detection\?\): choose one of label_"
    ):
        video_operation("label_detektion")


def test_a_template_is_checked_when_it_is_rendered(layout: Layout, context: dict[str, Any]) -> None:
    land = RekognitionLandVideoResultOperator(
        task_id="land", operation="{{ params.kind }}", job_id="1", results_uri=root(layout)
    )
    land.render_template_fields({"params": {"kind": "media_analysis"}})  # type: ignore[typeddict-item]
    with pytest.raises(AirflowFailException, match="operation is 'media_analysis', which is no"):
        land.execute(context)


def test_members_given_as_one_argument_make_the_same_request(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    """A plan of labels took each member as an argument before: a video is not paid twice."""
    put_video(s3, "videos/a.mp4", 20)
    more = {"job_tag": "nightly"}
    (before,) = plan_videos(layout, **ASKED, **more).execute(context)
    other = Layout.at(root(layout) + "-other")
    generic = RekognitionPlanVideoJobsOperator(
        task_id="plan",
        operation="label_detection",
        media_uri=f"s3://{MEDIA}/videos/",
        request_members=ASKED,
        results_uri=root(other),
        **more,
    )
    assert generic.execute(context) == [before]
    sent = request(layout, before)
    assert sent.pop("Video")["S3Object"]["Name"] == "videos/a.mp4"
    assert sent == {
        "MinConfidence": 70.5,
        "Features": ["GENERAL_LABELS"],
        "Settings": {"GeneralLabels": {"LabelInclusionFilters": ["Car", "Dog"]}},
        "JobTag": "nightly",
        "ClientRequestToken": before,
    }


def test_a_start_puts_its_members_where_a_plan_does(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "a.mp4", 20)
    RekognitionStartVideoJobOperator(
        task_id="start",
        operation="label_detection",
        video={"S3Object": {"Bucket": MEDIA, "Name": "a.mp4"}},
        request_members=ASKED,
        client_request_token="mine",
        results_uri=root(layout),
    ).execute(context)
    sent = request(layout, "mine")
    assert sent["Settings"] == {"GeneralLabels": {"LabelInclusionFilters": ["Car", "Dog"]}}
    assert (sent["MinConfidence"], sent["Features"]) == (70.5, ["GENERAL_LABELS"])


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"min_confidence": "101"}, "min_confidence is '101', which is not a number from 0 to 100."),
    ({"features": ["GENERAL"]}, "features is 'GENERAL', which is not GENERAL_LABELS."),
    ({"features": ["GENERAL_LABELS"] * 2}, "features has 2 names, more than 1."),
    ({"label_inclusion_filters": [""]}, "label_inclusion_filters has '', which is not a label's"),
    ({"label_exclusion_filters": ["Car"] * 101}, "has 101 labels, more than 100."),
    (
        {"label_inclusion_filters": ["Car"], "label_exclusion_filters": ["Car", "Dog"]},
        "Car: included and excluded, in one request.",
    ),
    (
        {"min_confidense": 50},
        r"StartLabelDetection has no request member 'min_confidense' \(did you mean min_confidence",
    ),
]


@pytest.mark.parametrize("asked, sentence", REFUSED)
def test_a_member_that_is_not_what_it_may_be_is_one_sentence(
    asked: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(WrongParameter, match=sentence):
        members_of(LABELS, asked)


def test_a_member_that_the_operation_needs_is_asked_for() -> None:
    collection = RequestMember(
        "CollectionId", "collection_id", "It.", allowed.JOB_NAME, required=True
    )
    needy = replace(LABELS, request=(collection,), never_both=())
    with pytest.raises(WrongParameter, match="collection_id is empty: StartLabelDetection needs"):
        members_of(needy, {"collection_id": ""})
    assert members_of(needy, {"collection_id": "faces"}) == {"CollectionId": "faces"}


def test_each_of_the_arguments_can_be_mapped_and_is_rendered() -> None:
    with DAG("mapped", schedule=None):
        plan = RekognitionPlanVideoJobsOperator.partial(
            task_id="plan", request_members={"min_confidence": "{{ params.least }}"}
        ).expand(operation=list(VIDEO_OPERATIONS))
        assert plan.template_fields == RekognitionPlanVideoJobsOperator.template_fields
        wait = RekognitionVideoJobSensor.partial(task_id="wait").expand_kwargs(
            [{"operation": name, "job_id": "1"} for name in VIDEO_OPERATIONS]
        )
    assert {"operation", "job_id"} <= set(wait.template_fields)
    one = RekognitionPlanVideoJobsOperator(
        task_id="plan",
        operation="content_moderation",
        request_members={"min_confidence": "{{ params.least }}"},
    )
    one.render_template_fields({"params": {"least": 70}})  # type: ignore[typeddict-item]
    assert members_of(one.spec, one.asked()) == {"MinConfidence": 70.0}
