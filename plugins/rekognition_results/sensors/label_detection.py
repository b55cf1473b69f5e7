"""Waits for a video's label detection."""

from __future__ import annotations

from rekognition_results.sensors.job import JobSensor
from rekognition_results.sensors.waiting import label_detection_status
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from rekognition_tables.operations.names import LABEL_DETECTION


class RekognitionLabelDetectionSensor(JobSensor):
    """Wait for a video job; the parameters are JobSensor's."""

    operation = LABEL_DETECTION
    trigger_class = RekognitionLabelDetectionTrigger
    job_status = label_detection_status
