"""Sensors and triggers: they wait without a worker, and never end green while the job runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowSensorTimeout,
    TaskDeferred,
)
from waiting_jobs import SENSORS, fired, running_job

from emulator import Emulator

CONTEXT: Any = {"ti": SimpleNamespace(try_number=1)}


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
    monkeypatch.setattr("rekognition_results.waiting.time", clock)
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
    trigger = waiting.trigger_class(job_id="0" * 64, started=0.0, first_look=0.01)
    event = fired(trigger)
    assert event["status"] == "error"
    with pytest.raises(AirflowFailException, match="check account and region"):
        waiting.execute_complete(CONTEXT, event)


def test_the_trigger_outlives_throttling_and_broken_answers(
    kind: str, job_id: str, amazon: Emulator
) -> None:
    amazon.clock.advance(60)
    trigger = SENSORS[kind].trigger_class(
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
