"""Waits for videos' label detections."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable
from typing import Any

from rekognition_results.triggers.job import FINAL, Found, JobTrigger
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


_PACES: dict[Hashable, Pace] = defaultdict(Pace)


class RekognitionLabelDetectionTrigger(JobTrigger):
    """Fires when GetLabelDetection says SUCCEEDED or FAILED; it asks for one label only.

    There is no list of video jobs: each is asked for by itself, at
    REKOGNITION_VIDEO_LOOKS_PER_SECOND of them a second in all waits of this triggerer.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
    """

    async def look(self, client: Any, jobs: list[str]) -> AsyncIterator[Found]:
        rate = Settings.from_env().video_looks_per_second
        for job_id in jobs:
            await _PACES[self.aws_conn_id, client.meta.region_name].turn(rate)
            call = client.get_label_detection(JobId=job_id, MaxResults=1)
            answer, refused = await self.ask_for(job_id, "GetLabelDetection", call)
            if refused or answer.get("JobStatus") in FINAL:
                yield {job_id: refused or answer["JobStatus"]}
