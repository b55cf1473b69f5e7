"""Waits for video jobs, of any operation."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from typing import Any, ClassVar

from rekognition_results.planning.request_members import video_operation
from rekognition_results.triggers.job import FINAL, Found, JobTrigger
from rekognition_tables.operations.columns import snake_case
from rekognition_tables.settings import Settings


class Pace:
    """So many calls a second and no more, over all waits of this process that share an account."""

    def __init__(self) -> None:
        self._next = 0.0

    async def turn(self, calls_per_second: float) -> None:
        """Wait for the next free moment."""
        now = time.monotonic()
        moment = max(now, self._next)
        self._next = moment + 1 / calls_per_second
        await asyncio.sleep(moment - now)


_PACES: dict[Hashable, Pace] = defaultdict(Pace)  # of all operations: their jobs share a quota


class RekognitionVideoJobTrigger(JobTrigger):
    """Fires when Get... says SUCCEEDED or FAILED; it asks for one element only.

    There is no list of video jobs: each is asked for by itself, at
    REKOGNITION_VIDEO_LOOKS_PER_SECOND of them a second in all waits of this triggerer, whatever
    their operations.

    https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html

    :param operation: `label_detection`, `content_moderation`, ...
    """

    arguments: ClassVar[tuple[str, ...]] = ("operation", *JobTrigger.arguments)

    def __init__(self, *, operation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec = video_operation(operation)
        self.operation = self.spec.name

    async def look(self, client: Any, jobs: list[str]) -> AsyncIterator[Found]:
        rate = Settings.from_env().video_looks_per_second
        get = getattr(client, snake_case(self.spec.get))
        for job_id in jobs:
            await _PACES[self.aws_conn_id, client.meta.region_name].turn(rate)
            call = get(JobId=job_id, MaxResults=1)
            answer, refused = await self.ask_for(job_id, self.spec.get, call)
            if refused or answer.get("JobStatus") in FINAL:
                yield {job_id: refused or answer["JobStatus"]}
