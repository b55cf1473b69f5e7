"""Label detection.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.engine.wire import float_texts
from rekognition_emulator.videos.labels.detections import Detections, detect
from rekognition_emulator.videos.labels.filters import selected
from rekognition_emulator.videos.labels.taxonomy import LABEL_MODEL_VERSION, Label, labels
from rekognition_emulator.videos.operation import Order, Pages, VideoOperation
from rekognition_emulator.videos.pages import pages_of


def pages(detections: Detections, request: dict[str, Any], order: Order) -> Pages:
    """The labels that a request and an order have."""
    rows = selected(detections, request)
    return pages_of(detections, rows, order, _parts(), lambda rows: _instances(detections, rows))


OPERATION = VideoOperation(
    name="LabelDetection",
    elements="Labels",
    look=detect,
    pages=pages,
    sort_by={"TIMESTAMP": ("Timestamp",), "NAME": ("Label", "Name")},
    aggregate_by=("TIMESTAMPS", "SEGMENTS"),
    model_version={"LabelModelVersion": LABEL_MODEL_VERSION},
    timestamps_only=frozenset({"Instances"}),
)


def _instances(detections: Detections, rows: NDArray[np.int64]) -> list[bytes]:
    """The member Instances (JSON) of each of these rows."""
    first, after = detections.first_box[rows], detections.first_box[rows + 1]
    boxes = iter(_box_texts(detections, rows[after > first]))
    return [
        b',"Instances":[%s]' % b",".join([next(boxes) for _ in range(count)])
        for count in (after - first).tolist()
    ]


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
def _parts() -> list[tuple[bytes, bytes]]:
    """What is before and after the confidence (and the instances) of each label."""
    return [_part(label) for label in labels()]


def _part(label: Label) -> tuple[bytes, bytes]:
    head = b'"Label":{"Name":%s,"Confidence":' % msgspec.json.encode(label.name)
    tail = b',"Parents":%s,"Aliases":%s,"Categories":%s}' % (
        _named(label.parents),
        _named(label.aliases),
        _named(label.categories),
    )
    return head, tail


def _named(names: tuple[str, ...]) -> bytes:
    return msgspec.json.encode([{"Name": name} for name in names])
