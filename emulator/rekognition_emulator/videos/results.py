"""Get... of any video operation: pages of a job's elements.

https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import msgspec

from rekognition_emulator.engine import tokens
from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.jobs import Job
from rekognition_emulator.engine.runner import UNFINISHED
from rekognition_emulator.storage.recordings import RecordingMissing
from rekognition_emulator.videos import recorded
from rekognition_emulator.videos.operation import Order, Pages, VideoOperation
from rekognition_emulator.videos.video import VideoSource, video_metadata
from rekognition_emulator.world import Caller, World

MAX_PAGE = 1000
# What a Start request says beside what it asks to be found.
_NOT_ABOUT_RESULTS = frozenset({"Video", "ClientRequestToken", "NotificationChannel", "JobTag"})


class VideoResults:
    """Answers for the jobs that VideoJobs runs."""

    def __init__(self, world: World, operation: VideoOperation) -> None:
        self._world, self._operation = world, operation

    def get(self, request: dict[str, Any], caller: Caller, in_progress: bool) -> dict[str, Any]:
        """One page; ResourceNotFoundException once the results' retention time is over."""
        operation = self._operation
        job = self._world.jobs.find(request["JobId"], caller.scope(operation.start))
        if job is None or self._expired(job):
            raise ServiceError("ResourceNotFoundException", "Could not find JobId")
        order = operation.order(request)
        if job.outcome is None or in_progress:
            return self._unfinished(job, order)
        if job.outcome["Status"] == "FAILED":
            failed = {"JobStatus": "FAILED", "StatusMessage": job.outcome["StatusMessage"]}
            return {**failed, operation.elements: [], **_about(operation, job, order)}
        try:
            return self._page(request, job, order)
        except RecordingMissing as missing:
            raise ServiceError("InternalServerError", str(missing)) from None

    def _page(self, request: dict[str, Any], job: Job, order: Order) -> dict[str, Any]:
        now, lifetime = self._world.clock.now(), self._world.settings.token_seconds
        listing = "|".join((job.job_id, *order))
        begin = 0
        if (token := request.get("NextToken")) is not None:
            begin = tokens.redeem(listing, token, now, lifetime)
        members, pages = self._results(job, order)
        end = min(begin + min(request.get("MaxResults", MAX_PAGE), MAX_PAGE), len(pages))
        members[self._operation.elements] = pages.cut(begin, end)
        if end < len(pages):
            members["NextToken"] = tokens.issue(listing, end, now)
        return members

    def _results(self, job: Job, order: Order) -> tuple[dict[str, Any], Pages]:
        """All of the answer but the elements and NextToken, and all elements as asked for."""
        assert job.outcome is not None
        operation, source = self._operation, job.outcome["source"]
        if "recording" in source:
            recording = self._world.recordings.by_hash(source["recording"])
            members = recorded.members(recording, job.job_id, order)
            return members, recorded.pages(operation, recording, order)
        video = VideoSource(**source)
        settings = {
            name: value for name, value in job.request.items() if name not in _NOT_ABOUT_RESULTS
        }
        pages = _pages(operation, video, msgspec.json.encode(settings), order)
        metadata = video_metadata(video, _seen(operation, video).duration_millis)
        about = operation.about(metadata, job.request) | _about(operation, job, order)
        return {"JobStatus": "SUCCEEDED", **about}, pages

    def _unfinished(self, job: Job, order: Order) -> dict[str, Any]:
        if (sha256 := job.orders.get(UNFINISHED)) is not None:
            return recorded.members(self._world.recordings.by_hash(sha256), job.job_id, order)
        elements: dict[str, Any] = {self._operation.elements: []}
        return {"JobStatus": "IN_PROGRESS", **elements, **_about(self._operation, job, order)}

    def _expired(self, job: Job) -> bool:
        kept = self._world.settings.video_results_seconds
        return job.ended is not None and self._world.clock.now() - job.ended > kept


# Jobs over the same video share what is seen in it; of a long one, about 30 MB a million labels.
_cache_lock = threading.Lock()


@lru_cache(maxsize=8)
def _look(operation: VideoOperation, video: VideoSource) -> Any:
    return operation.look(video)


def _seen(operation: VideoOperation, video: VideoSource) -> Any:
    """What is seen in a video, made once; calls that arrive together wait for the first."""
    with _cache_lock:
        return _look(operation, video)


@lru_cache(maxsize=32)
def _pages(operation: VideoOperation, video: VideoSource, settings: bytes, order: Order) -> Pages:
    """A video's elements as one job's settings (JSON) and one order have them."""
    return operation.pages(_seen(operation, video), msgspec.json.decode(settings), order)


def _about(operation: VideoOperation, job: Job, order: Order) -> dict[str, Any]:
    """The members that say which job and which request this is."""
    about: dict[str, Any] = {
        **operation.model_version,
        "JobId": job.job_id,
        "Video": job.request["Video"],
    }
    if operation.aggregate_by:
        about["GetRequestMetadata"] = {"SortBy": order.sort_by, "AggregateBy": order.aggregate_by}
    if "JobTag" in job.request:
        about["JobTag"] = job.request["JobTag"]
    return about
