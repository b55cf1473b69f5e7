"""What DetectModerationLabels finds in an image: a recording's content, or a made-up result.

Images are told by their first bytes and never decoded.
https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectModerationLabels.html
"""

from __future__ import annotations

import hashlib
import random
import struct
from typing import Any

import msgspec

from rekognition_emulator.engine.wire import encode
from rekognition_emulator.images.moderation_taxonomy import (
    CONTENT_TYPES,
    MODERATION_MODEL_VERSION,
    paths,
)
from rekognition_emulator.storage.objects import StoredObject
from rekognition_emulator.storage.recordings import METADATA_KEY, Recordings

DEFAULT_MIN_CONFIDENCE = 50.0
# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html: 15 MB in S3, 5 MB in a request.
MAX_BYTES_IN_S3 = 15 * 1024 * 1024
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def is_image(body: bytes) -> bool:
    """Whether the bytes begin as a JPEG's or a PNG's do."""
    return body.startswith((_JPEG, _PNG))


def moderate(
    image: StoredObject,
    recordings: Recordings,
    min_confidence: float | None,
    project_version: str | None = None,
) -> msgspec.Raw:
    """The response for one image as JSON text; a recording's comes back whole, word for word."""
    if name := image.metadata.get(METADATA_KEY):
        members: dict[str, Any] = dict(recordings.named(name).members)
    else:
        threshold = DEFAULT_MIN_CONFIDENCE if min_confidence is None else min_confidence
        members = _made_up(image.body, threshold)
    if project_version is not None:
        members["ProjectVersion"] = project_version
    return msgspec.Raw(encode(members))


def _made_up(body: bytes, threshold: float) -> dict[str, Any]:
    chance = random.Random(hashlib.sha256(body).digest())
    # Path to confidence; a child comes before its parent, which is never less sure than it.
    found: dict[tuple[str, ...], float] = {}
    if chance.random() < 0.5:
        for path in chance.sample(paths(), chance.randint(1, 2)):
            confidence = _float32(100 * chance.random() ** 0.5)
            for level in range(len(path), 0, -1):
                found[path[:level]] = max(confidence, found.get(path[:level], 0.0))
    content_types = [
        {"Confidence": _float32(chance.uniform(50, 100)), "Name": name}
        for name in CONTENT_TYPES
        if chance.random() < 0.2
    ]
    return {
        "ModerationLabels": [
            _label(path, confidence)
            for path, confidence in found.items()
            if confidence >= threshold
        ],
        "ModerationModelVersion": MODERATION_MODEL_VERSION,
        "ContentTypes": content_types,
    }


def _label(path: tuple[str, ...], confidence: float) -> dict[str, Any]:
    return {
        "Confidence": confidence,
        "Name": path[-1],
        "ParentName": path[-2] if len(path) > 1 else "",
        "TaxonomyLevel": len(path),
    }


def _float32(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])
