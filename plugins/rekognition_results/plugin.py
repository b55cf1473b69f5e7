"""What Airflow registers: Rekognition's console links, and who may ask the page of `make up`.

The rest is imported where it is used.

An installed package is found by its entry point `airflow.plugins`; a copy in the plugins folder by
`rekognition_plugin.py` there.
"""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from rekognition_results.links.media_analysis import MediaAnalysisJobsLink
from rekognition_results.links.videos import VideoLink
from rekognition_results.own_page import middlewares


class RekognitionPlugin(AirflowPlugin):
    """Loaded by every process of Airflow: what it names must import fast."""

    name = "rekognition_results"
    operator_extra_links = [MediaAnalysisJobsLink(), VideoLink()]  # noqa: RUF012
    fastapi_root_middlewares = middlewares()
