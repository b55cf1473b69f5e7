"""The demo's media: the same each time, and something of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from emulated import RECORDINGS, Call, all_labels

from rekognition_emulator.images.moderation import is_image
from rekognition_emulator.sample_media import fill


def listed(s3: Any, bucket: str) -> dict[str, tuple[str, int]]:
    contents = s3.list_objects_v2(Bucket=bucket)["Contents"]
    return {one["Key"]: (one["ETag"], one["Size"]) for one in contents}


def test_filling_twice_changes_nothing(emulator: Any, clients: Any) -> None:
    s3 = clients("s3")
    fill(s3, "samples", "results")
    first = listed(s3, "samples")
    fill(s3, "samples", "results")
    assert listed(s3, "samples") == first
    assert s3.list_objects_v2(Bucket="results")["KeyCount"] == 0
    assert sum(key.startswith("images/") for key in first) >= 60
    assert {"images/folder/", "images/empty.jpg", "images/notes.txt"} <= set(first)
    assert any("#" in key for key in first)
    assert any("?" in key for key in first)
    assert any(" " in key for key in first)
    assert any(not key.isascii() for key in first)


def test_images_are_images_and_videos_fill_pages(emulator: Any, clients: Any, call: Call) -> None:
    s3 = clients("s3")
    fill(s3, "samples", "results")
    with_labels = 0
    for key, (_, size) in listed(s3, "samples").items():
        if key.startswith("images/") and size and not key.endswith(".txt"):
            with s3.get_object(Bucket="samples", Key=key)["Body"] as body:
                assert is_image(body.read(16))
            place = {"S3Object": {"Bucket": "samples", "Name": key}}
            with_labels += bool(call("DetectModerationLabels", Image=place)["ModerationLabels"])
    assert 10 < with_labels < 50
    counts = []
    for key in (key for key in listed(s3, "samples") if key.startswith("videos/")):
        request = {"Video": {"S3Object": {"Bucket": "samples", "Name": key}}}
        job_id = call("StartLabelDetection", **request)["JobId"]
        emulator.clock.advance(2)
        counts.append(len(all_labels(call, job_id)))
    assert len(counts) == 3
    assert max(counts) > 2000
    assert min(counts) > 200


@pytest.mark.recordings
@pytest.mark.parametrize("emulator", [{"recordings": RECORDINGS}], indirect=True)
def test_recordings_become_media(recordings: Path, emulator: Any, clients: Any) -> None:
    s3 = clients("s3")
    fill(s3, "samples", "results", recordings)
    keys = set(listed(s3, "samples"))
    assert "videos/get_label_detection-v3-full.mp4" in keys
    assert "videos/get_label_detection-in-progress.mp4" not in keys
    assert "images/detect_moderation_labels-v6.jpg" in keys
