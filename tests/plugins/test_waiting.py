"""Sensors and triggers: they wait without a worker, and never end green while the job runs."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import airflow.sdk.bases.sensor as sensor_base
import pytest
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    TaskDeferred,
)
from waiting_jobs import ARGUMENTS, SENSORS, STARTS, fired, put_input, running_job

from rekognition_emulator import Emulator

CONTEXT: Any = {"ti": SimpleNamespace(try_number=1, get_first_reschedule_date=lambda _: None)}
ONCE = {"retries": {"total_max_attempts": 1}}


@pytest.fixture(params=SENSORS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def job_id(kind: str, s3: Any) -> str:
    return running_job(kind, s3)


def sensor(kind: str, job_id: str, **more: Any) -> Any:
    return SENSORS[kind](task_id="wait", job_id=job_id, waiter_delay=0.01, **more)


def test_a_finished_job_does_not_defer(kind: str, job_id: str, amazon: Emulator) -> None:
    amazon.clock.advance(60)
    assert sensor(kind, job_id, deferrable=True).execute(CONTEXT) == "SUCCEEDED"


def test_a_running_job_waits_in_the_triggerer(
    kind: str, job_id: str, amazon: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: 1_000.0)
    monkeypatch.setattr("rekognition_results.sensors.waiting.time", clock)
    monkeypatch.setattr("rekognition_results.sensors.job.time", clock)
    waiting = sensor(kind, job_id, deferrable=True, timeout=100)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(CONTEXT)
    assert deferred.value.timeout.total_seconds() == 100
    amazon.clock.advance(60)
    event = fired(deferred.value.trigger)
    assert (event["status"], event["job_status"]) == ("success", "SUCCEEDED")
    assert waiting.execute_complete(CONTEXT, event) == "SUCCEEDED"


def test_a_wait_resumed_while_the_job_runs_waits_on(
    kind: str, job_id: str, amazon: Emulator
) -> None:
    waiting = sensor(kind, job_id, deferrable=True)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(CONTEXT)
    started = deferred.value.trigger.started
    event = {"status": "success", "job_id": job_id, "started": started}
    with pytest.raises(TaskDeferred) as again:
        waiting.execute_complete(CONTEXT, event)
    assert again.value.trigger.started == deferred.value.trigger.started


def again(task: Any, wait: TaskDeferred, event: dict[str, Any]) -> TaskDeferred:
    """The wait into which the task goes after this event of the one before."""
    arguments = {**(wait.kwargs or {}), "event": event}
    with pytest.raises(TaskDeferred) as deferred:
        task.resume_execution(wait.method_name, arguments, CONTEXT)
    return deferred.value


def refusal(wait: TaskDeferred) -> dict[str, Any]:
    trigger: Any = wait.trigger
    about = {"job_id": trigger.job_id, "started": trigger.started}
    return {"status": "error", "message": "Its key has expired.", **about}


def test_a_wait_whose_trigger_is_refused_waits_on_and_ends_with_its_job(
    kind: str, job_id: str, amazon: Emulator
) -> None:
    waiting = SENSORS[kind](task_id="wait", job_id=job_id, waiter_delay=77, deferrable=True)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(CONTEXT)
    first: Any = deferred.value
    second: Any = again(waiting, first, refusal(first))
    assert second.trigger.started == first.trigger.started
    assert second.trigger.first_look == 77  # and not the few seconds of a new wait
    amazon.clock.advance(60)
    end = {**second.kwargs, "event": refusal(second)}
    assert waiting.resume_execution(second.method_name, end, CONTEXT) == "SUCCEEDED"


def test_a_trigger_that_is_refused_three_times_in_a_row_ends_the_wait(
    kind: str, job_id: str
) -> None:
    waiting = sensor(kind, job_id, deferrable=True)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(CONTEXT)
    wait = again(waiting, deferred.value, refusal(deferred.value))
    wait = again(waiting, wait, refusal(wait))
    answered = {**refusal(wait), "status": "success", "job_status": "FAILED"}
    wait = again(waiting, wait, answered)  # by mistake: the job runs
    for _ in range(2):
        wait = again(waiting, wait, refusal(wait))
    with pytest.raises(AirflowFailException, match="Its key has expired"):
        again(waiting, wait, refusal(wait))


def test_a_service_too_busy_for_the_task_does_not_end_a_wait_either(
    kind: str, job_id: str, amazon: Emulator
) -> None:
    waiting = sensor(kind, job_id, deferrable=True, botocore_config=ONCE)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(CONTEXT)
    amazon.faults.throttle(times=None)
    again(waiting, deferred.value, refusal(deferred.value))


def test_a_start_whose_trigger_is_refused_waits_on(
    kind: str, s3: Any, layout: Any, amazon: Emulator
) -> None:
    put_input(s3)
    given = {"wait_for_completion": True, "deferrable": True, "results_uri": str(layout.root)}
    start = STARTS[kind](task_id="start", **given, **ARGUMENTS[kind])
    with pytest.raises(TaskDeferred) as deferred:
        start.execute({"ti": SimpleNamespace(try_number=1, max_tries=0)})
    wait = again(start, deferred.value, refusal(deferred.value))
    wait = again(start, wait, refusal(wait))
    with pytest.raises(AirflowFailException, match="Its key has expired"):
        again(start, wait, refusal(wait))


def test_poking_and_rescheduling_waits_do_not_ask_in_step(
    kind: str, job_id: str, amazon: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 5:
            amazon.clock.advance(60)

    monkeypatch.setattr(sensor_base.time, "sleep", sleep)
    SENSORS[kind](task_id="wait", job_id=job_id, waiter_delay=100, deferrable=False).execute(
        CONTEXT
    )
    assert len(set(slept)) == 5
    assert all(80 <= seconds <= 100 for seconds in slept)


def test_a_rescheduling_wait_has_jitter(kind: str, job_id: str) -> None:
    waiting = SENSORS[kind](
        task_id="wait", job_id=job_id, waiter_delay=100, mode="reschedule", deferrable=False
    )
    delays = set()
    for _ in range(3):
        before = datetime.now(UTC)
        with pytest.raises(AirflowRescheduleException) as put_off:
            waiting.execute(CONTEXT)
        delays.add(round((put_off.value.reschedule_date - before).total_seconds()))
    assert max(delays) <= 102  # seconds, and a slow machine's
    assert len(delays) > 1


def test_the_time_spent_before_counts_against_the_timeout(kind: str, job_id: str) -> None:
    waiting = sensor(kind, job_id, deferrable=True, timeout=10)
    with pytest.raises(AirflowSensorTimeout, match="no new job is started"):
        waiting.execute_complete(CONTEXT, {"status": "success", "job_id": job_id, "started": 0.0})


def test_a_failed_job_fails_the_wait_or_leaves_it_to_landing(
    kind: str, s3: Any, amazon: Emulator, request: pytest.FixtureRequest
) -> None:
    amazon.faults.fail_job(times=1)
    job_id = request.getfixturevalue("job_id")
    amazon.clock.advance(60)
    with pytest.raises(AirflowFailException, match=f"Job {job_id} FAILED"):
        sensor(kind, job_id, deferrable=True).execute(CONTEXT)
    later = sensor(kind, job_id, deferrable=True, fail_on_failed=False)
    assert later.execute(CONTEXT) == "FAILED"


def test_poking_waits_until_the_job_ends(kind: str, job_id: str, amazon: Emulator) -> None:
    poking = sensor(kind, job_id, deferrable=False)
    assert poking.poke(CONTEXT).is_done is False
    amazon.clock.advance(60)
    assert poking.poke(CONTEXT).xcom_value == "SUCCEEDED"


def test_a_job_nobody_knows_ends_the_wait_with_a_sentence(kind: str, amazon: Emulator) -> None:
    waiting = sensor(kind, "0" * 64, deferrable=True)
    with pytest.raises(AirflowFailException, match="check account and region"):
        waiting.execute(CONTEXT)
    trigger = waiting.trigger(job_id="0" * 64, started=0.0, first_look=0.01)
    event = fired(trigger)
    assert event["status"] == "error"
    with pytest.raises(AirflowFailException, match="check account and region"):
        waiting.execute_complete(CONTEXT, event)


def test_the_trigger_outlives_throttling_and_broken_answers(
    kind: str, job_id: str, amazon: Emulator
) -> None:
    amazon.clock.advance(60)
    trigger = sensor(kind, job_id).trigger(
        job_id=job_id,
        started=0.0,
        waiter_delay=0.01,
        first_look=0.01,
        botocore_config={"retries": {"total_max_attempts": 1}},
    )
    amazon.faults.throttle(times=2)
    amazon.faults.internal_error(times=1)
    amazon.faults.cut_body(times=1)
    assert fired(trigger)["job_status"] == "SUCCEEDED"
