"""A timeout means the same in every mode: what each try may wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import airflow.models
import pytest
from airflow.api_fastapi.execution_api.routes.task_reschedules import get_start_date
from airflow.models.base import Base
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from airflow.models.taskreschedule import TaskReschedule
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSensorTimeout, TaskDeferred
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session
from waiting_jobs import SENSORS, running_job

from rekognition_emulator import Emulator

LONG_AGO = datetime.now(UTC) - timedelta(days=2)


def sensor(s3: Any, **more: Any) -> Any:
    job_id = running_job("label_detection", s3)
    return SENSORS["label_detection"](task_id="wait", job_id=job_id, timeout=100, **more)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """As much of Airflow's database as knows of tries and reschedules."""
    airflow.models.import_all_models()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(TaskInstanceHistory, "record_ti", lambda *_, **__: None)
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_a_retry_of_a_deferred_wait_has_the_whole_timeout(
    s3: Any, amazon: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = sensor(s3, deferrable=True)
    for now in (1_000.0, 2_000.0):  # the first try, and one after its timeout
        clock = SimpleNamespace(time=lambda now=now: now)
        monkeypatch.setattr("rekognition_results.sensors.waiting.time", clock)
        monkeypatch.setattr("rekognition_results.sensors.job.time", clock)
        with pytest.raises(TaskDeferred) as deferred:
            waiting.execute({})
        assert deferred.value.timeout == timedelta(seconds=100)


def test_a_retry_of_a_rescheduling_wait_has_the_whole_timeout(
    s3: Any, amazon: Emulator, server: Session
) -> None:
    task: Any = SimpleNamespace(id=uuid4())
    known = {"dag_id": "d", "task_id": "wait", "run_id": "r", "map_index": -1, "max_tries": 2}
    pooled = {"pool": "default_pool", "pool_slots": 1}
    server.execute(insert(TaskInstance).values(id=task.id, try_number=1, **known, **pooled))
    server.add(TaskReschedule(task.id, LONG_AGO, LONG_AGO, LONG_AGO))
    server.flush()
    asked = SimpleNamespace(get_first_reschedule_date=lambda _: get_start_date(task.id, server))
    waiting = sensor(s3, mode="reschedule", deferrable=False)
    with pytest.raises(AirflowSensorTimeout):
        waiting.execute({"ti": asked})
    TaskInstance.prepare_db_for_next_try(task, session=server)
    with pytest.raises(AirflowRescheduleException):
        waiting.execute({"ti": asked})
