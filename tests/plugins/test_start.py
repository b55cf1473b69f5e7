"""Start operators on their own: every member of the request, one job however often they run."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    TaskDeferred,
)
from botocore import xform_name
from pipeline_steps import RETRIES, cleared, land_video, of_try
from waiting_jobs import ARGUMENTS, SENSORS, STARTS, put_input, running_job

from rekognition_emulator import Emulator
from rekognition_results.operators.videos import RekognitionStartVideoJobOperator
from rekognition_tables.jobs.requests import JobRecord, read_job, read_request
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout

OPERATIONS: dict[str, str] = {name: spec.start for name, spec in SPECS.items()}


@pytest.fixture(params=STARTS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def start(kind: str, layout: Layout, **more: Any) -> Any:
    given = {"task_id": "start", "results_uri": str(layout.root), "retries": RETRIES}
    return STARTS[kind](**given, **ARGUMENTS[kind] | more)


def members_of_the_model(kind: str) -> set[str]:
    model = botocore.session.get_session().get_service_model("rekognition")
    return set(model.operation_model(OPERATIONS[kind]).input_shape.members)


def arguments(operator: type) -> set[str]:
    """Those of each class in its bases, as Airflow's `partial` takes them."""
    return {
        name
        for one in operator.__mro__
        if "__init__" in vars(one)
        for name in inspect.signature(one.__init__).parameters
    }


@pytest.mark.parametrize("kind", ["media_analysis", "label_detection"])
def test_every_member_of_the_request_is_an_argument_and_a_template(kind: str) -> None:
    members = members_of_the_model(kind)
    assert {xform_name(name) for name in members} <= arguments(STARTS[kind])
    assert {xform_name(name) for name in members} <= set(STARTS[kind].template_fields)
    assert set(start(kind, Layout.at("x")).members()) == members


@pytest.mark.parametrize("kind", VIDEO_OPERATIONS)
def test_every_member_of_a_video_request_is_described_or_an_argument(kind: Operation) -> None:
    spec = VIDEO_OPERATIONS[kind]
    operator = RekognitionStartVideoJobOperator(task_id="start", operation=kind)
    told = {one.path.partition(".")[0] for one in spec.request} | set(operator.members())
    assert told == members_of_the_model(kind)
    shared = {xform_name(name) for name in operator.members()}
    assert shared <= set(operator.template_fields) & arguments(RekognitionStartVideoJobOperator)
    assert {"operation", "request_members"} <= set(operator.template_fields)


def test_a_request_is_written_down_and_started_once(
    kind: str, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_input(s3)
    job_id = start(kind, layout).execute(context)
    assert start(kind, layout).execute(of_try(2)) == job_id
    assert amazon.counters.jobs_started[OPERATIONS[kind]] == 1
    record = read_job(layout, kind, job_id)  # type: ignore[arg-type]
    assert record is not None
    assert record.token is not None
    request = read_request(layout, kind, record.token)  # type: ignore[arg-type]
    assert request is not None
    assert request.request["ClientRequestToken"] == record.token


def test_every_member_goes_over_the_wire(s3: Any, layout: Layout, context: dict[str, Any]) -> None:
    put_input(s3)
    given: dict[str, Any] = {
        "min_confidence": "70.5",
        "notification_channel": {
            "SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:done",
            "RoleArn": "arn:aws:iam::123456789012:role/rekognition",
        },
        "features": ["GENERAL_LABELS"],
        "settings": {"GeneralLabels": {"LabelInclusionFilters": ["Car"]}},
        "job_tag": "nightly",
        "client_request_token": "mine",
    }
    start("label_detection", layout, **given).execute(context)
    request = read_request(layout, "label_detection", "mine")
    assert request is not None
    assert request.request == {
        "Video": ARGUMENTS["label_detection"]["video"],
        "MinConfidence": 70.5,
        "NotificationChannel": given["notification_channel"],
        "Features": ["GENERAL_LABELS"],
        "Settings": given["settings"],
        "JobTag": "nightly",
        "ClientRequestToken": "mine",
    }


def test_a_token_of_ones_own_belongs_to_one_request(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_input(s3)
    first = start("label_detection", layout, client_request_token="a").execute(context)
    second = start("label_detection", layout, client_request_token="b").execute(context)
    assert first != second
    other = start("label_detection", layout, client_request_token="a", job_tag="other")
    with pytest.raises(AirflowFailException, match="a was given to another request"):
        other.execute(context)
    with pytest.raises(AirflowFailException, match="is not 1-64 of a-z"):
        start("label_detection", layout, client_request_token="../x").execute(context)


@pytest.mark.usefixtures("amazon")
def test_neither_token_nor_request_is_refused(
    kind: str, layout: Layout, context: dict[str, Any]
) -> None:
    empty = STARTS[kind](task_id="start", results_uri=str(layout.root))
    with pytest.raises(AirflowFailException, match="neither a token nor a request"):
        empty.execute(context)


@pytest.mark.usefixtures("amazon")
def test_what_botocore_refuses_is_not_tried_again(layout: Layout, context: dict[str, Any]) -> None:
    wrong = {"GeneralLabels": {"LabelInclusionFilters": [1]}}
    with pytest.raises(AirflowFailException, match=r"was not sent: .*Correct the arguments"):
        start("label_detection", layout, settings=wrong).execute(context)


def test_a_full_quota_reschedules_at_once(
    kind: str, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_input(s3)
    amazon.faults.error("LimitExceededException", times=1, operation=OPERATIONS[kind])
    with pytest.raises(AirflowRescheduleException):
        start(kind, layout).execute(context)
    assert amazon.counters.calls[OPERATIONS[kind]] == 1
    amazon.faults.throttle(times=1, operation=OPERATIONS[kind])
    assert start(kind, layout).execute(context)
    assert amazon.counters.calls[OPERATIONS[kind]] == 3


def ended_waiting(start: Any, context: dict[str, Any], amazon: Emulator) -> dict[str, Any]:
    """The event that resumes a start which waits in the triggerer: its job has ended."""
    with pytest.raises(TaskDeferred) as wait:
        start.execute(context)
    amazon.clock.advance(60)
    return {"status": "success", "job_id": wait.value.trigger.job_id, "started": 0.0}


WAITING = {"wait_for_completion": True, "deferrable": True}


def test_a_failed_job_is_recorded_and_a_cleared_start_pays_a_new_one(
    kind: str, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_input(s3)
    amazon.faults.fail_job(times=1)
    waiting = start(kind, layout, **WAITING)
    event = ended_waiting(waiting, context, amazon)
    with pytest.raises(AirflowFailException, match="Clear the start task"):
        waiting.execute_complete(context, event)
    assert start(kind, layout).execute(cleared()) != event["job_id"]
    assert amazon.counters.jobs_started[OPERATIONS[kind]] == 2


def test_a_retry_after_a_crash_beside_a_failed_job_pays_nothing(
    kind: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_input(s3)
    amazon.faults.fail_job(times=1)
    waiting = start(kind, layout, **WAITING)
    event = ended_waiting(waiting, context, amazon)
    with monkeypatch.context() as dies:
        # It is recorded FAILED, and the process dies before the task is.
        dies.setattr("rekognition_results.sensors.waiting.JobFailed", _die)
        with pytest.raises(KeyboardInterrupt):
            waiting.execute_complete(context, event)
    record = read_job(layout, kind, event["job_id"])  # type: ignore[arg-type]
    assert record is not None
    assert record.status == "FAILED"
    with pytest.raises(AirflowFailException, match="Clear the start task"):
        start(kind, layout, **WAITING).execute(of_try(2))
    assert amazon.counters.jobs_started[OPERATIONS[kind]] == 1


def _die(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def test_how_to_reach_amazon_is_carried_into_the_trigger(kind: str, s3: Any) -> None:
    reach: dict[str, Any] = {
        "region_name": "us-east-1",
        "verify": False,
        "botocore_config": {"connect_timeout": 7},
    }
    sensor = SENSORS[kind](task_id="wait", job_id=running_job(kind, s3), deferrable=True, **reach)
    with pytest.raises(TaskDeferred) as wait:
        sensor.execute({})
    carried = wait.value.trigger.serialize()[1]
    assert {name: carried[name] for name in reach} == reach


def record(layout: Layout, kind: Any, job_id: str, days: float) -> None:
    JobRecord(
        kind,
        job_id,
        None,
        None,
        "job_id",
        "123456789012",
        "us-east-1",
        datetime.now(UTC) - timedelta(days=days),
    ).write(layout)


@pytest.mark.usefixtures("amazon")
@pytest.mark.parametrize("deferrable", [False, True])
def test_a_video_job_older_than_its_results_has_expired(
    deferrable: bool, layout: Layout, context: dict[str, Any]
) -> None:
    gone, wrong = "1" * 64, "2" * 64
    record(layout, "label_detection", gone, days=7.1)
    record(layout, "label_detection", wrong, days=6.9)

    def wait(job_id: str) -> Any:
        return SENSORS["label_detection"](
            task_id="wait", job_id=job_id, deferrable=deferrable, results_uri=str(layout.root)
        )

    for task in (wait(gone), land_video(layout, gone)):
        with pytest.raises(AirflowFailException, match="keeps its results for 7 days: they are"):
            task.execute(context)
    where = "There is no job 2+ in account 123456789012, region us-east-1"
    for task in (wait(wrong), land_video(layout, wrong)):
        with pytest.raises(AirflowException, match=where):
            task.execute(context)
