"""Sample media for demos and tests: small images, short videos, and objects that are neither."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec

IMAGES, VIDEOS = "images/", "videos/"
# Plain names, and names that break a careless split of s3:// references.
_AWKWARD = ("a name with spaces.jpg", "crowd #7?.png", "café-été-日本.jpg", "100%+sure.png")
_PLAIN_IMAGES = 56
# Object, labels it declares (None: as many as its length brings), length in milliseconds.
_VIDEO_LENGTHS = (
    ("city-traffic.mp4", None, 20_000),
    ("harbour-walk.mp4", 2_600, 90_000),
    ("wedding party.mp4", None, 9_500),
)


def fill(
    s3_client: Any, media_bucket: str, output_bucket: str, recordings: Path | None = None
) -> None:
    """Create both buckets and put the sample media into the first.

    The same call again changes nothing: same keys, same bytes, same ETags. With a folder of
    recordings those take the samples' place: each finished response of a video job becomes a
    video, each DetectModerationLabels response an image; start the emulator with the same folder.
    """
    for bucket in (media_bucket, output_bucket):
        _create_bucket(s3_client, bucket)
    if recordings is not None:
        _put_recorded(s3_client, media_bucket, recordings)
    else:
        _put_samples(s3_client, media_bucket)


def _put_samples(s3_client: Any, media_bucket: str) -> None:
    for number in range(_PLAIN_IMAGES):
        name = f"{number:03d}.{'png' if number % 3 == 2 else 'jpg'}"
        _put(s3_client, media_bucket, IMAGES + name, image(name), {})
    for name in _AWKWARD:
        _put(s3_client, media_bucket, IMAGES + name, image(name), {})
    _put(s3_client, media_bucket, "images/folder/", b"", {})
    _put(s3_client, media_bucket, IMAGES + "empty.jpg", b"", {})
    _put(s3_client, media_bucket, IMAGES + "notes.txt", b"These are notes, not an image.\n", {})
    for name, labels, millis in _VIDEO_LENGTHS:
        declared = {"duration-millis": str(millis)}
        if labels is not None:
            declared["labels"] = str(labels)
        _put(s3_client, media_bucket, VIDEOS + name, video(name), declared)


def image(name: str) -> bytes:
    """A one-pixel image whose bytes depend on the name alone: PNG for .png, else JPEG."""
    return _png(name) if name.endswith(".png") else _jpeg(name)


def video(name: str) -> bytes:
    """The first box of an MP4 and the name; nobody decodes it."""
    brand = b"isom" + struct.pack(">I", 512) + b"isommp42"
    free = f"sample {name}".encode()
    return _mp4_box(b"ftyp", brand) + _mp4_box(b"free", free)


def _put_recorded(s3_client: Any, bucket: str, recordings: Path) -> None:
    for path in sorted(recordings.glob("get_*.json")):
        if msgspec.json.decode(path.read_bytes()).get("JobStatus") == "SUCCEEDED":
            name = f"{VIDEOS}{path.stem}.mp4"
            _put(s3_client, bucket, name, video(path.name), {"recording": path.name})
    for path in sorted(recordings.glob("detect_moderation_labels*.json")):
        name = f"{path.stem}.jpg"
        _put(s3_client, bucket, IMAGES + name, image(name), {"recording": path.name})


def _create_bucket(s3_client: Any, bucket: str) -> None:
    region = s3_client.meta.region_name
    place = {} if region == "us-east-1" else {"LocationConstraint": region}
    arguments = {"CreateBucketConfiguration": place} if place else {}
    try:
        s3_client.create_bucket(Bucket=bucket, **arguments)
    except (
        s3_client.exceptions.BucketAlreadyOwnedByYou,
        s3_client.exceptions.BucketAlreadyExists,
    ):
        s3_client.head_bucket(Bucket=bucket)


def _put(s3_client: Any, bucket: str, key: str, body: bytes, metadata: dict[str, str]) -> None:
    s3_client.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata)


def _jpeg(name: str) -> bytes:
    """Start, JFIF header, a comment with the name, end: enough for whoever looks at first bytes."""
    jfif = b"JFIF\0\1\1\0\0\1\0\1\0\0"
    comment = name.encode()
    segments = [(0xE0, jfif), (0xFE, comment)]
    body = b"".join(
        struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data for kind, data in segments
    )
    return b"\xff\xd8" + body + b"\xff\xd9"


def _png(name: str) -> bytes:
    """A whole one-pixel PNG with the name in a text chunk."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        (b"tEXt", b"Title\0" + name.encode("latin-1", "replace")),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _mp4_box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data
