"""Made-up label detections of a video: a pure function of its bytes and its declared length.

A whole video is a handful of arrays, so a million labels cost about 30 MB and a page of them can be
cut out anywhere without making the ones before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.videos.label_taxonomy import Label, by_name, labels

DEFAULT_MIN_CONFIDENCE = 50.0
# A shot keeps its labels for this many frames, so that segments are longer than one frame.
_FRAMES_A_SHOT = (2, 9)
_SCENES = 48
_LEAVES_A_SCENE = (5, 14)
# How far apart the service's timestamps stand, in milliseconds: the steps seen in real responses.
_STEPS = ((500, 501), (480, 520), (200, 200))


@dataclass(frozen=True)
class VideoSource:
    """What decides a video's results: its bytes' SHA-256 and what its metadata declares.

    `labels` is the number of labels of confidence 50 and more, `duration_millis` the length.
    """

    sha256: str
    labels: int | None = None
    duration_millis: int | None = None


@dataclass(frozen=True)
class Detections:
    """A video's labels, ordered by timestamp, then name.

    One entry a label: `frame`, `label` (position in the taxonomy), `confidence` (float32),
    `first_box` (its boxes are rows first_box[i] to first_box[i+1] of `boxes`: width, height, left,
    top, confidence). One entry a frame: `millis`.
    """

    duration_millis: int
    millis: NDArray[np.int64]
    frame: NDArray[np.int64]
    label: NDArray[np.int64]
    confidence: NDArray[np.float32]
    first_box: NDArray[np.int64]
    boxes: NDArray[np.float32]


@dataclass(frozen=True)
class _Scenes:
    """Sets of labels that appear together; scene s has the rows start[s] to start[s+1]."""

    start: NDArray[np.int64]
    label: NDArray[np.int64]
    base: NDArray[np.float64]


def detect(source: VideoSource) -> Detections:
    """All labels of a video, whatever their confidence."""
    seed = int(source.sha256, 16)
    random = np.random.Generator(np.random.PCG64(seed))
    scenes = _scenes(random)
    steps = _STEPS[seed % len(_STEPS)]
    declared = source.duration_millis
    millis = declared if declared is not None else int(random.integers(5_000, 15_000))
    if source.labels is None:
        frames = 1 + millis * 2 // sum(steps)
    else:
        # The smallest scene decides how many frames are enough; what is too much is cut off below.
        frames = 1 + source.labels // max(1, int(_sure(scenes).min()))
    shots = random.integers(*_FRAMES_A_SHOT, size=frames)
    scene = np.repeat(random.integers(0, _SCENES, size=frames), shots)[:frames]
    frame, rows = _rows_of_frames(scenes, scene)
    # Confidence rises with the frame's quality and never falls below the scene's own: a label stays
    # above a threshold that its scene puts it above, and a parent never falls below its child.
    quality = random.uniform(0.55, 1.0, size=frames)
    confidence = (100 - (100 - scenes.base[rows]) * quality[frame]).astype(np.float32)
    label = scenes.label[rows]
    if source.labels is not None:
        end = _row_after(confidence, source.labels)
        frame, label, confidence = frame[:end], label[:end], confidence[:end]
        frames = int(frame[-1]) + 1 if end else 0
    times = _times(frames, steps, declared if source.labels is not None else None)
    if source.labels is not None and (declared is None or declared < frames):
        # No length is declared, or one too short for a timestamp a millisecond.
        millis = int(times[-1]) + steps[1] if frames else 0
    first_box, boxes = _boxes(random, label)
    return Detections(millis, times, frame, label, confidence, first_box, boxes)


def _sure(scenes: _Scenes) -> NDArray[np.int64]:
    """How many labels each scene puts at confidence 50 or more in every frame."""
    sure = (scenes.base >= DEFAULT_MIN_CONFIDENCE).astype(np.int64)
    return np.add.reduceat(sure, scenes.start[:-1])


def _row_after(confidence: NDArray[np.float32], wanted: int) -> int:
    """The end of the rows that hold exactly `wanted` labels of confidence 50 and more."""
    if wanted == 0:
        return 0
    return int(np.flatnonzero(confidence >= DEFAULT_MIN_CONFIDENCE)[wanted - 1]) + 1


def _times(frames: int, steps: tuple[int, int], spread: int | None) -> NDArray[np.int64]:
    """Whole milliseconds at uneven steps, or `frames` of them spread over `spread` milliseconds."""
    position = np.arange(frames, dtype=np.int64)
    if spread is not None and frames and spread >= frames:
        return position * spread // frames
    return (position // 2) * sum(steps) + (position % 2) * steps[0]


def _scenes(random: np.random.Generator) -> _Scenes:
    every = labels()
    start, label, base = [0], [], []
    for _ in range(_SCENES):
        count = int(random.integers(*_LEAVES_A_SCENE))
        leaves = random.choice(len(every), size=count, replace=False)
        confidences = _with_ancestors([every[int(leaf)] for leaf in leaves], random)
        for index in sorted(confidences):
            label.append(index)
            base.append(confidences[index])
        start.append(len(label))
    return _Scenes(np.array(start), np.array(label), np.array(base))


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


def _rows_of_frames(
    scenes: _Scenes, scene: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each label of each frame: its frame and its row among the scenes' rows."""
    sizes = np.diff(scenes.start)[scene]
    frame = np.repeat(np.arange(len(scene), dtype=np.int64), sizes)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else sizes
    return frame, scenes.start[:-1][scene][frame] + np.arange(len(frame)) - first[frame]


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
