"""Recorded responses come back through boto3 word for word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import (
    JPEG,
    MEDIA,
    RECORDINGS,
    REGION,
    VIDEO_OPERATIONS,
    Call,
    Clients,
    Media,
    all_elements,
    ended,
    names_and_times,
    pages,
    part,
    snake,
)

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.videos.operation import VideoOperation
from rekognition_emulator.videos.operations import content_moderation, label_detection

if not RECORDINGS.is_dir():
    pytest.skip(
        f"recorded responses are not part of the project: {RECORDINGS} is missing",
        allow_module_level=True,
    )

pytestmark = pytest.mark.recordings
OPTIONS = {"recordings": RECORDINGS}
VIDEOS = [
    pytest.param(one, path.name, id=path.stem)
    for one in VIDEO_OPERATIONS
    for path in sorted(RECORDINGS.glob(f"{snake(one.get)}*.json"))
]
IMAGES = sorted(path.name for path in RECORDINGS.glob("detect_moderation_labels*.json"))
with_recordings = pytest.mark.parametrize("emulator", [OPTIONS], indirect=True)


def content(folder: Path, name: str) -> dict[str, Any]:
    """A recording without what is boto3's and what is replaced."""
    document = json.loads((folder / name).read_bytes())
    return {key: value for key, value in document.items() if key not in REPLACED}


REPLACED = ("ResponseMetadata", "NextToken", "JobId")


@with_recordings
@pytest.mark.parametrize("recorded,name", VIDEOS)
@pytest.mark.parametrize("size", [1, 100, 1000])
def test_a_recorded_video_comes_back_member_by_member(
    recorded: VideoOperation,
    name: str,
    size: int,
    recordings: Path,
    emulator: Any,
    media: Media,
    call: Call,
) -> None:
    # What would cut made-up results cuts nothing of a recording.
    filters = {"Settings": {"GeneralLabels": {"LabelInclusionFilters": ["No such label"]}}}
    own = filters if recorded is label_detection.OPERATION else {}
    request = media.video(recording=name) | {"MinConfidence": 99} | own
    job_id = ended(emulator, call, recorded, request)
    expected, elements = content(recordings, name), recorded.elements
    size = size if len(expected[elements]) < 100 else max(size, 100)
    found = list(pages(call, recorded, job_id, MaxResults=size))
    for page in found:
        members = {key: value for key, value in page.items() if key not in REPLACED}
        assert members | {elements: []} == expected | {elements: []}
        assert page.get("JobId", job_id) == job_id
    assert [one for page in found for one in page[elements]] == expected[elements]


@with_recordings
@pytest.mark.parametrize("recorded,name", VIDEOS)
def test_a_recording_is_an_answer_of_its_own_operation_only(
    recorded: VideoOperation, name: str, emulator: Any, media: Media, call: Call
) -> None:
    request = media.video(recording=name, labels="20")
    for one in VIDEO_OPERATIONS:
        if one is not recorded:
            page = call(one.get, JobId=ended(emulator, call, one, request))
            assert (page["JobStatus"], len(page[one.elements])) == ("SUCCEEDED", 20)
            assert recorded.elements not in page


@with_recordings
@pytest.mark.parametrize("name", IMAGES)
def test_a_recorded_image_comes_back_alone_and_in_a_manifest(
    name: str, recordings: Path, emulator: Any, media: Media, call: Call
) -> None:
    expected = content(recordings, name)
    location = media.put("image.jpg", JPEG, recording=name)
    single = call("DetectModerationLabels", Image={"S3Object": location}, MinConfidence=99)
    del single["ResponseMetadata"]
    assert single == expected
    job_id = call("StartMediaAnalysisJob", **media.manifest(f"s3://{MEDIA}/image.jpg"))["JobId"]
    emulator.clock.advance(1)
    results = call("GetMediaAnalysisJob", JobId=job_id)["Results"]["S3Object"]
    line = json.loads(media.read(results))
    assert line == {"source-ref": f"s3://{MEDIA}/image.jpg", "detect-moderation-labels": expected}


def made(operation: VideoOperation, folder: Path) -> str:
    """A small recording of our own, with an awkward shape."""
    element = """{"Timestamp": %d, "%s": {"Confidence": 7.06E-4, "Name": "%s", "Instances": [ ],
      "Aliases": null, "Parents": [ {"Name": "A, \\"B\\" "} ] },
      "ContentTypes": [ {"Name": "Animated"} ] }"""
    about = operation.sort_by["NAME"][0]
    seen = [(500, about, "B"), (0, about, "B"), (0, about, "A"), (1000, about, "A")]
    elements = ",\n".join(element % one for one in seen)
    metadata = '{"FrameRate": 25, "DurationMillis": 1500}'
    head = f'"JobStatus": "SUCCEEDED", "VideoMetadata": {metadata}'
    (folder / "made.json").write_text(f'{{{head}, "{operation.elements}": [{elements}]}}')
    return "made.json"


def test_numbers_and_order_are_kept_and_other_orders_derived(
    operation: VideoOperation, tmp_path: Path, session: Any
) -> None:
    name = made(operation, tmp_path)
    with Emulator(clock=Clock.manual(), recordings=tmp_path) as emulator:
        clients = Clients(session, emulator.url)
        place = {"LocationConstraint": REGION}
        clients("s3").create_bucket(Bucket=MEDIA, CreateBucketConfiguration=place)
        media = Media(clients("s3"))

        def call(called: str, **request: Any) -> dict[str, Any]:
            return dict(getattr(clients("rekognition"), snake(called))(**request))

        job_id = ended(emulator, call, operation, media.video(recording=name))

        def order(**request: str) -> list[tuple[int, str]]:
            return names_and_times(operation, all_elements(call, operation, job_id, **request))

        assert order() == [(500, "B"), (0, "B"), (0, "A"), (1000, "A")]
        assert order(SortBy="NAME") == [(0, "A"), (1000, "A"), (500, "B"), (0, "B")]
        assert order(AggregateBy="SEGMENTS") == [(0, "A"), (0, "B"), (1000, "A")]
        segment = all_elements(call, operation, job_id, AggregateBy="SEGMENTS")[1]
        assert (segment["EndTimestampMillis"], segment["DurationMillis"]) == (1000, 1000)
        assert part(operation, segment)["Confidence"] == 7.06e-4
        assert not operation.timestamps_only & set(part(operation, segment))
        if operation is content_moderation.OPERATION:
            assert segment["ContentTypes"] == [{"Name": "Animated"}]
        clients.close()


def test_a_recording_that_is_not_there_fails_the_job(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    for name in ("none.json", "../secret.json"):
        job_id = ended(emulator, call, operation, media.video(recording=name))
        page = call(operation.get, JobId=job_id)
        assert page["JobStatus"] == "FAILED"
        assert "recording" in page["StatusMessage"]
    location = media.put("image.jpg", JPEG, recording="none.json")
    with pytest.raises(ClientError, match="InternalServerError"):
        call("DetectModerationLabels", Image={"S3Object": location})
