"""GetLabelDetection's body as the service sent it, without the price of parsing it.

botocore spends about 30 ms on the labels of a page that landing does not need. Its `before-parse`
event shows the body first: the bytes are kept, and the envelope alone is left for the parser.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Envelope(msgspec.Struct):
    """A page without its labels, which stay bytes."""

    JobStatus: str | None = None
    StatusMessage: str | None = None
    NextToken: str | None = None
    LabelModelVersion: str | None = None
    Labels: msgspec.Raw = msgspec.Raw(b"[]")


class PageBytes:
    """Listens to one client. `last` is the body of its last successful GetLabelDetection."""

    EVENT = "before-parse.rekognition.GetLabelDetection"

    def __init__(self, client: Any) -> None:
        self.last: bytes | None = None
        client.meta.events.register(self.EVENT, self._keep, unique_id="rekognition-results")

    def _keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        """Fires once per HTTP attempt: only the last one's body stays."""
        self.last = None
        if response_dict["status_code"] >= 300:
            return  # an error's body is for botocore
        body = response_dict["body"]
        try:
            envelope = msgspec.json.decode(body, type=Envelope)
        except msgspec.DecodeError:
            return  # botocore's parser fails on it too, and its retries ask again
        self.last = body
        envelope.Labels = msgspec.Raw(b"[]")
        response_dict["body"] = msgspec.json.encode(envelope)
