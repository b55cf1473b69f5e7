"""A wait that its trigger resumes: SUCCEEDED ends it without a call, and an upgrade keeps it."""

from __future__ import annotations

import asyncio
from collections import Counter
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from shared_polls import events
from waiting_jobs import ARGUMENTS, SENSORS, STARTS, fired, put_input, running_job

from rekognition_emulator import Emulator
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.layout import Layout

CONTEXT: Any = {"ti": SimpleNamespace(try_number=1, max_tries=0, xcom_push=lambda **_: None)}
LOOK: dict[str, str] = {name: spec.get for name, spec in SPECS.items()}

# As version 0.1 left them in the metadata database of an Airflow that is upgraded.
STORED_CLASSES = {
    "media_analysis": (
        "rekognition_results.triggers.media_analysis.RekognitionMediaAnalysisJobTrigger"
    ),
    "label_detection": (
        "rekognition_results.triggers.label_detection.RekognitionLabelDetectionTrigger"
    ),
}
STORED_ARGUMENTS: dict[str, Any] = {
    "job_id": "filled in by the test",
    "started": 1_700_000_000.25,
    "waiter_delay": 0.01,
    "first_look": 0.01,
    "aws_conn_id": "aws_default",
    "region_name": None,
    "verify": None,
    "botocore_config": None,
}
STORED_METHOD = "execute_complete"
# As later versions leave those of other video operations.
STORED_VIDEO_CLASS = "rekognition_results.triggers.videos.RekognitionVideoJobTrigger"


def stored(kind: str) -> tuple[str, dict[str, Any]]:
    """Class and arguments of a stored wait."""
    if kind in STORED_CLASSES:
        return STORED_CLASSES[kind], STORED_ARGUMENTS
    return STORED_VIDEO_CLASS, {"operation": kind} | STORED_ARGUMENTS


@pytest.fixture(params=SENSORS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sensor", "start"])
def task(request: pytest.FixtureRequest, kind: str, s3: Any, layout: Layout) -> Any:
    """A task that waits in the triggerer once it is executed."""
    given: Any = {"deferrable": True, "waiter_delay": 0.01, "results_uri": str(layout.root)}
    if request.param == "sensor":
        return SENSORS[kind](task_id="wait", job_id=running_job(kind, s3), **given)
    put_input(s3)
    given["wait_for_completion"] = True
    return STARTS[kind](task_id="start", **ARGUMENTS[kind], **given)


def deferred(task: Any) -> TaskDeferred:
    with pytest.raises(TaskDeferred) as wait:
        task.execute(CONTEXT)
    return wait.value


def resumed(task: Any, wait: TaskDeferred, event: dict[str, Any]) -> Any:
    return task.resume_execution(wait.method_name, {**(wait.kwargs or {}), "event": event}, CONTEXT)


def calls(amazon: Emulator) -> Counter[str]:
    return Counter(amazon.counters.calls)


def test_a_wait_whose_trigger_saw_succeeded_costs_the_trigger_s_polls_and_no_more(
    task: Any, kind: str, amazon: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    async def ends_after_three_polls() -> None:
        while (calls(amazon) - before)[LOOK[kind]] < 3:
            await asyncio.sleep(0.01)
        amazon.clock.advance(60)

    wait = deferred(task)
    before = calls(amazon)
    (event,) = events([wait.trigger], ends_after_three_polls())
    after = calls(amazon)
    assert (after - before).keys() == {LOOK[kind]}
    capsys.readouterr()
    found = resumed(task, wait, event)
    assert calls(amazon) == after  # the polls of the trigger, and nothing since
    assert found == ("SUCCEEDED" if task.task_id == "wait" else event["job_id"])
    assert f"Job {event['job_id']} is SUCCEEDED." in capsys.readouterr().out


def test_failed_is_asked_for_once_more_to_say_why(task: Any, kind: str, amazon: Emulator) -> None:
    wait: Any = deferred(task)
    event = {"status": "success", "job_status": "FAILED"}
    event |= {"job_id": wait.trigger.job_id, "started": wait.trigger.started}
    before = calls(amazon)
    with pytest.raises(TaskDeferred):  # the job runs: the trigger was wrong
        resumed(task, wait, event)
    assert calls(amazon) - before == {LOOK[kind]: 1}


def test_a_job_that_failed_ends_the_wait_with_the_reason(
    kind: str, s3: Any, amazon: Emulator
) -> None:
    amazon.faults.fail_job(times=1)
    sensor = SENSORS[kind](task_id="wait", job_id=running_job(kind, s3), deferrable=True)
    wait: Any = deferred(sensor)
    wait.trigger.first_look = 0.01
    amazon.clock.advance(60)
    event = fired(wait.trigger)
    assert (event["status"], event["job_status"]) == ("success", "FAILED")
    with pytest.raises(AirflowFailException, match=r"FAILED: (?!no code)\w+.*Clear the start task"):
        resumed(sensor, wait, event)


@pytest.mark.parametrize("told", ["CREATED", "PAUSED_BY_A_LATER_API", "", None])
def test_a_status_that_is_not_final_or_not_known_is_asked_for(
    told: str | None, task: Any, kind: str, amazon: Emulator
) -> None:
    wait: Any = deferred(task)
    event = {"status": "success", "job_status": told}
    event |= {"job_id": wait.trigger.job_id, "started": wait.trigger.started}
    before = calls(amazon)
    with pytest.raises(TaskDeferred):
        resumed(task, wait, event)
    assert calls(amazon) - before == {LOOK[kind]: 1}


@pytest.mark.parametrize("kwargs", [{}, {"refused": 0}, {"refused": 2}])
def test_a_wait_that_the_version_before_deferred_goes_on_after_an_upgrade(
    kwargs: dict[str, Any], task: Any, kind: str, amazon: Emulator
) -> None:
    job_id = deferred(task).trigger.job_id  # type: ignore[attr-defined]
    path, arguments = stored(kind)
    arguments = arguments | {"job_id": job_id}
    module, _, name = path.rpartition(".")
    trigger = getattr(import_module(module), name)(**arguments)
    assert trigger.serialize() == (path, arguments)
    amazon.clock.advance(60)
    event = fired(trigger)
    assert event == {
        "status": "success",
        "job_status": "SUCCEEDED",
        "job_id": job_id,
        "started": 1_700_000_000.25,
    }
    found = task.resume_execution(STORED_METHOD, {**kwargs, "event": event}, CONTEXT)
    assert found == ("SUCCEEDED" if task.task_id == "wait" else job_id)


def test_what_is_deferred_now_can_be_read_by_the_version_before(task: Any, kind: str) -> None:
    wait: Any = deferred(task)
    path, arguments = wait.trigger.serialize()
    stored_path, stored_arguments = stored(kind)
    assert path == stored_path
    given = {"job_id": wait.trigger.job_id, "started": wait.trigger.started}
    assert arguments == stored_arguments | given
    assert (wait.method_name, wait.kwargs) == (STORED_METHOD, {"refused": 0})
