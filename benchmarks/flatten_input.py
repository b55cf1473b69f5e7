"""Input for the flatten benchmark: pages and manifests like the service's, the same each time.

A page is 1,000 labels of a video sampled every half second. The taxonomy is as large as AWS's list;
a label has three names beside its own, and every third one has a box.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import zstandard

from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout, ResultKey

LABELS_PER_PAGE = 1_000  # the service's limit for MaxResults
LABELS_PER_MOMENT = 29  # a recorded 15 s video has 855 labels at 30 moments
LINES_PER_MANIFEST = 10_000  # the service's limit for a job
NAMES = 3_000  # AWS's list of labels has about so many


def float32(value: float) -> float:
    """As the service's numbers are: a float32 widened to a double."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


@cache
def taxonomy() -> list[dict[str, Any]]:
    """Every label's name, parents, aliases and categories: 3.25 of them a label on average."""
    chance = random.Random(3)
    words = ["Alloy", "Wheel", "Person", "Office", "River", "Garden", "Machine", "Suit", "Cloud"]
    names = [f"{chance.choice(words)} {chance.choice(words)} {n}" for n in range(NAMES)]
    groups = [f"{word} and {other}" for word in words for other in words[:4]]
    return [
        {
            "Name": name,
            "Parents": [{"Name": chance.choice(names)} for _ in range(chance.choice((0, 1, 2, 4)))],
            "Aliases": [{"Name": f"{name} or so"}] if chance.random() < 0.16 else [],
            "Categories": [{"Name": chance.choice(groups)}],
        }
        for name in names
    ]


def _instance(chance: random.Random) -> dict[str, Any]:
    sides = ("Width", "Height", "Left", "Top")
    instance: dict[str, Any] = {
        "BoundingBox": {side: float32(chance.random()) for side in sides},
        "Confidence": float32(50 + 50 * chance.random()),
    }
    if chance.random() < 0.01:
        instance["DominantColors"] = [
            {
                "Red": chance.randrange(256),
                "Blue": chance.randrange(256),
                "Green": chance.randrange(256),
                "HexCode": f"#{chance.randrange(2**24):06x}",
                "CSSColor": "darkslategrey",
                "SimplifiedColor": "grey",
                "PixelPercent": float32(chance.random() * 100),
            }
            for _ in range(5)
        ]
    return instance


def _label(chance: random.Random, number: int) -> dict[str, Any]:
    entry = chance.choice(taxonomy())
    boxes = chance.choice((0,) * 9 + (1, 1, 2))
    label = {
        "Name": entry["Name"],
        "Confidence": float32(50 + 50 * chance.random()),
        "Instances": [_instance(chance) for _ in range(boxes)],
        **{name: entry[name] for name in ("Parents", "Aliases", "Categories")},
    }
    return {"Timestamp": number // LABELS_PER_MOMENT * 500, "Label": label}


def _moderation_label(chance: random.Random, number: int) -> dict[str, Any]:
    level = chance.choice((1, 2, 3))
    found: dict[str, Any] = {
        "Timestamp": number // 3 * 504,
        "ModerationLabel": {
            "Confidence": float32(50 + 50 * chance.random()),
            "Name": f"Label {chance.randrange(60)}",
            "ParentName": "" if level == 1 else f"Label {chance.randrange(20)}",
            "TaxonomyLevel": level,
        },
    }
    if number % 20 == 0:
        found["ContentTypes"] = [{"Confidence": 99.5, "Name": "Animated"}]
    return found


ELEMENTS: dict[str, tuple[str, str, Any]] = {
    "label_detection": ("Labels", "LabelModelVersion", _label),
    "content_moderation": ("ModerationLabels", "ModerationModelVersion", _moderation_label),
}


def page(
    job_id: str,
    number: int,
    last: bool,
    labels: int = LABELS_PER_PAGE,
    operation: Operation = "label_detection",
) -> bytes:
    """One page of a video operation, number `number` of its job."""
    chance = random.Random(number)
    elements, version, made = ELEMENTS[operation]
    body = {
        "JobStatus": "SUCCEEDED",
        "VideoMetadata": {
            "Codec": "h264",
            "DurationMillis": 15_015,
            "Format": "QuickTime / MOV",
            "FrameRate": 23.976024627685547,
            "FrameHeight": 720,
            "FrameWidth": 1280,
            "ColorRange": "LIMITED",
        },
        elements: [made(chance, number * labels + n) for n in range(labels)],
        version: "3.0",
        "JobId": job_id,
        "Video": {"S3Object": {"Bucket": "videos", "Name": "film.mp4"}},
        "GetRequestMetadata": {"SortBy": "TIMESTAMP", "AggregateBy": "TIMESTAMPS"},
    }
    if not last:
        body["NextToken"] = f"token-{number:08d}"
    return json.dumps(body).encode()


def manifest_line(chance: random.Random, number: int) -> bytes:
    """One line of a result manifest: up to three labels, seldom a content type."""
    labels = [
        {
            "Confidence": float32(50 + 50 * chance.random()),
            "Name": f"Label {chance.randrange(60)}",
            "ParentName": "" if level == 1 else f"Label {chance.randrange(20)}",
            "TaxonomyLevel": level,
        }
        for level in range(1, chance.choice((1, 1, 1, 2, 3, 4)))
    ]
    answer = {
        "ModerationLabels": labels,
        "ModerationModelVersion": "7.0",
        "ContentTypes": [{"Confidence": 99.5, "Name": "Animated"}] if number % 20 == 0 else [],
    }
    line = {"source-ref": f"s3://images/{number:09d}.jpg", "detect-moderation-labels": answer}
    return json.dumps(line).encode()


def manifest(number: int, lines: int = LINES_PER_MANIFEST) -> bytes:
    chance = random.Random(number)
    return b"".join(manifest_line(chance, number * lines + n) + b"\n" for n in range(lines))


def land_pages(
    root: Path,
    job_id: str,
    pages: int,
    new_member: bool = False,
    operation: Operation = "label_detection",
) -> ResultKey:
    """Put a job's pages in a landing zone as they would come from the service.

    `new_member`: each label has one that no column holds.
    """
    key = ResultKey.of(operation, job_id)
    attempt = LandingAttempt.resume_or_begin(Layout.at(str(root)), key)
    for number in range(pages):
        last = number == pages - 1
        body = page(job_id, number, last, operation=operation)
        if new_member:
            body = body.replace(b'{"Timestamp":', b'{"Shot": {"Number": 7}, "Timestamp":')
        attempt.add_page(body, None if last else f"token-{number:08d}")
    attempt.succeed()
    return key


def land_manifests(root: Path, manifests: int, lines: int = LINES_PER_MANIFEST) -> list[ResultKey]:
    """One job a manifest, each with its description and summary."""
    keys = []
    for number in range(manifests):
        key = ResultKey.of("media_analysis", f"manifest-{number:05d}")
        attempt = LandingAttempt.resume_or_begin(Layout.at(str(root)), key)
        attempt.add_manifest([manifest(number, lines)])
        described = {"JobId": key.job_id, "Status": "SUCCEEDED", "CreationTimestamp": 1.7e9}
        counts = {"total-json-lines": lines, "valid-json-lines": lines, "invalid-json-lines": 0}
        summary = {"version": "1.0", "statistics": counts, "errors": []}
        attempt.add_document("description.json", json.dumps(described).encode())
        attempt.add_document("summary.json", json.dumps(summary).encode())
        attempt.succeed()
        keys.append(key)
    return keys


def landed_bytes(root: Path, key: ResultKey) -> Iterator[bytes]:
    """Every record that was landed, for contenders that know nothing of the landing zone."""
    folder = Layout.at(str(root)).attempts(key)
    for path in sorted(Path(str(folder)).glob("*/*.jsonl.zst")):
        yield from zstandard.decompress(path.read_bytes()).splitlines()
