"""Text detection: the same three words in each video."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from rekognition_emulator.videos.operation import Order, Pages, RawPages, VideoOperation
from rekognition_emulator.videos.video import VideoSource

WORDS = ("exit", "sortie", "Ausgang")


def look(source: VideoSource) -> VideoSource:
    return VideoSource(source.sha256, len(WORDS), 5_000)


def pages(seen: VideoSource, request: dict[str, Any], order: Order) -> Pages:
    corners = [{"X": 0.25, "Y": 0.5}, {"X": 0.75, "Y": 0.5}]
    return RawPages(
        [
            msgspec.Raw(
                json.dumps(
                    {
                        "Timestamp": 500 * at,
                        "TextDetection": {
                            "DetectedText": word,
                            "Type": "WORD",
                            "Id": at,
                            "Confidence": 99.5,
                            "Geometry": {"Polygon": corners},
                        },
                    }
                ).encode()
            )
            for at, word in enumerate(WORDS)
        ]
    )


OPERATION = VideoOperation(
    name="TextDetection",
    elements="TextDetections",
    look=look,
    pages=pages,
    model_version={"TextModelVersion": "3.0"},
)
