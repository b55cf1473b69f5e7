"""Made-up results are a pure function of the bytes, shaped as the service's are."""

from __future__ import annotations

import hashlib
import json
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rekognition_emulator.engine.wire import compact, float_text, float_texts
from rekognition_emulator.images.moderation import moderate
from rekognition_emulator.images.moderation_taxonomy import paths
from rekognition_emulator.storage.objects import StoredObject
from rekognition_emulator.storage.recordings import Recordings
from rekognition_emulator.videos.labels.taxonomy import labels
from rekognition_emulator.videos.operation import VideoOperation
from rekognition_emulator.videos.operations import label_detection
from rekognition_emulator.videos.registry import OPERATIONS
from rekognition_emulator.videos.video import VideoSource

NONE = Recordings(None, None)
# A busy machine is no finding.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def source(name: str, count: int | None = None, millis: int | None = None) -> VideoSource:
    return VideoSource(hashlib.sha256(name.encode()).hexdigest(), count, millis)


def found(body: bytes, threshold: float | None = None) -> dict[str, list[dict[str, object]]]:
    raw = moderate(StoredObject(body, {}), NONE, threshold)
    return dict(json.loads(bytes(raw)))


def page(operation: VideoOperation, video: VideoSource) -> bytes:
    pages = operation.pages(operation.look(video), {}, operation.order({}))
    return bytes(pages.cut(0, len(pages)))


of_each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)


@of_each_operation
def test_the_same_bytes_have_the_same_results_and_others_have_not(
    operation: VideoOperation,
) -> None:
    assert page(operation, source("a")) == page(operation, source("a"))
    assert page(operation, source("a")) != page(operation, source("b"))


def test_the_same_image_has_the_same_labels() -> None:
    assert found(b"a") == found(b"a")


@of_each_operation
@pytest.mark.parametrize("count", [0, 1, 999, 5_000])
@pytest.mark.parametrize("millis", [None, 60_000])
def test_a_declared_number_of_labels_is_exact(
    operation: VideoOperation, count: int, millis: int | None
) -> None:
    seen = operation.look(source("a", count, millis))
    assert len(operation.pages(seen, {}, operation.order({}))) == count
    assert millis is None or seen.duration_millis == millis
    assert not len(seen.millis) or seen.millis[-1] <= seen.duration_millis
    assert (np.diff(seen.millis) > 0).all()


@unhurried
@given(st.integers(0, 10_000))
def test_moderation_labels_bring_their_ancestors(number: int) -> None:
    known = {path[-1]: path for path in paths()}
    result = found(str(number).encode(), 0)
    confidence = {label["Name"]: label["Confidence"] for label in result["ModerationLabels"]}
    for label in result["ModerationLabels"]:
        path = known[str(label["Name"])]
        assert label["TaxonomyLevel"] == len(path)
        assert label["ParentName"] == (path[-2] if len(path) > 1 else "")
        assert len(path) == 1 or confidence[path[-2]] >= confidence[path[-1]]
    assert len(confidence) == len(result["ModerationLabels"])


def test_some_images_have_labels_and_some_have_none() -> None:
    counts = [len(found(bytes([number]))["ModerationLabels"]) for number in range(100)]
    assert 20 < counts.count(0) < 80


def test_a_threshold_only_takes_away() -> None:
    for number in range(50):
        body = bytes([number])
        everything, sure = found(body, 0)["ModerationLabels"], found(body, 80)["ModerationLabels"]
        assert sure == [label for label in everything if float(str(label["Confidence"])) >= 80]


def test_the_taxonomy_is_whole() -> None:
    every = labels()
    names = [label.name for label in every]
    assert names == sorted(set(names))
    assert {parent for label in every for parent in label.parents} <= set(names)
    for label in every:
        assert label.name not in label.parents
        assert list(label.parents) == sorted(label.parents)
        assert len(label.categories) == 1


@unhurried
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_numbers_come_back_bit_for_bit(value: float) -> None:
    text = float_text(value)
    assert struct.pack("d", msgspec.json.decode(text, type=float)) == struct.pack("d", value)
    assert float_texts(np.array([value], dtype=np.float32)) == [text]


@pytest.mark.parametrize(
    "value,text",
    [
        (57.64604568481445, b"57.64604568481445"),
        (7.06e-4, b"7.06E-4"),
        (0.001, b"0.001"),
        (1e-5, b"1.0E-5"),
        (0.0, b"0.0"),
        (25.0, b"25.0"),
        (1.5e7, b"1.5E7"),
    ],
)
def test_numbers_are_written_as_the_service_writes_them(value: float, text: bytes) -> None:
    assert float_text(value) == text


def test_small_numbers_turn_up_in_pages() -> None:
    assert b"E-4" in page(label_detection.OPERATION, source("a", 5_000))


@unhurried
@given(st.recursive(st.text() | st.integers() | st.none(), st.lists, max_leaves=10))
def test_compact_changes_no_value(value: object) -> None:
    spread = json.dumps(value, indent=3).encode()
    assert json.loads(compact(spread)) == value
