"""StartLabelDetection: checks, the job, and how it ends.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_StartLabelDetection.html
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.jobs import Job
from rekognition_emulator.engine.notifications import check_region, publish
from rekognition_emulator.storage.objects import (
    AccessDenied,
    ObjectHead,
    ObjectUnreadable,
    location_of,
)
from rekognition_emulator.storage.recordings import METADATA_KEY, RecordingMissing
from rekognition_emulator.world import Caller, World

log = logging.getLogger(__name__)
START = "StartLabelDetection"
# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html: 10 GB and 6 hours.
MAX_BYTES, MAX_MILLIS = 10 * 1024**3, 6 * 60 * 60 * 1000
# Metadata that declares what a few bytes stand for.
LABELS, DURATION, SIZE = "labels", "duration-millis", "size-bytes"


class LabelDetection:
    """Video jobs; `label_results` answers for them."""

    def __init__(self, world: World) -> None:
        self._world = world
        for job in world.jobs:
            if job.operation == START and job.outcome is None:
                self._schedule(job)

    def start(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """{JobId}; the same job again for the same token and request."""
        world, scope = self._world, caller.scope(START)
        with world.jobs.lock:
            job = world.jobs.with_token(scope, request)
            if job is None:
                video = self._check(request, caller)
                if world.jobs.running(scope) >= world.settings.video_jobs_at_once:
                    raise ServiceError("LimitExceededException")
                world.counters.add("jobs_started", START)
                orders = world.faults.job_orders(START) | self._unfinished(video)
                now, seconds = world.clock.now(), world.settings.seconds_per_video_job
                job = world.jobs.start(scope, request, now, seconds, orders)
                self._schedule(job)
        return {"JobId": job.job_id}

    def _check(self, request: dict[str, Any], caller: Caller) -> ObjectHead:
        """The video, or what the service refuses before there is a job."""
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
        return video

    def _unfinished(self, video: ObjectHead) -> dict[str, Any]:
        """The order of a job that never ends, if the video's recording is of an unfinished one."""
        try:
            recording = self._world.recordings.named(video.metadata.get(METADATA_KEY, ""))
        except RecordingMissing:
            return {}
        unfinished = recording.value("JobStatus") == "IN_PROGRESS"
        return {"unfinished": recording.sha256} if unfinished else {}

    def _schedule(self, job: Job) -> None:
        if "unfinished" not in job.orders:
            self._world.scheduler.at(job.due, lambda due: self._end(job, due))

    def _end(self, job: Job, ended: float) -> None:
        try:
            outcome = self._outcome(job)
        except Exception:
            # A job of the service always ends; what went wrong here is for the emulator's log.
            log.exception("job %s broke", job.job_id)
            outcome = {
                "Status": "FAILED",
                "StatusMessage": "The emulator met an error; see its log.",
            }
        self._world.jobs.end(job, ended, outcome)
        status = outcome["Status"]
        if status == "FAILED":
            status = job.orders.get("fail", {}).get("notify_status", status)
        for _ in range(job.orders.get("copies", 1)):
            if publish(job, status, ended):
                self._world.counters.add("notifications", status)

    def _outcome(self, job: Job) -> dict[str, Any]:
        """How the job ends: SUCCEEDED with what decides its results, or FAILED with a message."""
        if (order := job.orders.get("fail")) is not None:
            return {"Status": "FAILED", "StatusMessage": order["message"], "Code": order["code"]}
        try:
            video = self._world.objects.read(job.request["Video"]["S3Object"], job.region)
            if not video.body:
                return {"Status": "FAILED", "StatusMessage": "The video is empty."}
            if name := video.metadata.get(METADATA_KEY):
                source: dict[str, Any] = {"recording": self._world.recordings.named(name).sha256}
            else:
                source = {
                    "sha256": hashlib.sha256(video.body).hexdigest(),
                    "labels": declared(video.metadata, LABELS),
                    "duration_millis": declared(video.metadata, DURATION),
                }
        except (ObjectUnreadable, AccessDenied, RecordingMissing) as reason:
            return {"Status": "FAILED", "StatusMessage": str(reason)}
        self._world.counters.add("videos_analysed", START)
        return {"Status": "SUCCEEDED", "source": source}


def declared(metadata: dict[str, str], name: str) -> int | None:
    """A whole number from an object's metadata, None where it declares none."""
    text = metadata.get(name, "")
    return int(text) if text.isdecimal() else None
