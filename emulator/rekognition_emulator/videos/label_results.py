"""GetLabelDetection: pages of a job's labels.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.engine import tokens
from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.jobs import Job
from rekognition_emulator.storage.recordings import RecordingMissing
from rekognition_emulator.videos import recorded_labels
from rekognition_emulator.videos.detections import Detections, VideoSource, detect
from rekognition_emulator.videos.label_detection import START
from rekognition_emulator.videos.label_pages import segments_page, timestamps_page
from rekognition_emulator.videos.label_selection import Segments, by_name, segments, selected
from rekognition_emulator.videos.label_taxonomy import LABEL_MODEL_VERSION
from rekognition_emulator.world import Caller, World

MAX_PAGE = 1000
_FRAME_RATES = (23.976024627685547, 25.0, 29.970029830932617, 30.0)
_SIZES = ((720, 1280), (1080, 1920), (1920, 1080), (480, 854))


class Pages(Protocol):
    """The labels of one job in one order and aggregation."""

    def __len__(self) -> int: ...

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Labels begin to end as a JSON array."""


class TimestampPages:
    """Made-up labels, one entry a label and timestamp."""

    def __init__(self, detections: Detections, rows: NDArray[np.int64]) -> None:
        self._detections, self._rows = detections, rows

    def __len__(self) -> int:
        return len(self._rows)

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Labels begin to end as a JSON array."""
        return msgspec.Raw(timestamps_page(self._detections, self._rows[begin:end]))


class SegmentPages:
    """Made-up labels, one entry a segment."""

    def __init__(self, found: Segments) -> None:
        self._found = found

    def __len__(self) -> int:
        return len(self._found.label)

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Segments begin to end as a JSON array."""
        return msgspec.Raw(segments_page(self._found, begin, end))


class LabelResults:
    """Answers GetLabelDetection for the jobs that LabelDetection runs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, request: dict[str, Any], caller: Caller, in_progress: bool) -> dict[str, Any]:
        """One page; ResourceNotFoundException once the results' retention time is over."""
        job = self._world.jobs.find(request["JobId"], caller.scope(START))
        if job is None or self._expired(job):
            raise ServiceError("ResourceNotFoundException", "Could not find JobId")
        order = (request.get("SortBy", "TIMESTAMP"), request.get("AggregateBy", "TIMESTAMPS"))
        if job.outcome is None or in_progress:
            return self._unfinished(job, order)
        if job.outcome["Status"] == "FAILED":
            failed = {"JobStatus": "FAILED", "StatusMessage": job.outcome["StatusMessage"]}
            return {**failed, "Labels": [], **_about(job, order)}
        try:
            return self._page(request, job, order)
        except RecordingMissing as missing:
            raise ServiceError("InternalServerError", str(missing)) from None

    def _page(self, request: dict[str, Any], job: Job, order: tuple[str, str]) -> dict[str, Any]:
        now, lifetime = self._world.clock.now(), self._world.settings.token_seconds
        listing = "|".join((job.job_id, *order))
        begin = 0
        if (token := request.get("NextToken")) is not None:
            begin = tokens.redeem(listing, token, now, lifetime)
        members, pages = self._results(job, order)
        end = min(begin + min(request.get("MaxResults", MAX_PAGE), MAX_PAGE), len(pages))
        members["Labels"] = pages.cut(begin, end)
        if end < len(pages):
            members["NextToken"] = tokens.issue(listing, end, now)
        return members

    def _results(self, job: Job, order: tuple[str, str]) -> tuple[dict[str, Any], Pages]:
        """Everything of the answer but Labels and NextToken, and all labels in the order asked."""
        assert job.outcome is not None
        source = job.outcome["source"]
        if "recording" in source:
            recording = self._world.recordings.by_hash(source["recording"])
            members = recorded_labels.members(recording, job.job_id, order)
            return members, recorded_labels.pages(recording, order)
        video = VideoSource(**source)
        settings = {name: job.request[name] for name in _SELECTING if name in job.request}
        pages = pages_of(video, msgspec.json.encode(settings), order)
        metadata = video_metadata(video, detections_of(video).duration_millis)
        answer = {"JobStatus": "SUCCEEDED", "VideoMetadata": metadata, **_about(job, order)}
        return answer, pages

    def _unfinished(self, job: Job, order: tuple[str, str]) -> dict[str, Any]:
        if (sha256 := job.orders.get("unfinished")) is not None:
            recording = self._world.recordings.by_hash(sha256)
            return recorded_labels.members(recording, job.job_id, order)
        return {"JobStatus": "IN_PROGRESS", "Labels": [], **_about(job, order)}

    def _expired(self, job: Job) -> bool:
        kept = self._world.settings.video_results_seconds
        return job.ended is not None and self._world.clock.now() - job.ended > kept


_SELECTING = ("MinConfidence", "Settings")
# Jobs over the same video share its arrays; a long one takes about 30 MB for a million labels.
_cache_lock = threading.Lock()


@lru_cache(maxsize=8)
def _detections(video: VideoSource) -> Detections:
    return detect(video)


def detections_of(video: VideoSource) -> Detections:
    """A video's detections, made once; calls that arrive together wait for the first."""
    with _cache_lock:
        return _detections(video)


@lru_cache(maxsize=32)
def pages_of(video: VideoSource, settings: bytes, order: tuple[str, str]) -> Pages:
    """A video's labels as one job's settings (JSON) and one order have them."""
    detections = detections_of(video)
    rows = selected(detections, msgspec.json.decode(settings))
    sort_by, aggregate_by = order
    if aggregate_by == "SEGMENTS":
        return SegmentPages(segments(detections, rows, sort_by))
    return TimestampPages(detections, by_name(detections, rows) if sort_by == "NAME" else rows)


def video_metadata(video: VideoSource, duration_millis: int) -> dict[str, Any]:
    """Made-up VideoMetadata: a pure function of the video's bytes and its length."""
    chance = int(video.sha256[:8], 16)
    height, width = _SIZES[chance % len(_SIZES)]
    return {
        "Codec": "h264",
        "DurationMillis": duration_millis,
        "Format": "QuickTime / MOV",
        "FrameRate": _FRAME_RATES[chance // 7 % len(_FRAME_RATES)],
        "FrameHeight": height,
        "FrameWidth": width,
        "ColorRange": "LIMITED",
    }


def _about(job: Job, order: tuple[str, str]) -> dict[str, Any]:
    """The members that say which job and which request this is."""
    about = {
        "LabelModelVersion": LABEL_MODEL_VERSION,
        "JobId": job.job_id,
        "Video": job.request["Video"],
        "GetRequestMetadata": {"SortBy": order[0], "AggregateBy": order[1]},
    }
    if "JobTag" in job.request:
        about["JobTag"] = job.request["JobTag"]
    return about
