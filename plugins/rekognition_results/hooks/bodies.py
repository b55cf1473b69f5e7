"""An answer's body as the service sent it, and without the price of parsing its labels.

botocore spends about 30 ms on the elements of a page that landing does not need. Its `before-parse`
event shows the body first: the bytes are kept, and the envelope alone is left for the parser.
It also shows what botocore lets pass: a body that was cut short on the way.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS


class Page(msgspec.Struct):
    """A page of a video operation, without its elements."""

    JobStatus: str
    StatusMessage: str | None = None
    NextToken: str | None = None


class Job(msgspec.Struct):
    """The least that GetMediaAnalysisJob tells; the hook reads the body itself."""

    JobId: str
    Status: str


class Jobs(msgspec.Struct):
    """A page of ListMediaAnalysisJobs, whose jobs stay bytes."""

    MediaAnalysisJobs: msgspec.Raw
    NextToken: str | None = None


class Started(msgspec.Struct):
    """The answer to every Start call."""

    JobId: str


# What is left of each answer for the parser. A body that is not that was cut short.
ENVELOPES: dict[str, type[msgspec.Struct]] = {
    "GetMediaAnalysisJob": Job,
    "ListMediaAnalysisJobs": Jobs,
    **{spec.get: Page for spec in VIDEO_OPERATIONS.values()},
    **{spec.start: Started for spec in SPECS.values()},
}


class BodyListener:
    """Listens to one client and operation. `last` is the last answer's body, None if it was cut."""

    def __init__(self, client: Any, operation: str) -> None:
        self.last: bytes | None = None
        self._envelope = ENVELOPES[operation]
        event = f"before-parse.rekognition.{operation}"
        client.meta.events.register(event, self._keep, unique_id=f"rekognition-results-{operation}")

    def _keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        """Fires once per HTTP attempt: only the last one's body stays."""
        self.last = None
        if response_dict["status_code"] >= 300:
            return  # an error's body is for botocore
        body = response_dict["body"]
        try:
            envelope = msgspec.json.decode(body, type=self._envelope)
        except (msgspec.DecodeError, RecursionError):
            return  # cut short on the way: botocore's parser would take it for an empty answer
        self.last = body
        response_dict["body"] = msgspec.json.encode(envelope)
