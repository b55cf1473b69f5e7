"""Waits for a video's label detection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rekognition_results.sensors.job import JobSensor
from rekognition_results.sensors.videos import RekognitionVideoJobSensor
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger


class RekognitionLabelDetectionSensor(RekognitionVideoJobSensor):
    """RekognitionVideoJobSensor of `label_detection`."""

    template_fields: Sequence[str] = JobSensor.template_fields
    trigger = staticmethod(RekognitionLabelDetectionTrigger)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(operation="label_detection", **kwargs)
