"""Waits for a video's label detection."""

from __future__ import annotations

from rekognition_results.sensors.job import JobSensor
from rekognition_results.sensors.waiting import WaitsForLabelDetection


class RekognitionLabelDetectionSensor(WaitsForLabelDetection, JobSensor):
    """Wait for a video job; the parameters are JobSensor's."""
