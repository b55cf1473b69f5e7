"""Waits for videos' label detections.

Stored waits name this class and these arguments, so they go on after an upgrade.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rekognition_results.triggers.job import JobTrigger
from rekognition_results.triggers.videos import RekognitionVideoJobTrigger


class RekognitionLabelDetectionTrigger(RekognitionVideoJobTrigger):
    """RekognitionVideoJobTrigger of `label_detection`."""

    arguments: ClassVar[tuple[str, ...]] = JobTrigger.arguments

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(operation="label_detection", **kwargs)
