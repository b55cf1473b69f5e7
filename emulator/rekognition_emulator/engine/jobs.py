"""Jobs and their life, kept in a journal so that a restart finds them again.

The journal is JSON Lines: one line when a job starts, one when it ends. A line is written whole
before the call is answered; a line cut off by a crash is the last one and is dropped.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from rekognition_emulator.engine.errors import ServiceError

TOKEN = "ClientRequestToken"


@dataclass
class Job:
    """One job. `number` counts up in the order of starting; times are epoch seconds.

    `outcome` is what the end of the job left behind: SUCCEEDED or FAILED under `Status`, and what
    the job's kind needs to answer. `orders` are faults that this job was started with.
    """

    job_id: str
    number: int
    operation: str
    account: str
    region: str
    request: dict[str, Any]
    created: float
    due: float
    orders: dict[str, Any] = field(default_factory=dict)
    ended: float | None = None
    outcome: dict[str, Any] | None = None

    @property
    def scope(self) -> tuple[str, str, str]:
        """Account, region and operation: jobs of other scopes do not see each other."""
        return self.account, self.region, self.operation


class JobBook:
    """All jobs, by id, by token and in order."""

    def __init__(self, journal: Path | None) -> None:
        self.lock = threading.RLock()
        self._by_id: dict[str, Job] = {}
        self._by_token: dict[tuple[tuple[str, str, str], str], Job] = {}
        self._in_order: dict[tuple[str, str, str], list[Job]] = {}
        self._running: dict[tuple[str, str, str], int] = {}
        self._journal: Any = None
        if journal is not None:
            self._replay(journal)
            self._journal = journal.open("ab", buffering=0)

    def close(self) -> None:
        """Let go of the journal; nothing can be started or ended after this."""
        with self.lock:
            if self._journal is not None:
                self._journal.close()

    def with_token(self, scope: tuple[str, str, str], request: dict[str, Any]) -> Job | None:
        """The job that was started with this request's token.

        IdempotentParameterMismatchException if that was another request.
        """
        token = request.get(TOKEN)
        job = self._by_token.get((scope, token)) if token is not None else None
        if job is not None and job.request != request:
            raise ServiceError("IdempotentParameterMismatchException")
        return job

    def start(
        self,
        scope: tuple[str, str, str],
        request: dict[str, Any],
        created: float,
        seconds: float,
        orders: dict[str, Any],
    ) -> Job:
        """Write a new job down."""
        account, region, operation = scope
        with self.lock:
            job = Job(
                job_id=secrets.token_hex(32),
                number=len(self._by_id),
                operation=operation,
                account=account,
                region=region,
                request=request,
                created=created,
                due=created + seconds,
                orders=orders,
            )
            self._write({"started": job})
            self._enter(job)
        return job

    def end(self, job: Job, ended: float, outcome: dict[str, Any]) -> None:
        """Write a job's end down; `outcome["Status"]` is SUCCEEDED or FAILED."""
        with self.lock:
            self._write({"ended": job.job_id, "at": ended, "outcome": outcome})
            self._leave(job, ended, outcome)

    def find(self, job_id: str, scope: tuple[str, str, str]) -> Job | None:
        """The job of that id, if it is of this scope."""
        job = self._by_id.get(job_id)
        return job if job is not None and job.scope == scope else None

    def running(self, scope: tuple[str, str, str]) -> int:
        """How many jobs of the scope have not ended."""
        return self._running.get(scope, 0)

    def in_order(self, scope: tuple[str, str, str]) -> list[Job]:
        """The scope's jobs in the order they were started. Do not change the list."""
        return self._in_order.get(scope, [])

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._by_id.values()))

    def _enter(self, job: Job) -> None:
        self._by_id[job.job_id] = job
        self._in_order.setdefault(job.scope, []).append(job)
        self._running[job.scope] = self.running(job.scope) + 1
        if (token := job.request.get(TOKEN)) is not None:
            self._by_token[job.scope, token] = job

    def _leave(self, job: Job, ended: float, outcome: dict[str, Any]) -> None:
        if job.outcome is None:
            self._running[job.scope] -= 1
        job.ended, job.outcome = ended, outcome

    def _write(self, entry: dict[str, Any]) -> None:
        if self._journal is not None:
            self._journal.write(msgspec.json.encode(entry) + b"\n")

    def _replay(self, journal: Path) -> None:
        if not journal.exists():
            return
        whole, _, cut = journal.read_bytes().rpartition(b"\n")
        for line in whole.splitlines():
            entry = msgspec.json.decode(line)
            if "started" in entry:
                self._enter(msgspec.convert(entry["started"], Job))
            else:
                self._leave(self._by_id[entry["ended"]], entry["at"], entry["outcome"])
        if cut:
            with journal.open("r+b") as file:
                file.truncate(len(whole) + 1 if whole else 0)
