"""Labels that are seen in the frames of a made-up video, and segments of them.

A whole video is a handful of arrays, so a million labels cost about 30 MB and a page of them can be
cut out anywhere without making the ones before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.videos.operation import Order
from rekognition_emulator.videos.video import VideoSource

DEFAULT_MIN_CONFIDENCE = 50.0


@dataclass(frozen=True)
class Scenes:
    """Sets of labels that appear together; scene s has the rows start[s] to start[s+1].

    `label` is a position in the alphabetical list of the operation's labels.
    """

    start: NDArray[np.int64]
    label: NDArray[np.int64]
    base: NDArray[np.float64]

    def sure(self) -> NDArray[np.int64]:
        """How many labels each scene puts at confidence 50 or more in every frame."""
        counts = np.concatenate(([0], np.cumsum(self.base >= DEFAULT_MIN_CONFIDENCE)))
        return np.diff(counts[self.start])


def scenes_of(confidences: list[dict[int, float]]) -> Scenes:
    """Scenes, each given as its labels and their lowest confidences."""
    rows = [sorted(one.items()) for one in confidences]
    start = np.cumsum([0, *map(len, rows)])
    label = np.array([label for one in rows for label, _ in one], dtype=np.int64)
    return Scenes(start, label, np.array([base for one in rows for _, base in one]))


@dataclass(frozen=True)
class Sampling:
    """Which frames are looked at: the first one's time and the two steps that take turns, in ms."""

    steps: tuple[int, int]
    first: int = 0

    def frames(self, millis: int) -> int:
        """How many frames a video of this length has."""
        return 1 + (millis - self.first) * 2 // sum(self.steps)

    def times(self, frames: int, spread: int | None) -> NDArray[np.int64]:
        """The frames' times; with `spread`, over that many milliseconds if they have room."""
        position = np.arange(frames, dtype=np.int64)
        if spread is not None and frames and spread >= frames:
            return position * spread // frames
        return self.first + (position // 2) * sum(self.steps) + (position % 2) * self.steps[0]


@dataclass(frozen=True)
class Sightings:
    """A video's labels, whatever their confidence, ordered by timestamp, then name.

    One entry a sighting: `frame`, `label`, `confidence` (float32). One entry a frame: `millis`.
    """

    duration_millis: int
    millis: NDArray[np.int64]
    frame: NDArray[np.int64]
    label: NDArray[np.int64]
    confidence: NDArray[np.float32]


def length_of(source: VideoSource, random: np.random.Generator) -> int:
    """The declared length in milliseconds, or a made-up one."""
    declared = source.duration_millis
    return declared if declared is not None else int(random.integers(5_000, 15_000))


def look(
    source: VideoSource,
    random: np.random.Generator,
    millis: int,
    scenes: Scenes,
    shown: NDArray[np.int64],
    sampling: Sampling,
) -> Sightings:
    """What is seen in a video of this length whose frames show these scenes.

    With a declared number of labels it ends at the last one, and may be of another length.
    """
    frames = len(shown)
    frame, rows = _rows_of_frames(scenes, shown)
    # Confidence rises with the frame's quality and never falls below the scene's own: a label stays
    # above a threshold that its scene puts it above, and a parent never falls below its child.
    quality = random.uniform(0.55, 1.0, size=frames)
    confidence = (100 - (100 - scenes.base[rows]) * quality[frame]).astype(np.float32)
    label, spread = scenes.label[rows], None
    if source.labels is not None:
        end = _row_after(confidence, source.labels)
        frame, label, confidence = frame[:end], label[:end], confidence[:end]
        frames = int(frame[-1]) + 1 if end else 0
        spread = source.duration_millis
    times = sampling.times(frames, spread)
    if source.labels is not None and (spread is None or spread < frames):
        # No length is declared, or one too short for a timestamp a millisecond.
        millis = int(times[-1]) + sampling.steps[1] if frames else 0
    return Sightings(millis, times, frame, label, confidence)


def _row_after(confidence: NDArray[np.float32], wanted: int) -> int:
    """The end of the rows that hold exactly `wanted` labels of confidence 50 and more."""
    if wanted == 0:
        return 0
    return int(np.flatnonzero(confidence >= DEFAULT_MIN_CONFIDENCE)[wanted - 1]) + 1


def _rows_of_frames(
    scenes: Scenes, shown: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each label of each frame: its frame and its row among the scenes' rows."""
    sizes = np.diff(scenes.start)[shown]
    frame = np.repeat(np.arange(len(shown), dtype=np.int64), sizes)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else sizes
    return frame, scenes.start[:-1][shown][frame] + np.arange(len(frame)) - first[frame]


@dataclass(frozen=True)
class Segments:
    """Runs of neighbouring frames with one label; one entry a segment, in the order asked for."""

    label: NDArray[np.int64]
    confidence: NDArray[np.float32]
    start_millis: NDArray[np.int64]
    end_millis: NDArray[np.int64]


def at_least(seen: Sightings, threshold: float) -> NDArray[np.bool_]:
    """Which sightings are as sure as that."""
    return seen.confidence >= np.float32(threshold)


def by_name(seen: Sightings, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same rows ordered by name, then timestamp."""
    # Labels' positions are alphabetical, and rows come by timestamp: a stable sort is enough.
    return rows[np.argsort(seen.label[rows], kind="stable")]


def segments(seen: Sightings, rows: NDArray[np.int64], order: Order) -> Segments:
    """Runs of neighbouring frames in which a label is seen, with its highest confidence.

    A segment begins at its first frame and ends where the next frame begins, or with the video.
    """
    rows = by_name(seen, rows)
    label, frame = seen.label[rows], seen.frame[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (np.diff(label) != 0) | (np.diff(frame) != 1)
    starts = np.flatnonzero(first)
    if not len(starts):
        none = np.empty(0, dtype=np.int64)
        return Segments(none, none.astype(np.float32), none, none)
    last = np.concatenate((starts[1:], [len(rows)])) - 1
    ends = np.maximum(np.append(seen.millis[1:], seen.duration_millis), seen.millis)
    found = Segments(
        label[starts],
        np.maximum.reduceat(seen.confidence[rows], starts),
        seen.millis[frame[starts]],
        ends[frame[last]],
    )
    if order.sort_by == "NAME":
        return found
    by_start = np.argsort(found.start_millis, kind="stable")
    return Segments(**{name: column[by_start] for name, column in vars(found).items()})
