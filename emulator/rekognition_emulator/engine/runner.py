"""The life of a job, the same for every Start operation: started once a token, run when due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rekognition_emulator.engine.clock import Clock
from rekognition_emulator.engine.counters import Counters
from rekognition_emulator.engine.errors import JobFailure
from rekognition_emulator.engine.faults import Faults
from rekognition_emulator.engine.jobs import Job, JobBook
from rekognition_emulator.engine.scheduler import Scheduler

log = logging.getLogger(__name__)
# The order of a job that never ends: what it was recorded from had not ended either.
UNFINISHED = "unfinished"
Outcome = dict[str, Any]


@dataclass(frozen=True)
class Engine:
    """What a job needs to live."""

    clock: Clock
    scheduler: Scheduler
    jobs: JobBook
    faults: Faults
    counters: Counters


class Runner:
    """The jobs of one Start operation. Those that a restart interrupted run again.

    seconds  how long a job takes
    work     does the job and gives its outcome, or raises JobFailure
    failed   the outcome of a job that fails with this code and message
    ended    what follows the end, called with the job and the time
    """

    def __init__(
        self,
        engine: Engine,
        operation: str,
        seconds: float,
        work: Callable[[Job], Outcome],
        failed: Callable[[str, str], Outcome],
        ended: Callable[[Job, float], None] = lambda job, at: None,
    ) -> None:
        self._engine, self._operation, self._seconds = engine, operation, seconds
        self._work, self._failed, self._ended = work, failed, ended
        for job in engine.jobs:
            if job.operation == operation and job.outcome is None:
                self._schedule(job)

    def start(
        self,
        scope: tuple[str, str, str],
        request: dict[str, Any],
        check: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        """{JobId}; the same job again for the same token and request.

        `check` raises what the service refuses before there is a job, and gives orders of its own.
        """
        engine = self._engine
        with engine.jobs.lock:
            job = engine.jobs.with_token(scope, request)
            if job is None:
                own = check()
                engine.counters.add("jobs_started", self._operation)
                orders = engine.faults.job_orders(self._operation) | own
                job = engine.jobs.start(scope, request, engine.clock.now(), self._seconds, orders)
                self._schedule(job)
        return {"JobId": job.job_id}

    def _schedule(self, job: Job) -> None:
        if UNFINISHED not in job.orders:
            self._engine.scheduler.at(job.due, lambda due: self._end(job, due))

    def _end(self, job: Job, at: float) -> None:
        try:
            if (order := job.orders.get("fail")) is not None:
                raise JobFailure(order["code"], order["message"])
            outcome = self._work(job)
        except JobFailure as failure:
            outcome = self._failed(failure.code, failure.message)
        except Exception:
            # A job of the service always ends; what went wrong here is for the emulator's log.
            log.exception("job %s broke", job.job_id)
            message = "The emulator met an error of its own; see its log."
            outcome = self._failed("INTERNAL_ERROR", message)
        self._engine.jobs.end(job, at, outcome)
        self._ended(job, at)
