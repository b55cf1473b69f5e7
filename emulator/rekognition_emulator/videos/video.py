"""A video as far as it matters: its bytes' hash and what its metadata declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_FRAME_RATES = (23.976024627685547, 25.0, 29.970029830932617, 30.0)
_SIZES = ((720, 1280), (1080, 1920), (1920, 1080), (480, 854))


@dataclass(frozen=True)
class VideoSource:
    """What decides a video's results: its bytes' SHA-256 and what its metadata declares.

    `labels` is the number of elements of confidence 50 and more, `duration_millis` the length.
    """

    sha256: str
    labels: int | None = None
    duration_millis: int | None = None


def declared(metadata: dict[str, str], name: str) -> int | None:
    """A whole number from an object's metadata, None where it declares none."""
    text = metadata.get(name, "")
    return int(text) if text.isdecimal() else None


def video_metadata(video: VideoSource, duration_millis: int) -> dict[str, Any]:
    """Made-up VideoMetadata: a pure function of the video's bytes and its length."""
    chance = int(video.sha256[:8], 16)
    height, width = _SIZES[chance % len(_SIZES)]
    return {
        "Codec": "h264",
        "DurationMillis": duration_millis,
        "Format": "QuickTime / MOV",
        "FrameRate": _FRAME_RATES[chance // 7 % len(_FRAME_RATES)],
        "FrameHeight": height,
        "FrameWidth": width,
        "ColorRange": "LIMITED",
    }
