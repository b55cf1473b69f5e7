"""Waits for a bulk analysis."""

from __future__ import annotations

from rekognition_results.sensors.job import JobSensor
from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger
from transforms.layout import MEDIA_ANALYSIS


class RekognitionMediaAnalysisJobSensor(JobSensor):
    """GetMediaAnalysisJob until it is final; there is no notification to wait for.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html
    """

    operation = MEDIA_ANALYSIS
    trigger_class = RekognitionMediaAnalysisJobTrigger
    INTERMEDIATE_STATES = ("CREATED", "QUEUED", "IN_PROGRESS")

    def job_status(self) -> tuple[str, str]:
        job = self.hook.get_media_analysis_job(self.job_id)
        details = job.FailureDetails or {}
        return job.Status, f"{details.get('Code', 'no code')}: {details.get('Message', '')}"
