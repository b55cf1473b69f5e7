"""Waits for a video's label detection."""

from __future__ import annotations

from typing import Any

from rekognition_results.triggers.job import JobTrigger


class RekognitionLabelDetectionTrigger(JobTrigger):
    """Fires when GetLabelDetection says SUCCEEDED or FAILED; it asks for one label only."""

    api_operation = "GetLabelDetection"

    async def status(self, client: Any) -> str:
        answer = await client.get_label_detection(JobId=self.job_id, MaxResults=1)
        return str(answer.get("JobStatus", "not known: the answer was cut short"))
