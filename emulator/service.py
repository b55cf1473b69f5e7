"""Rekognition itself: an operation's name and a JSON body in, a status and a JSON body out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from emulator.detect_moderation import detect_moderation_labels
from emulator.errors import ServiceError
from emulator.faults import Strike
from emulator.label_detection import LabelDetection
from emulator.label_results import LabelResults
from emulator.media_analysis import MediaAnalysis
from emulator.validation import check
from emulator.wire import encode
from emulator.world import Caller, World

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
        bulk, videos, results = MediaAnalysis(world), LabelDetection(world), LabelResults(world)
        self._handlers: dict[str, Handler] = {
            "StartMediaAnalysisJob": lambda request, caller, _: bulk.start(request, caller),
            "GetMediaAnalysisJob": lambda request, caller, strike: bulk.get(
                request, caller, strike.in_progress
            ),
            "ListMediaAnalysisJobs": lambda request, caller, _: bulk.list(request, caller),
            "StartLabelDetection": lambda request, caller, _: videos.start(request, caller),
            "GetLabelDetection": lambda request, caller, strike: results.get(
                request, caller, strike.in_progress
            ),
            "DetectModerationLabels": lambda request, caller, _: detect_moderation_labels(
                world, request, caller
            ),
        }

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that are emulated; moto answers the others."""
        return tuple(self._handlers)

    def handle(self, operation: str, body: bytes, caller: Caller) -> Reply:
        """Answer one call, with whatever goes wrong by order."""
        request_id = str(uuid.uuid4())
        counters = self._world.counters
        counters.add("calls", operation)
        strike = Strike()
        try:
            request = check(operation, _decoded(body))
            strike = self._world.faults.strike(operation, request)
            if strike.delay:
                time.sleep(strike.delay)
            if strike.error is not None:
                raise strike.error
            answer = encode(self._handlers[operation](request, caller, strike))
        except ServiceError as error:
            counters.add("errors", error.code)
            return Reply(error.status, encode(error.body(request_id)), request_id, strike.cut)
        return Reply(200, answer, request_id, strike.cut)


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body or b"{}")
    except msgspec.DecodeError as error:
        raise ServiceError("SerializationException", str(error)) from None
