"""Waiting for a job in the triggerer: asked again and again, at a polite rate, without a worker."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from airflow.triggers.base import BaseTrigger, TriggerEvent
from botocore.exceptions import ClientError

from rekognition_results.failures import TRANSIENT, from_client_error
from rekognition_results.hooks.rekognition import RekognitionHook
from transforms.errors import ServiceBusy

JITTER = 0.2  # of the delay, so that many waits do not ask in step
BACKOFF_MOST = 300.0  # seconds


class JobTrigger(BaseTrigger):
    """Fires once: with the job's final status, or with why it cannot be known.

    It has no end of its own: whoever defers gives a timeout. The first look is a few seconds
    after the deferral, since a trigger that fires at once can overtake the task that defers.

    :param job_id: the job
    :param started: when the wait began (seconds of the epoch); comes back in the event
    :param waiter_delay: seconds between two looks
    :param first_look: seconds before the first one
    """

    api_operation: ClassVar[str]
    final: ClassVar[tuple[str, ...]] = ("SUCCEEDED", "FAILED")

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

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {
            "job_id": self.job_id,
            "started": self.started,
            "waiter_delay": self.waiter_delay,
            "first_look": self.first_look,
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "verify": self.verify,
            "botocore_config": self.botocore_config,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await asyncio.sleep(self.first_look)
        hook = RekognitionHook(
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
            verify=self.verify,
            config=self.botocore_config,
        )
        async with await hook.get_async_conn() as client:
            told = await self._finished(client)
        yield TriggerEvent({**told, "job_id": self.job_id, "started": self.started})

    async def _finished(self, client: Any) -> dict[str, str]:
        delay = self.waiter_delay
        while True:
            try:
                status = await self.status(client)
                delay = self.waiter_delay
            except ClientError as error:
                ours = from_client_error(self.api_operation, f"job {self.job_id}", error)
                if not isinstance(ours, ServiceBusy):
                    return {"status": "error", "message": str(ours)}
                status, delay = f"not known yet ({ours})", min(delay * 2, BACKOFF_MOST)
            except TRANSIENT as error:
                status, delay = f"not known yet ({error})", min(delay * 2, BACKOFF_MOST)
            if status in self.final:
                return {"status": "success", "job_status": status}
            self.log.info("Job %s is %s.", self.job_id, status)
            await asyncio.sleep(delay * random.uniform(1 - JITTER, 1 + JITTER))

    async def status(self, client: Any) -> str:
        """Ask the service once."""
        raise NotImplementedError
