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

from emulator.moderation_taxonomy import CONTENT_TYPES, MODERATION_MODEL_VERSION, paths
from emulator.objects import StoredObject
from emulator.recordings import METADATA_KEY, Recordings
from emulator.wire import encode

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
    labels: list[dict[str, Any]] = []
    if chance.random() < 0.5:
        every = paths()
        for path in chance.sample(every, chance.randint(1, 2)):
            labels += _path_labels(path, chance, labels)
    content_types = [
        {"Confidence": _float32(chance.uniform(50, 100)), "Name": name}
        for name in CONTENT_TYPES
        if chance.random() < 0.2
    ]
    return {
        "ModerationLabels": [label for label in labels if label["Confidence"] >= threshold],
        "ModerationModelVersion": MODERATION_MODEL_VERSION,
        "ContentTypes": content_types,
    }


def _path_labels(
    path: tuple[str, ...], chance: random.Random, known: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A label and its ancestors, deepest first; an ancestor is never less sure than its child."""
    confidence = 100 * chance.random() ** 0.5
    names = {label["Name"] for label in known}
    found = []
    for level in range(len(path), 0, -1):
        if path[level - 1] not in names:
            found.append(
                {
                    "Confidence": _float32(confidence),
                    "Name": path[level - 1],
                    "ParentName": path[level - 2] if level > 1 else "",
                    "TaxonomyLevel": level,
                }
            )
    return found


def _float32(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])
