"""Which labels a job returns and in which order: threshold, filters, SortBy, AggregateBy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.videos.detections import DEFAULT_MIN_CONFIDENCE, Detections
from rekognition_emulator.videos.label_taxonomy import Label, labels


@dataclass(frozen=True)
class Segments:
    """Runs of neighbouring frames with one label; one entry a segment, in the order asked for."""

    label: NDArray[np.int64]
    confidence: NDArray[np.float32]
    start_millis: NDArray[np.int64]
    end_millis: NDArray[np.int64]


def selected(detections: Detections, request: dict[str, Any]) -> NDArray[np.int64]:
    """Rows that StartLabelDetection's request lets through, ordered by timestamp, then name."""
    threshold = np.float32(request.get("MinConfidence", DEFAULT_MIN_CONFIDENCE))
    allowed = np.array([passes(label, request) for label in labels()])
    keep = (detections.confidence >= threshold) & allowed[detections.label]
    return np.flatnonzero(keep)


def passes(label: Label, request: dict[str, Any]) -> bool:
    """Whether the request's four label filters let a label through.

    A label or its category must be named where there are inclusion filters; an exclusion wins.
    """
    filters = request.get("Settings", {}).get("GeneralLabels", {})
    categories = set(label.categories)
    if label.name in filters.get("LabelExclusionFilters", ()):
        return False
    if categories & set(filters.get("LabelCategoryExclusionFilters", ())):
        return False
    names = filters.get("LabelInclusionFilters", ())
    wanted = filters.get("LabelCategoryInclusionFilters", ())
    if not names and not wanted:
        return True
    return label.name in names or bool(categories & set(wanted))


def by_name(detections: Detections, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same rows ordered by name, then timestamp."""
    # Taxonomy positions are alphabetical, and rows come by timestamp: a stable sort is enough.
    return rows[np.argsort(detections.label[rows], kind="stable")]


def segments(detections: Detections, rows: NDArray[np.int64], sort_by: str) -> Segments:
    """Runs of neighbouring frames in which a label stands, with its highest confidence.

    A segment begins at its first frame and ends where the next frame begins, or with the video.
    """
    rows = by_name(detections, rows)
    label, frame = detections.label[rows], detections.frame[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (np.diff(label) != 0) | (np.diff(frame) != 1)
    starts = np.flatnonzero(first)
    if not len(starts):
        none = np.empty(0, dtype=np.int64)
        return Segments(none, none.astype(np.float32), none, none)
    last = np.concatenate((starts[1:], [len(rows)])) - 1
    ends = np.append(detections.millis[1:], detections.duration_millis)
    ends = np.maximum(ends, detections.millis)
    found = Segments(
        label[starts],
        np.maximum.reduceat(detections.confidence[rows], starts),
        detections.millis[frame[starts]],
        ends[frame[last]],
    )
    if sort_by == "NAME":
        return found
    order = np.argsort(found.start_millis, kind="stable")
    return Segments(
        found.label[order],
        found.confidence[order],
        found.start_millis[order],
        found.end_millis[order],
    )
