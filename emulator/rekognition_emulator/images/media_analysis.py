"""StartMediaAnalysisJob, GetMediaAnalysisJob, ListMediaAnalysisJobs.

https://docs.aws.amazon.com/rekognition/latest/dg/bulk-analysis.html
"""

from __future__ import annotations

from typing import Any

from rekognition_emulator.engine import tokens
from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.jobs import Job
from rekognition_emulator.engine.runner import Runner
from rekognition_emulator.engine.wire import epoch
from rekognition_emulator.images.bulk_run import analysed, failed
from rekognition_emulator.storage.objects import AccessDenied, ObjectUnreadable, location_of
from rekognition_emulator.world import Caller, World

START = "StartMediaAnalysisJob"
MAX_PAGE = 100
# Parts of a job's time that it spends CREATED, then QUEUED; IN_PROGRESS takes the rest.
_CREATED_UNTIL, _QUEUED_UNTIL = 0.1, 0.3
# 10,000 lines with the longest possible reference each.
_MAX_MANIFEST_BYTES = 10_000 * 2_048


class MediaAnalysis:
    """Bulk moderation of the images that a manifest names."""

    def __init__(self, world: World) -> None:
        self._world = world
        seconds = world.settings.seconds_per_bulk_job
        self._runner = Runner(world, START, seconds, lambda job: analysed(world, job), failed)

    def start(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """{JobId}; the same job again for the same token and request."""
        scope = caller.scope(START)
        return self._runner.start(scope, request, lambda: self._check(request, caller))

    def get(self, request: dict[str, Any], caller: Caller, in_progress: bool) -> dict[str, Any]:
        """The job's description; ResourceNotFoundException for an id that is not the caller's."""
        job = self._world.jobs.find(request["JobId"], caller.scope(START))
        if job is None or self._forgotten(job):
            raise ServiceError("ResourceNotFoundException", "The job was not found.")
        return self._description(job, in_progress)

    def list(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """The caller's jobs, newest first, and the token of the next page if there is one."""
        now, lifetime = self._world.clock.now(), self._world.settings.token_seconds
        listing = "|".join(caller.scope(START))
        jobs = self._world.jobs.in_order(caller.scope(START))
        end = len(jobs)
        if (token := request.get("NextToken")) is not None:
            # Positions count from the oldest job, so jobs that start meanwhile shift nothing.
            end = tokens.redeem(listing, token, now, lifetime)
        begin = max(0, end - request.get("MaxResults", MAX_PAGE))
        page = [job for job in reversed(jobs[begin:end]) if not self._forgotten(job)]
        answer: dict[str, Any] = {"MediaAnalysisJobs": [self._description(job) for job in page]}
        if begin > 0 and not self._forgotten(jobs[begin - 1]):
            answer["NextToken"] = tokens.issue(listing, begin, now)
        return answer

    def _check(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What the service can refuse before there is a job; no orders."""
        world = self._world
        operation = request["OperationsConfig"].get("DetectModerationLabels")
        if operation is None:
            raise ServiceError("InvalidParameterException", "OperationsConfig names no operation.")
        manifest = location_of("Input", request["Input"])
        world.adapters.check(operation.get("ProjectVersion"))
        limit = world.settings.bulk_jobs_at_once
        if limit is not None and world.jobs.running(caller.scope(START)) >= limit:
            raise ServiceError("LimitExceededException")
        try:
            size = world.objects.head(manifest, caller.region).size
        except (ObjectUnreadable, AccessDenied):
            raise ServiceError("InvalidS3ObjectException") from None
        if not 0 < size <= _MAX_MANIFEST_BYTES:
            raise ServiceError("InvalidManifestException")
        return {}

    def _forgotten(self, job: Job) -> bool:
        return self._world.clock.now() - job.created > self._world.settings.bulk_jobs_seconds

    def _description(self, job: Job, in_progress: bool = False) -> dict[str, Any]:
        request, outcome = job.request, job.outcome
        if in_progress:
            outcome = None
        description = {
            "JobId": job.job_id,
            "JobName": request.get("JobName"),
            "OperationsConfig": request["OperationsConfig"],
            "Status": self._phase(job, in_progress),
            "CreationTimestamp": epoch(job.created),
            "Input": request["Input"],
            "OutputConfig": request["OutputConfig"],
            "KmsKeyId": request.get("KmsKeyId"),
        }
        if outcome is not None and job.ended is not None:
            description |= outcome
            description["CompletionTimestamp"] = epoch(job.ended)
        return {name: value for name, value in description.items() if value is not None}

    def _phase(self, job: Job, in_progress: bool) -> str:
        if in_progress:
            return "IN_PROGRESS"
        if job.outcome is not None:
            return str(job.outcome["Status"])
        length = job.due - job.created
        part = (self._world.clock.now() - job.created) / length if length else 1.0
        if part < _CREATED_UNTIL:
            return "CREATED"
        return "QUEUED" if part < _QUEUED_UNTIL else "IN_PROGRESS"
