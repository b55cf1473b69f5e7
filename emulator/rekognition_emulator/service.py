"""Rekognition itself: an operation's name and a JSON body in, a status and a JSON body out."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.rekognition.responses import RekognitionResponse

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.faults import Strike
from rekognition_emulator.engine.validation import check, service_model
from rekognition_emulator.engine.wire import NotJson, decode, encode
from rekognition_emulator.images.detect_moderation import detect_moderation_labels
from rekognition_emulator.images.media_analysis import MediaAnalysis
from rekognition_emulator.videos import registry
from rekognition_emulator.videos.jobs import VideoJobs
from rekognition_emulator.videos.operation import VideoOperation
from rekognition_emulator.videos.results import VideoResults
from rekognition_emulator.world import Caller, World

log = logging.getLogger(__name__)
TARGET_PREFIX = "RekognitionService."
Handler = Callable[[dict[str, Any], Caller, Strike], dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    """An answer: HTTP status, JSON body, request id; `cut` is how the connection ends inside it."""

    status: int
    body: bytes
    request_id: str
    cut: str | None = None

    def headers(self) -> dict[str, str]:
        """The HTTP headers that the service sends with the body."""
        return {
            "Content-Type": "application/x-amz-json-1.1",
            "Content-Length": str(len(self.body)),
            "x-amzn-RequestId": self.request_id,
        }


class Service:
    """The operations of one emulator."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._handlers = _image_handlers(world)
        for operation in registry.OPERATIONS:
            self._handlers |= _video_handlers(world, operation)

    def handle(self, operation: str, body: Callable[[], bytes], caller: Caller) -> Reply | None:
        """Answer one call, with whatever goes wrong by order; None if moto is to answer it.

        `body` reads the request's body, or raises ServiceError.
        """
        request_id = str(uuid.uuid4())
        counters = self._world.counters
        counters.add("calls", operation)
        strike = Strike()
        try:
            request = self._request(operation, body())
            if operation not in self._handlers:
                return None
            strike = self._world.faults.strike(operation, request)
            if strike.delay:
                time.sleep(strike.delay)
            if strike.error is not None:
                raise strike.error
            answer = encode(self._handlers[operation](request, caller, strike))
        except Exception as error:
            refusal = _refusal(operation, error)
            counters.add("errors", refusal.code)
            return Reply(refusal.status, encode(refusal.body(request_id)), request_id, strike.cut)
        return Reply(200, answer, request_id, strike.cut)

    def _request(self, operation: str, body: bytes) -> dict[str, Any]:
        """The request, checked; an error for an operation that nobody here answers."""
        if operation not in self._handlers and operation not in motos_operations():
            message = f"{operation or 'A call without X-Amz-Target'} is not emulated."
            raise ServiceError("UnknownOperationException", message)
        try:
            request = check(operation, decode(body or b"{}"))
        except NotJson as error:
            raise ServiceError("SerializationException", str(error)) from None
        if request.get("NextToken") == "":
            # AWS's own samples begin their paging with it: it is the first page.
            del request["NextToken"]
        return request


def _image_handlers(world: World) -> dict[str, Handler]:
    bulk = MediaAnalysis(world)
    return {
        "StartMediaAnalysisJob": lambda request, caller, _: bulk.start(request, caller),
        "GetMediaAnalysisJob": lambda request, caller, strike: bulk.get(
            request, caller, strike.in_progress
        ),
        "ListMediaAnalysisJobs": lambda request, caller, _: bulk.list(request, caller),
        "DetectModerationLabels": lambda request, caller, _: detect_moderation_labels(
            world, request, caller
        ),
    }


def _video_handlers(world: World, operation: VideoOperation) -> dict[str, Handler]:
    jobs, results = VideoJobs(world, operation), VideoResults(world, operation)
    return {
        operation.start: lambda request, caller, _: jobs.start(request, caller),
        operation.get: lambda request, caller, strike: results.get(
            request, caller, strike.in_progress
        ),
    }


@lru_cache(maxsize=1)
def motos_operations() -> frozenset[str]:
    """The operations that moto answers, always with the same document."""
    return frozenset(
        name
        for name in service_model().operation_names
        if hasattr(RekognitionResponse, camelcase_to_underscores(name))
    )


def _refusal(operation: str, error: Exception) -> ServiceError:
    """The error to answer with; for a fault of the emulator's own, the log says more."""
    if isinstance(error, ServiceError):
        return error
    log.error("%s broke", operation, exc_info=error)
    return ServiceError("InternalServerError", "The emulator met an error of its own; see its log.")
