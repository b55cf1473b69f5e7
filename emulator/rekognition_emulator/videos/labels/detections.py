"""Made-up label detections of a video: a pure function of its bytes and its declared length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.videos.labels.taxonomy import Label, by_name, labels
from rekognition_emulator.videos.sightings import (
    DEFAULT_MIN_CONFIDENCE,
    Sampling,
    Sightings,
    length_of,
    look,
    scenes_of,
)
from rekognition_emulator.videos.video import VideoSource

# A shot keeps its labels for this many frames, so that segments are longer than one frame.
_FRAMES_A_SHOT = (2, 9)
_SCENES = 48
_LEAVES_A_SCENE = (5, 14)
# How far apart the service's timestamps are, in milliseconds: the steps seen in real responses.
_STEPS = ((500, 501), (480, 520), (200, 200))


@dataclass(frozen=True)
class Detections(Sightings):
    """A video's labels and their boxes.

    The boxes of sighting i are rows first_box[i] to first_box[i+1] of `boxes`: width, height, left,
    top, confidence.
    """

    first_box: NDArray[np.int64]
    boxes: NDArray[np.float32]


def detect(source: VideoSource) -> Detections:
    """All labels of a video, whatever their confidence."""
    seed = int(source.sha256, 16)
    random = np.random.Generator(np.random.PCG64(seed))
    scenes = scenes_of([_scene(random) for _ in range(_SCENES)])
    sampling = Sampling(_STEPS[seed % len(_STEPS)])
    millis = length_of(source, random)
    if source.labels is None:
        frames = sampling.frames(millis)
    else:
        # The smallest scene decides how many frames are enough; `look` cuts what is too much.
        frames = 1 + source.labels // max(1, int(scenes.sure().min()))
    shots = random.integers(*_FRAMES_A_SHOT, size=frames)
    shown = np.repeat(random.integers(0, _SCENES, size=frames), shots)[:frames]
    seen = look(source, random, millis, scenes, shown, sampling)
    first_box, boxes = _boxes(random, seen.label)
    return Detections(**vars(seen), first_box=first_box, boxes=boxes)


def _scene(random: np.random.Generator) -> dict[int, float]:
    every = labels()
    count = int(random.integers(*_LEAVES_A_SCENE))
    leaves = random.choice(len(every), size=count, replace=False)
    return _with_ancestors([every[int(leaf)] for leaf in leaves], random)


def _with_ancestors(leaves: list[Label], random: np.random.Generator) -> dict[int, float]:
    """Confidences of the labels and of all their ancestors, which are never less sure."""
    confidences: dict[int, float] = {}
    for position, leaf in enumerate(leaves):
        # The first few are always sure: every frame has something at the default threshold.
        low = DEFAULT_MIN_CONFIDENCE if position < 4 else 5.0
        sure = float(random.uniform(low, 99.5))
        for index in (leaf.index, *(by_name()[name].index for name in leaf.parents)):
            confidences[index] = max(sure, confidences.get(index, 0.0))
    return confidences


def _boxes(
    random: np.random.Generator, label: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """One to three boxes for about half of the labels that can have them."""
    can = np.array([one.has_boxes for one in labels()])[label]
    count = np.where(can, np.maximum(0, random.integers(-2, 4, size=len(label))), 0)
    first_box = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    total = int(first_box[-1])
    # Squares make small numbers common enough for the service's 7.06E-4 to turn up.
    left, top = random.random(total) ** 2, random.random(total) ** 2
    width, height = (1 - left) * random.random(total), (1 - top) * random.random(total)
    confidence = random.uniform(50, 100, size=total)
    boxes = np.column_stack((width, height, left, top, confidence)).astype(np.float32)
    return first_box, boxes
