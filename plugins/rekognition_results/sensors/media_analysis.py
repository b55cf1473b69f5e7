"""Waits for a bulk analysis."""

from __future__ import annotations

from rekognition_results.sensors.job import JobSensor
from rekognition_results.waiting import WaitsForMediaAnalysis


class RekognitionMediaAnalysisJobSensor(WaitsForMediaAnalysis, JobSensor):
    """Wait for a bulk job; the parameters are JobSensor's."""
