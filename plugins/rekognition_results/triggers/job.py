"""Waiting for jobs in the triggerer: all waits of one connection share one poll and one client.

Airflow opens one stream for all triggers with the same `shared_stream_key` and sends what comes
out of it to each of them (`airflow.triggers.shared_stream`). Outside a triggerer (`dag.test()`)
a trigger reads a stream of its own.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Hashable, Iterable
from contextlib import aclosing
from typing import Any, ClassVar

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from rekognition_results.aws.calls import explained
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_tables.errors import RequestRefused, ResultsError
from rekognition_tables.operations.names import Operation

JITTER = 0.2  # of the delay, which is shortened by up to so much: nobody asks in step with others
BACKOFF_MOST = 300.0  # seconds
NOBODY_WAITS = 1.0  # seconds until the poll looks for waits again
FINAL = ("SUCCEEDED", "FAILED")

log = logging.getLogger(__name__)

# What one look tells of some jobs: by job id, "SUCCEEDED", "FAILED", or why asking is of no use.
Found = dict[str, str]


class JobTrigger(BaseEventTrigger):
    """Fires once: with the job's final status, or with why it cannot be known.

    It has no end of its own: whoever defers gives a timeout. The first look is a few seconds
    after the deferral, since a trigger that fires at once can overtake the task that defers.

    :param job_id: the job
    :param started: when the wait began (seconds of the epoch); comes back in the event
    :param waiter_delay: seconds between two looks
    :param first_look: seconds before the first one
    :param aws_conn_id, region_name, verify, botocore_config: as of every hook of the Amazon
        provider
    """

    operation: Operation
    arguments: ClassVar[tuple[str, ...]] = (
        "job_id",
        "started",
        "waiter_delay",
        "first_look",
        "aws_conn_id",
        "region_name",
        "verify",
        "botocore_config",
    )
    supports_triggerer_queue = True  # False is for asset watchers, which have no task's queue
    _waits: ClassVar[dict[Hashable, Counter[str]]] = defaultdict(Counter)

    def __init__(
        self,
        *,
        job_id: str,
        started: float,
        waiter_delay: float = 60.0,
        first_look: float = 5.0,
        aws_conn_id: str | None = "aws_default",
        region_name: str | None = None,
        verify: bool | str | None = None,
        botocore_config: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.job_id = job_id
        self.started = started
        self.waiter_delay = waiter_delay
        self.first_look = first_look
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.verify = verify
        self.botocore_config = botocore_config
        self._looked: dict[str, float] = {}  # when each job was last asked for

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kind = type(self)
        arguments = {name: getattr(self, name) for name in self.arguments}
        return f"{kind.__module__}.{kind.__qualname__}", arguments

    def shared_stream_key(self) -> tuple[str, ...]:
        """Waits that can be answered by the same calls, at the same pace."""
        return (
            self.operation,
            *(repr(one) for one in (self.aws_conn_id, self.region_name, self.verify)),
            json.dumps(self.botocore_config, sort_keys=True, default=repr),
            repr(self.waiter_delay),
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Outside a triggerer: the stream of this trigger alone."""
        async with aclosing(self.open_shared_stream(self.serialize()[1])) as stream:
            async for event in self.filter_shared_stream(stream):
                yield event

    async def filter_shared_stream(
        self, shared_stream: AsyncIterator[Found]
    ) -> AsyncIterator[TriggerEvent]:
        """This job's event, once the poll has found it."""
        await asyncio.sleep(self.first_look)
        self.log.info("Waiting for job %s: a look every %g s.", self.job_id, self.waiter_delay)
        key = self.shared_stream_key()
        self._waits[key][self.job_id] += 1
        try:
            async for found in shared_stream:
                if told := found.get(self.job_id):
                    yield TriggerEvent(self._payload(told))
                    return
        finally:
            self._waits[key] -= Counter([self.job_id])  # leaves out what falls to 0
            if not self._waits[key]:
                del self._waits[key]

    def _payload(self, told: str) -> dict[str, Any]:
        about = {"job_id": self.job_id, "started": self.started}
        if told in FINAL:
            return {"status": "success", "job_status": told, **about}
        return {"status": "error", "message": told, **about}

    @classmethod
    async def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncGenerator[Found, None]:
        """Look again and again, for ever, for whatever jobs are waited for at that moment.

        A round begins `waiter_delay` after the one before it began, or when that one ends. While
        the service is busy it looks later and later, each time with a new client. Where every job
        is refused, the client may hold credentials that were rotated: one new client is tried, and
        what it is refused, too, ends all waits.
        """
        waits = cls(**kwargs)
        key, usual = waits.shared_stream_key(), waits.waiter_delay
        delay, renewed = usual, False
        while True:
            try:
                async with await waits._connect() as client:
                    while True:
                        began, jobs = time.monotonic(), waits.turns(cls._waits.get(key, ()))
                        async for found in waits.look(client, jobs):
                            yield found
                        delay, renewed = usual, False
                        log.debug("%d jobs are waited for.", len(jobs))
                        spent = time.monotonic() - began
                        await _pause(usual if jobs else min(usual, NOBODY_WAITS), spent)
            except RequestRefused as refused:
                renewed = not renewed
                if renewed:
                    log.warning("%s The next look is with a new client.", refused)
                    continue
                jobs = list(cls._waits.get(key, ()))
                yield dict.fromkeys(jobs, str(refused))
                await _pause(usual if jobs else min(usual, NOBODY_WAITS))
            except ResultsError as busy:
                delay = min(delay * 2, BACKOFF_MOST)
                log.warning("%s The next look is in about %.0f seconds.", busy, delay)
                await _pause(delay)

    def turns(self, jobs: Iterable[str]) -> list[str]:
        """The jobs, that one first which was asked for the longest ago.

        So none waits longer than a round, and a round that ends early starves nobody.
        """
        self._looked = {job_id: self._looked.get(job_id, 0.0) for job_id in jobs}
        return sorted(self._looked, key=self._looked.__getitem__)

    async def ask_for(
        self, job_id: str, operation: str, call: Awaitable[Any]
    ) -> tuple[dict[str, Any], str]:
        """`ask` about one job; answered or not, the others' turn comes before its next."""
        self._looked[job_id] = time.monotonic()
        return await ask(operation, f"job {job_id}", call)

    async def _connect(self) -> Any:
        hook = RekognitionHook(
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
            verify=self.verify,
            config=self.botocore_config,
        )
        with explained("Connecting", f"connection {self.aws_conn_id}"):
            return await hook.get_async_conn()

    def look(self, client: Any, jobs: list[str]) -> AsyncIterator[Found]:
        """Ask for each of these jobs in turn; tell of those that are final, or cannot be known.

        :raises ServiceBusy: asking again later may help
        :raises RequestRefused: and so would the next job be
        """
        raise NotImplementedError


async def ask(operation: str, about: str, call: Awaitable[Any]) -> tuple[dict[str, Any], str]:
    """The answer, or else why asking is of no use.

    :raises ServiceBusy: asking again may help
    :raises RequestRefused: there is no use in asking for another job either
    """
    try:
        with explained(operation, about):
            return await call, ""
    except RequestRefused as refused:
        if refused.every_job:
            raise
        return {}, str(refused)


def with_jitter(seconds: float) -> float:
    """A delay, shortened by chance."""
    return seconds * random.uniform(1 - JITTER, 1)


async def _pause(seconds: float, spent: float = 0.0) -> None:
    await asyncio.sleep(max(0.0, with_jitter(seconds) - spent))
