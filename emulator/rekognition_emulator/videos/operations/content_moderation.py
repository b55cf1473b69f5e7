"""Content moderation: stretches of some seconds in which a category is seen, and nothing between.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetContentModeration.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.engine.wire import encode
from rekognition_emulator.images.moderation_taxonomy import (
    CONTENT_TYPES,
    MODERATION_MODEL_VERSION,
    paths,
)
from rekognition_emulator.videos.operation import Order, Pages, VideoOperation
from rekognition_emulator.videos.pages import pages_of
from rekognition_emulator.videos.sightings import (
    DEFAULT_MIN_CONFIDENCE,
    Sampling,
    Scenes,
    Sightings,
    at_least,
    length_of,
    look,
    scenes_of,
)
from rekognition_emulator.videos.video import VideoSource

# Frames in which a scene is seen, and without any before it: about 3 to 12 and 0 to 12 seconds.
_FRAMES_A_STRETCH, _FRAMES_BETWEEN = (6, 25), (0, 25)
_SCENES = 24
# The service's steps in a recorded answer of 2020, in milliseconds; its first frame was at 474.
_STEPS, _FIRST_BELOW = (505, 504), 505
_CONTENT_TYPE_SHARE = 0.2


@dataclass(frozen=True)
class Moderated(Sightings):
    """A video's moderation labels, and its content types (JSON), if it has any."""

    content_types: bytes


def moderate(source: VideoSource) -> Moderated:
    """All moderation labels of a video, whatever their confidence."""
    seed = int(source.sha256, 16)
    random = np.random.Generator(np.random.PCG64(seed))
    # The first scene is the one without a label.
    scenes = scenes_of([{}, *(_scene(random) for _ in range(_SCENES))])
    content_types = _content_types(random)
    sampling = Sampling(_STEPS, seed % _FIRST_BELOW)
    millis = length_of(source, random)
    if source.labels is None:
        frames = sampling.frames(millis)
        shown = _shown(random, 1 + frames // _FRAMES_A_STRETCH[0], scenes)[:frames]
    else:
        shown = _shown(random, 1 + source.labels // _FRAMES_A_STRETCH[0], scenes, source.labels)
    seen = look(source, random, millis, scenes, shown, sampling)
    return Moderated(**vars(seen), content_types=content_types)


def pages(moderated: Moderated, request: dict[str, Any], order: Order) -> Pages:
    """The labels that a request and an order have."""
    sure = at_least(moderated, request.get("MinConfidence", DEFAULT_MIN_CONFIDENCE))
    tail = b',"ContentTypes":%s' % moderated.content_types if moderated.content_types else b""
    parts = [(head, about + tail) for head, about in _parts()]
    return pages_of(moderated, np.flatnonzero(sure), order, parts)


OPERATION = VideoOperation(
    name="ContentModeration",
    elements="ModerationLabels",
    look=moderate,
    pages=pages,
    sort_by={"TIMESTAMP": ("Timestamp",), "NAME": ("ModerationLabel", "Name")},
    aggregate_by=("TIMESTAMPS", "SEGMENTS"),
    model_version={"ModerationModelVersion": MODERATION_MODEL_VERSION},
)


def _scene(random: np.random.Generator) -> dict[int, float]:
    """One or two labels with their parents, which are never less sure: position to confidence."""
    every = _by_name()
    position = {path: at for at, path in enumerate(every)}
    confidences: dict[int, float] = {}
    leaves = random.choice(len(every), size=int(random.integers(1, 3)), replace=False)
    for number, leaf in enumerate(leaves.tolist()):
        # One is always sure: at the default threshold each stretch has something.
        sure = float(random.uniform(5.0 if number else DEFAULT_MIN_CONFIDENCE, 99.5))
        path = every[leaf]
        for level in range(len(path), 0, -1):
            at = position[path[:level]]
            confidences[at] = max(sure, confidences.get(at, 0.0))
    return confidences


def _shown(
    random: np.random.Generator, stretches: int, scenes: Scenes, wanted: int | None = None
) -> NDArray[np.int64]:
    """The scene of each frame; no more stretches than `wanted` labels need, if that is given."""
    between = random.integers(*_FRAMES_BETWEEN, size=stretches)
    frames = random.integers(*_FRAMES_A_STRETCH, size=stretches)
    scene = 1 + random.integers(0, _SCENES, size=stretches)
    if wanted is not None:
        enough = 1 + int(np.searchsorted(np.cumsum(frames * scenes.sure()[scene]), wanted))
        between, frames, scene = between[:enough], frames[:enough], scene[:enough]
    scene = np.column_stack((np.zeros_like(scene), scene)).ravel()
    return np.repeat(scene, np.column_stack((between, frames)).ravel())


def _content_types(random: np.random.Generator) -> bytes:
    found = [
        {"Confidence": float(np.float32(random.uniform(50, 100))), "Name": name}
        for name in CONTENT_TYPES
        if random.random() < _CONTENT_TYPE_SHARE
    ]
    return encode(found) if found else b""


@lru_cache(maxsize=1)
def _by_name() -> list[tuple[str, ...]]:
    """The labels' paths, ordered by the labels' own names."""
    return sorted(paths(), key=lambda path: path[-1])


@lru_cache(maxsize=1)
def _parts() -> list[tuple[bytes, bytes]]:
    """What is before and after the confidence of each label."""
    return [
        (
            b'"ModerationLabel":{"Confidence":',
            b',"Name":%s,"ParentName":%s,"TaxonomyLevel":%d}'
            % (
                msgspec.json.encode(path[-1]),
                msgspec.json.encode(path[-2] if len(path) > 1 else ""),
                len(path),
            ),
        )
        for path in _by_name()
    ]
