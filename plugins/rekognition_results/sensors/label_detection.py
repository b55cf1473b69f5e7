"""Waits for a video's label detection."""

from __future__ import annotations

from rekognition_results.sensors.job import JobSensor
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from transforms.layout import LABEL_DETECTION


class RekognitionLabelDetectionSensor(JobSensor):
    """GetLabelDetection, one label a look, until the job is final.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
    """

    operation = LABEL_DETECTION
    trigger_class = RekognitionLabelDetectionTrigger
    INTERMEDIATE_STATES = ("IN_PROGRESS",)

    def job_status(self) -> tuple[str, str]:
        page = self.hook.get_label_detection(self.job_id, max_results=1)
        return page.job_status, page.status_message or "no reason given"
