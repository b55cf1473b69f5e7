"""Waits for a video job, of any operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rekognition_results.planning.video_task import VideoTask, checked
from rekognition_results.sensors.job import JobSensor
from rekognition_results.sensors.waiting import video_status
from rekognition_results.triggers.job import JobTrigger
from rekognition_results.triggers.videos import RekognitionVideoJobTrigger


class RekognitionVideoJobSensor(VideoTask, JobSensor):
    """Wait for a video job; the other parameters are JobSensor's.

    :param operation: `label_detection`, `content_moderation`, ... (templated)
    """

    template_fields: Sequence[str] = (*JobSensor.template_fields, "operation")
    job_status = video_status

    def __init__(self, *, operation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.operation = checked(operation)

    def trigger(self, **given: Any) -> JobTrigger:
        return RekognitionVideoJobTrigger(operation=self.operation, **given)
