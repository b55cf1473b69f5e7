"""Image moderation one image at a time, with each answer's body as it came."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

import msgspec

from rekognition_results.aws.calls import explained
from rekognition_results.hooks.rekognition import CUT_SHORT_TRIES, RekognitionHook
from rekognition_tables.errors import ServiceBusy


class ModerationAnswer(msgspec.Struct, frozen=True):
    """What of DetectModerationLabels steers us; `body` is all of it."""

    ModerationModelVersion: str | None = None
    body: bytes = b""


class _Bodies(threading.local):
    """The body that this thread's last call was answered with: many threads share one client."""

    last: bytes | None = None

    def keep(self, response_dict: dict[str, Any], **_: Any) -> None:
        self.last = response_dict["body"] if response_dict["status_code"] < 300 else None


class RekognitionModerationHook(RekognitionHook):
    """DetectModerationLabels, from many threads at once if need be.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectModerationLabels.html
    """

    @cached_property
    def _bodies(self) -> _Bodies:
        bodies = _Bodies()
        event = "before-parse.rekognition.DetectModerationLabels"
        self.conn.meta.events.register(event, bodies.keep, unique_id="rekognition-results-image")
        return bodies

    def detect_moderation_labels(
        self, bucket: str, key: str, config: dict[str, Any]
    ) -> ModerationAnswer:
        """Moderate one image in S3. `config`: MinConfidence and ProjectVersion, or neither.

        An answer that came cut short is asked for, and paid, again.
        """
        image: Any = {"S3Object": {"Bucket": bucket, "Name": key}}
        bodies = self._bodies
        for _ in range(CUT_SHORT_TRIES):
            with explained("DetectModerationLabels", f"s3://{bucket}/{key}"):
                self.conn.detect_moderation_labels(Image=image, **config)
            try:
                answer = msgspec.json.decode(bodies.last or b"", type=ModerationAnswer)
            except (msgspec.DecodeError, RecursionError):
                continue
            return msgspec.structs.replace(answer, body=bodies.last or b"")
        raise ServiceBusy(
            f"DetectModerationLabels of s3://{bucket}/{key} came cut short {CUT_SHORT_TRIES} "
            "times. Check the network.",
            operation="DetectModerationLabels",
        )
