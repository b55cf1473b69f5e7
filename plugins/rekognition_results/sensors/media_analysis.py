"""Waits for a bulk analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rekognition_results.links.media_analysis import MediaAnalysisJobsLink
from rekognition_results.sensors.job import JobSensor
from rekognition_results.sensors.waiting import media_analysis_status
from rekognition_results.triggers.job import JobTrigger
from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger
from rekognition_tables.operations.names import MEDIA_ANALYSIS

if TYPE_CHECKING:
    from airflow.sdk import Context


class RekognitionMediaAnalysisJobSensor(JobSensor):
    """Wait for a bulk job; the parameters are JobSensor's."""

    operation = MEDIA_ANALYSIS
    job_status = media_analysis_status
    operator_extra_links = (MediaAnalysisJobsLink(),)

    def trigger(self, **given: Any) -> JobTrigger:
        return RekognitionMediaAnalysisJobTrigger(**given)

    def keep_link(self, context: Context) -> None:
        MediaAnalysisJobsLink.keep(context, self, job_id=self.job_id)
