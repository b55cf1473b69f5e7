"""What a video operation says of itself, held against botocore's model; and further operations.

Text and segment detection are added here as an operation is added to the emulator.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape
from emulated import RECORDINGS, Call, Media, all_elements, ended, pages
from raw_calls import post

from rekognition_emulator.engine.validation import operation_model
from rekognition_emulator.videos import registry
from rekognition_emulator.videos.operation import Order, Pages, RawPages, VideoOperation
from rekognition_emulator.videos.operations import label_detection
from rekognition_emulator.videos.video import VideoSource


def look(source: VideoSource) -> VideoSource:
    return VideoSource(source.sha256, source.labels or 3, 5_000)


def texts(seen: VideoSource, request: dict[str, Any], order: Order) -> Pages:
    assert order == Order("", "")
    found = [
        {"Timestamp": 500 * at, "TextDetection": {"DetectedText": f"{seen.sha256} {at}", "Id": at}}
        for at in range(seen.labels or 0)
    ]
    return RawPages([msgspec.Raw(json.dumps(one).encode()) for one in found])


TEXTS = VideoOperation(
    name="TextDetection",
    elements="TextDetections",
    look=look,
    pages=texts,
    model_version={"TextModelVersion": "3.0"},
)


def lists(metadata: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    types = [{"Type": one, "ModelVersion": "2.0"} for one in request["SegmentTypes"]]
    return {"VideoMetadata": [metadata], "AudioMetadata": [], "SelectedSegmentTypes": types}


SEGMENTS = VideoOperation(
    name="SegmentDetection",
    elements="Segments",
    look=look,
    pages=lambda seen, request, order: RawPages([msgspec.Raw(b'{"Type":"SHOT"}')] * seen.labels),
    about=lists,
)


@pytest.fixture
def further(emulator: Any, monkeypatch: pytest.MonkeyPatch) -> VideoOperation:
    """The emulator knows text detection and segment detection too."""
    monkeypatch.setattr(registry, "OPERATIONS", (*registry.OPERATIONS, TEXTS, SEGMENTS))
    emulator.restart()
    return TEXTS


@pytest.mark.parametrize("one", [*registry.OPERATIONS, TEXTS, SEGMENTS], ids=lambda one: one.name)
def test_what_an_operation_says_of_itself_is_what_the_model_says(one: VideoOperation) -> None:
    asked = operation_model(one.get).input_shape.members
    answer = operation_model(one.get).output_shape.members
    for member, said in (("SortBy", one.sort_by), ("AggregateBy", one.aggregate_by)):
        values = asked[member].metadata["enum"] if member in asked else []
        assert sorted(said) == sorted(values)
    assert ("GetRequestMetadata" in answer) == bool(one.aggregate_by)
    assert isinstance(answer[one.elements], ListShape)
    assert set(one.model_version) == {name for name in answer if name.endswith("ModelVersion")}
    for path in one.sort_by.values():
        element = answer[one.elements].member
        for name in path:
            element = element.members[name]


def test_a_further_operation_is_answered_without_a_change_to_the_engine(
    further: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, further, media.video(labels="25") | {"JobTag": "tag"})
    found = list(pages(call, further, job_id, MaxResults=10))
    assert [len(page["TextDetections"]) for page in found] == [10, 10, 5]
    assert found[0]["TextModelVersion"] == "3.0"
    assert found[0]["VideoMetadata"]["DurationMillis"] == 5_000
    # boto3 would leave out what the model does not have.
    sent = post(emulator.url, further.get, json.dumps({"JobId": job_id}).encode()).document
    assert set(sent) <= set(operation_model(further.get).output_shape.members)
    for number in range(20):
        call((further, label_detection.OPERATION)[number % 2].start, **media.video())
    with pytest.raises(ClientError, match="LimitExceeded"):
        call(further.start, **media.video())


@pytest.mark.usefixtures("further")
def test_an_operation_can_have_lists_about_its_videos(
    emulator: Any, media: Media, call: Call
) -> None:
    request = media.video(labels="2")
    with pytest.raises(ClientError, match="at 'segmentTypes'"):
        call(SEGMENTS.start, **request)
    job_id = ended(emulator, call, SEGMENTS, request | {"SegmentTypes": ["SHOT"]})
    page = call(SEGMENTS.get, JobId=job_id)
    assert page["Segments"] == [{"Type": "SHOT"}] * 2
    assert [one["DurationMillis"] for one in page["VideoMetadata"]] == [5_000]
    assert page["SelectedSegmentTypes"] == [{"Type": "SHOT", "ModelVersion": "2.0"}]


@pytest.mark.recordings
@pytest.mark.parametrize("emulator", [{"recordings": RECORDINGS}], indirect=True)
def test_a_recording_of_a_further_operation_is_served(
    recordings: Path, further: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    name = "get_text_detection-v3-first-page.json"
    job_id = ended(emulator, call, further, media.video(recording=name))
    recorded = json.loads((recordings / name).read_text())["TextDetections"]
    assert all_elements(call, further, job_id, MaxResults=2) == recorded
