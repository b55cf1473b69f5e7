"""Start... of any video operation: checks, the job, and how it ends.

https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from rekognition_emulator.engine.errors import JobFailure, ServiceError
from rekognition_emulator.engine.jobs import Job
from rekognition_emulator.engine.notifications import check_region, publish
from rekognition_emulator.engine.runner import UNFINISHED, Runner
from rekognition_emulator.storage.objects import AccessDenied, ObjectUnreadable, location_of
from rekognition_emulator.storage.recordings import METADATA_KEY, Recording, RecordingMissing
from rekognition_emulator.videos import registry
from rekognition_emulator.videos.operation import VideoOperation
from rekognition_emulator.videos.video import declared
from rekognition_emulator.world import Caller, World

# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html: 10 GB and 6 hours.
MAX_BYTES, MAX_MILLIS = 10 * 1024**3, 6 * 60 * 60 * 1000
# Metadata that declares what a few bytes stand for.
LABELS, DURATION, SIZE = "labels", "duration-millis", "size-bytes"


class VideoJobs:
    """The jobs of one operation; `results` answers for them."""

    def __init__(self, world: World, operation: VideoOperation) -> None:
        self._world, self._operation = world, operation
        seconds = world.settings.seconds_per_video_job
        self._runner = Runner(
            world, operation.start, seconds, self._analysed, _failed, self._notify
        )

    def start(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """{JobId}; the same job again for the same token and request."""
        scope = caller.scope(self._operation.start)
        return self._runner.start(scope, request, lambda: self._check(request, caller))

    def _check(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What the service refuses before there is a job; the order of one that never ends."""
        location = location_of("Video", request["Video"])
        if (channel := request.get("NotificationChannel")) is not None:
            check_region(channel["SNSTopicArn"], caller.region)
        try:
            video = self._world.objects.head(location, caller.region)
        except (ObjectUnreadable, AccessDenied):
            raise ServiceError("InvalidS3ObjectException") from None
        size = declared(video.metadata, SIZE) or video.size
        if size > MAX_BYTES or (declared(video.metadata, DURATION) or 0) > MAX_MILLIS:
            raise ServiceError("VideoTooLargeException")
        self._check_quota(caller)
        try:
            recording = self._recording(video.metadata)
        except RecordingMissing:
            return {}
        if recording is None or recording.value("JobStatus") != "IN_PROGRESS":
            return {}
        return {UNFINISHED: recording.sha256}

    def _check_quota(self, caller: Caller) -> None:
        """The places are an account's: the jobs of all video operations share them."""
        running = self._world.jobs.running
        taken = sum(running(caller.scope(one.start)) for one in registry.OPERATIONS)
        if taken >= self._world.settings.video_jobs_at_once:
            raise ServiceError("LimitExceededException")

    def _recording(self, metadata: dict[str, str]) -> Recording | None:
        """The recorded answer of this operation that a video is tied to, if there is one."""
        if not (name := metadata.get(METADATA_KEY)):
            return None
        recording = self._world.recordings.named(name)
        return recording if registry.records(recording, self._operation) else None

    def _analysed(self, job: Job) -> dict[str, Any]:
        """SUCCEEDED, with what decides the job's results; JobFailure says why not."""
        try:
            video = self._world.objects.read(job.request["Video"]["S3Object"], job.region)
            if not video.body:
                raise JobFailure("INVALID_VIDEO", "The video is empty.")
            recording = self._recording(video.metadata)
        except (ObjectUnreadable, AccessDenied, RecordingMissing) as reason:
            raise JobFailure("INVALID_VIDEO", str(reason)) from None
        if recording is not None:
            source: dict[str, Any] = {"recording": recording.sha256}
        else:
            source = {
                "sha256": hashlib.sha256(video.body).hexdigest(),
                "labels": declared(video.metadata, LABELS),
                "duration_millis": declared(video.metadata, DURATION),
            }
        self._world.counters.add("videos_analysed", job.operation)
        return {"Status": "SUCCEEDED", "source": source}

    def _notify(self, job: Job, ended: float) -> None:
        assert job.outcome is not None
        status = job.outcome["Status"]
        if status == "FAILED":
            status = job.orders.get("fail", {}).get("notify_status", status)
        for _ in range(job.orders.get("copies", 1)):
            if publish(job, status, ended):
                self._world.counters.add("notifications", status)


def _failed(_: str, message: str) -> dict[str, Any]:
    """The outcome of a job that ends FAILED: a video's has a message and no code."""
    return {"Status": "FAILED", "StatusMessage": message}
