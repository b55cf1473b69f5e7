"""Pages of made-up labels as JSON bytes, written straight from the arrays."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.engine.wire import float_texts
from rekognition_emulator.videos.detections import Detections
from rekognition_emulator.videos.label_selection import Segments
from rekognition_emulator.videos.label_taxonomy import Label, labels


def timestamps_page(detections: Detections, rows: NDArray[np.int64]) -> bytes:
    """The Labels array (JSON) of a page that holds these rows, aggregated by timestamp."""
    fixed = _fixed_parts()
    millis = detections.millis[detections.frame[rows]].tolist()
    confidences = float_texts(detections.confidence[rows])
    first, after = detections.first_box[rows], detections.first_box[rows + 1]
    counts = (after - first).tolist()
    boxes = iter(_box_texts(detections, rows[after > first]))
    parts = []
    for time, label, confidence, count in zip(
        millis, detections.label[rows].tolist(), confidences, counts, strict=True
    ):
        head, tail = fixed[label]
        instances = b",".join([next(boxes) for _ in range(count)]) if count else b""
        parts.append(
            b'{"Timestamp":%d,"Label":%s%s,"Instances":[%s]%s}'
            % (time, head, confidence, instances, tail)
        )
    return b"[" + b",".join(parts) + b"]"


def segments_page(segments: Segments, begin: int, end: int) -> bytes:
    """The Labels array (JSON) of a page that holds segments begin to end."""
    fixed = _fixed_parts()
    part = slice(begin, end)
    parts = []
    for label, confidence, start, stop in zip(
        segments.label[part].tolist(),
        float_texts(segments.confidence[part]),
        segments.start_millis[part].tolist(),
        segments.end_millis[part].tolist(),
        strict=True,
    ):
        head, tail = fixed[label]
        parts.append(
            b'{"Timestamp":%d,"Label":%s%s%s,"StartTimestampMillis":%d,"EndTimestampMillis":%d,'
            b'"DurationMillis":%d}' % (start, head, confidence, tail, start, stop, stop - start)
        )
    return b"[" + b",".join(parts) + b"]"


def _box_texts(detections: Detections, rows: NDArray[np.int64]) -> list[bytes]:
    """One Instance (JSON) for each box of these rows, in order."""
    if not len(rows):
        return []
    picked = [
        detections.boxes[start:end]
        for start, end in zip(
            detections.first_box[rows].tolist(),
            detections.first_box[rows + 1].tolist(),
            strict=True,
        )
    ]
    texts = float_texts(np.concatenate(picked).ravel())
    return [
        b'{"BoundingBox":{"Width":%s,"Height":%s,"Left":%s,"Top":%s},"Confidence":%s}'
        % tuple(texts[at : at + 5])
        for at in range(0, len(texts), 5)
    ]


@lru_cache(maxsize=1)
def _fixed_parts() -> list[tuple[bytes, bytes]]:
    """What stands before and after the confidence (and the instances) of each label."""
    return [_fixed(label) for label in labels()]


def _fixed(label: Label) -> tuple[bytes, bytes]:
    head = b'{"Name":%s,"Confidence":' % msgspec.json.encode(label.name)
    tail = b',"Parents":%s,"Aliases":%s,"Categories":%s}' % (
        _named(label.parents),
        _named(label.aliases),
        _named(label.categories),
    )
    return head, tail


def _named(names: tuple[str, ...]) -> bytes:
    return msgspec.json.encode([{"Name": name} for name in names])
