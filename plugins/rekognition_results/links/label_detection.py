"""The name that the link to a video had while labels were the only thing found in videos."""

from __future__ import annotations

from rekognition_results.links.videos import VideoLink as LabelDetectionLink

__all__ = ["LabelDetectionLink"]
