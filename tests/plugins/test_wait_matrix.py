"""Each way to wait, each way in which a wait can end, soft_fail or not, for every operation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import airflow.sdk.bases.sensor as sensor_base
import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowRescheduleException,
    AirflowSkipException,
    TaskDeferralError,
    TaskDeferred,
)
from waiting_jobs import ARGUMENTS as REQUESTS
from waiting_jobs import SENSORS, STARTS, fired, put_input, running_job

from rekognition_emulator import Emulator
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

NOBODY = "0" * 64
KINDS = tuple(SENSORS)
MODES = ("poke", "reschedule", "deferrable")
ENDINGS = ("succeeds", "fails", "times out", "crashes", "is never found")
LONG_AGO = datetime.now(UTC) - timedelta(days=2)


def context(first_reschedule: datetime | None = None) -> Any:
    ti = SimpleNamespace(
        try_number=1,
        max_tries=0,
        xcom_push=lambda **_: None,
        get_first_reschedule_date=lambda _: first_reschedule,
    )
    return {"ti": ti}


def poked(sensor: Any, ending: str, amazon: Emulator, patch: pytest.MonkeyPatch) -> Any:
    def sleep(seconds: float) -> None:
        if ending == "crashes":
            raise RuntimeError("a bug")
        amazon.clock.advance(60)

    patch.setattr(sensor_base.time, "sleep", sleep)
    return sensor.execute(context())


def rescheduled(sensor: Any, ending: str, amazon: Emulator, patch: pytest.MonkeyPatch) -> Any:
    with pytest.raises(AirflowRescheduleException):
        sensor.execute(context())
    if ending == "crashes":
        patch.setattr(type(sensor), "job_status", lambda *_: 1 / 0)
    first = LONG_AGO if ending == "times out" else datetime.now(UTC)
    if ending != "times out":
        amazon.clock.advance(60)
    return sensor.execute(context(first))


def deferred(task: Any, ending: str, amazon: Emulator, patch: pytest.MonkeyPatch) -> Any:
    with pytest.raises(TaskDeferred) as wait:
        task.execute(context())
    if ending == "times out":
        told: Any = {"error": "Trigger timeout"}
    elif ending == "crashes":
        told = {"error": "Trigger failure", "traceback": ["RuntimeError: a bug"]}
    else:
        amazon.clock.advance(60)
        event = fired(wait.value.trigger)
        return task.resume_execution("execute_complete", {"event": event}, context())
    return task.resume_execution("__fail__", told, context())


SENTENCES = {
    "fails": r"Job \w+ FAILED.* Clear the start task",
    "times out": r"Job \w+ did not finish in [\d.]+ seconds: clear this task to wait on",
    "crashes": r"lost the wait for job \w+ \(Trigger failure\).* clear this task to wait on",
}
WAYS = {"poke": poked, "reschedule": rescheduled, "deferrable": deferred}


@pytest.mark.parametrize("soft_fail", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_ends_as_its_job_does(
    kind: str,
    mode: str,
    ending: str,
    soft_fail: bool,
    s3: Any,
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if ending == "fails":
        amazon.faults.fail_job(times=1)
    job_id = NOBODY if ending == "is never found" else running_job(kind, s3)
    given: dict[str, Any] = {"timeout": 0} if (mode, ending) == ("poke", "times out") else {}
    sensor = SENSORS[kind](
        task_id="wait",
        job_id=job_id,
        mode="reschedule" if mode == "reschedule" else "poke",
        deferrable=mode == "deferrable",
        soft_fail=soft_fail,
        waiter_delay=0.01,
        **({"timeout": 1000} | given),
    )
    if ending == "is never found":
        expected = AirflowSkipException if soft_fail else AirflowException
        with pytest.raises(expected, match=r"soft_fail|check account and region|Skipped"):
            sensor.execute(context())
        return
    if ending == "succeeds":
        assert WAYS[mode](sensor, ending, amazon, monkeypatch) == "SUCCEEDED"
        return
    # A bug while poking is Airflow's to retry, soft_fail or not.
    crash = ending == "crashes" and mode != "deferrable"
    failure: Any = Exception if ending == "crashes" else AirflowException
    skip = soft_fail and not crash
    # What Airflow raises by itself has its own words.
    own = crash or (skip and mode != "deferrable")
    sentence = None if own else SENTENCES[ending]
    with pytest.raises(AirflowSkipException if skip else failure, match=sentence) as end:
        WAYS[mode](sensor, ending, amazon, monkeypatch)
    assert isinstance(end.value, AirflowSkipException) == skip


@pytest.mark.parametrize("ending", ENDINGS[:-1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_start_that_waits_in_the_triggerer_ends_as_its_job_does(
    kind: str,
    ending: str,
    s3: Any,
    layout: Any,
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_input(s3)
    if ending == "fails":
        amazon.faults.fail_job(times=1)
    start = waiting_start(kind, layout, deferrable=True)
    if ending == "succeeds":
        job_id = deferred(start, ending, amazon, monkeypatch)
        assert len(job_id) == 64
        return
    sentence = {
        "fails": "FAILED.*start, and pay, it again.*once the cause is mended"
        if kind in VIDEO_OPERATIONS
        else "FAILED: INTERNAL_ERROR.*start, and pay, it again; .* another try is worth it",
        "times out": "did not finish in 1000 seconds: clear this task to wait on",
        "crashes": r"lost the wait for job of this task \(Trigger failure\): its log says why",
    }
    failure: Any = TaskDeferralError if ending == "crashes" else AirflowException
    with pytest.raises(failure, match=sentence[ending]):
        deferred(start, ending, amazon, monkeypatch)
    assert amazon.counters.jobs_started.total() == 1


@pytest.mark.parametrize("ending", ["succeeds", "fails", "times out"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_start_that_waits_by_itself_ends_as_its_job_does(
    kind: str,
    ending: str,
    s3: Any,
    layout: Any,
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_input(s3)
    if ending == "fails":
        amazon.faults.fail_job(times=1)
    start = waiting_start(kind, layout, timeout=-1 if ending == "times out" else 1000)
    clock = SimpleNamespace(time=lambda: 0.0, sleep=lambda _: amazon.clock.advance(60))
    monkeypatch.setattr("rekognition_results.operators.start.time", clock)
    if ending == "succeeds":
        assert len(start.execute(context())) == 64
        return
    sentence = "FAILED" if ending == "fails" else "did not finish in -1 seconds"
    with pytest.raises(AirflowException, match=sentence):
        start.execute(context())


def waiting_start(kind: str, layout: Any, **more: Any) -> Any:
    given = {"timeout": 1000, "waiter_delay": 0.01, "wait_for_completion": True} | more
    arguments = REQUESTS[kind] | given
    return STARTS[kind](task_id="start", results_uri=str(layout.root), **arguments)
