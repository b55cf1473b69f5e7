"""Registers Rekognition's console links with Airflow; the rest is imported where it is used."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from rekognition_results.links.label_detection import LabelDetectionLink
from rekognition_results.links.media_analysis import MediaAnalysisJobsLink


class RekognitionPlugin(AirflowPlugin):
    """Loaded by Airflow from its plugins folder."""

    name = "rekognition_results"
    operator_extra_links = [MediaAnalysisJobsLink(), LabelDetectionLink()]  # noqa: RUF012
