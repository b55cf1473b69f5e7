"""Waits for a bulk analysis."""

from __future__ import annotations

from typing import Any

from rekognition_results.triggers.job import JobTrigger


class RekognitionMediaAnalysisJobTrigger(JobTrigger):
    """Fires when GetMediaAnalysisJob says SUCCEEDED or FAILED."""

    api_operation = "GetMediaAnalysisJob"

    async def status(self, client: Any) -> str:
        answer = await client.get_media_analysis_job(JobId=self.job_id)
        return str(answer.get("Status", "not known: the answer was cut short"))
