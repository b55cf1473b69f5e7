"""`make demo RECORDINGS=DIR`: what of a folder is served, and why the rest is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.recordings import prepared
from rekognition_emulator.storage.recordings import parse

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"


@pytest.fixture
def served(tmp_path: Path) -> Path:
    return tmp_path / "served"


def test_pages_are_served_in_whichever_way_they_were_saved(served: Path) -> None:
    unused = prepared(CASES / "pages", served)
    found = {path.stem.partition("-")[2]: parse(path.read_bytes()) for path in served.iterdir()}
    labels = {name: len(recording.elements("Labels")) for name, recording in found.items()}
    for name, count in (
        ("array_pages", 4),
        ("concat_pretty", 4),
        ("bom", 1),
        ("utf16_powershell", 1),
        ("pages_out_of_order", 2),
    ):
        assert labels[name] == count
        assert "NextToken" not in found[name]
    assert {Path(name).stem for name in unused}.isdisjoint(found)
    assert len(unused) + len(found) == len(list((CASES / "pages").iterdir()))


REASONS = {
    "GetFaceDetection.json": "It is an answer of GetFaceDetection, which is not served.",
    "detect_labels_image.json": "It is an answer of DetectLabels (an image), which is not",
    "latin1.json": "byte 0xE9",
    "nan.json": "It cannot be served",
    "sfn.json": "`.Payload`",
}


@pytest.mark.parametrize("name", REASONS)
def test_what_is_not_used_is_named_with_why(served: Path, name: str) -> None:
    assert REASONS[name] in prepared(CASES / "pages", served)[name]


def test_unfinished_jobs_and_pages_of_several_are_not_served(tmp_path: Path, served: Path) -> None:
    page = {"JobStatus": "SUCCEEDED", "JobId": "a", "Labels": []}
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "running.json").write_text(json.dumps({**page, "JobStatus": "IN_PROGRESS"}))
    (folder / "two.json").write_text(json.dumps([page, {**page, "JobId": "b"}]))
    (folder / "empty.json").touch()
    unused = prepared(folder, served)
    assert "its job is IN_PROGRESS" in unused["running.json"]
    assert "of several jobs" in unused["two.json"]
    assert "It is empty" in unused["empty.json"]
    assert list(served.iterdir()) == []


@pytest.mark.recordings
def test_of_the_recordings_videos_and_images_are_served_word_for_word(
    recordings: Path, served: Path
) -> None:
    unused = prepared(recordings, served)
    for path in served.iterdir():
        assert path.read_bytes() == (recordings / path.name).read_bytes().strip()
    assert len(list(served.iterdir())) == 7
    assert "IN_PROGRESS" in unused["get_label_detection-in-progress.json"]
