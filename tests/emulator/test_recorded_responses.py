"""Recorded responses come back through boto3 word for word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import JPEG, MEDIA, RECORDINGS, Call, Clients, Media, all_labels, pages

if not RECORDINGS.is_dir():
    pytest.skip(
        f"recorded responses are not part of the project: {RECORDINGS} is missing",
        allow_module_level=True,
    )

pytestmark = pytest.mark.recordings
OPTIONS = {"recordings": RECORDINGS}
VIDEOS = sorted(path.name for path in RECORDINGS.glob("get_label_detection*.json"))
IMAGES = sorted(path.name for path in RECORDINGS.glob("detect_moderation_labels*.json"))
with_recordings = pytest.mark.parametrize("emulator", [OPTIONS], indirect=True)


def content(folder: Path, name: str) -> dict[str, Any]:
    """A recording without what is boto3's and what is replaced."""
    document = json.loads((folder / name).read_bytes())
    return {key: value for key, value in document.items() if key not in REPLACED}


REPLACED = ("ResponseMetadata", "NextToken", "JobId")


@with_recordings
@pytest.mark.parametrize("name", VIDEOS)
@pytest.mark.parametrize("size", [1, 100, 1000])
def test_a_recorded_video_comes_back_member_by_member(
    name: str, size: int, recordings: Path, emulator: Any, media: Media, call: Call
) -> None:
    # What would cut made-up results cuts nothing of a recording.
    settings = {"Settings": {"GeneralLabels": {"LabelInclusionFilters": ["No such label"]}}}
    request = media.video(recording=name) | {"MinConfidence": 99} | settings
    job_id = call("StartLabelDetection", **request)["JobId"]
    emulator.clock.advance(2)
    expected = content(recordings, name)
    found = list(
        pages(call, job_id, MaxResults=size if len(expected["Labels"]) < 100 else max(size, 100))
    )
    for page in found:
        members = {key: value for key, value in page.items() if key not in REPLACED}
        assert members | {"Labels": []} == expected | {"Labels": []}
        assert page.get("JobId", job_id) == job_id
    assert [label for page in found for label in page["Labels"]] == expected["Labels"]


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


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A small recording of our own, with an awkward shape."""
    label = """{"Timestamp": %d, "Label": {"Confidence": 7.06E-4, "Name": "%s", "Instances": null,
      "Parents": [ {"Name": "A, \\"B\\" "} ] } }"""
    labels = ",\n".join(label % pair for pair in [(500, "B"), (0, "B"), (0, "A"), (1000, "A")])
    metadata = '{"FrameRate": 25, "DurationMillis": 1500}'
    document = f'{{"JobStatus": "SUCCEEDED", "VideoMetadata": {metadata}, "Labels": [{labels}]}}'
    (tmp_path / "made.json").write_text(document)
    return tmp_path


def started(emulator: Any, call: Call, request: dict[str, Any]) -> str:
    job_id = str(call("StartLabelDetection", **request)["JobId"])
    emulator.clock.advance(2)
    return job_id


def test_numbers_and_order_are_kept_and_other_orders_derived(
    made: Path, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emulated import REGION, snake

    from rekognition_emulator import Clock, Emulator

    with Emulator(clock=Clock.manual(), recordings=made) as emulator:
        clients = Clients(session, emulator.url)
        place = {"LocationConstraint": REGION}
        clients("s3").create_bucket(Bucket=MEDIA, CreateBucketConfiguration=place)
        media = Media(clients("s3"))

        def call(operation: str, **request: Any) -> dict[str, Any]:
            return dict(getattr(clients("rekognition"), snake(operation))(**request))

        job_id = started(emulator, call, media.video(recording="made.json"))

        def order(**request: str) -> list[tuple[int, str]]:
            labels = all_labels(call, job_id, **request)
            return [(one["Timestamp"], one["Label"]["Name"]) for one in labels]

        assert order() == [(500, "B"), (0, "B"), (0, "A"), (1000, "A")]
        assert order(SortBy="NAME") == [(0, "A"), (1000, "A"), (500, "B"), (0, "B")]
        assert order(AggregateBy="SEGMENTS") == [(0, "A"), (0, "B"), (1000, "A")]
        segment = all_labels(call, job_id, AggregateBy="SEGMENTS")[1]
        assert (segment["EndTimestampMillis"], segment["DurationMillis"]) == (1000, 1000)
        assert segment["Label"]["Confidence"] == 7.06e-4
        clients.close()


def test_a_recording_that_is_not_there_fails_the_job(
    emulator: Any, media: Media, call: Call
) -> None:
    for name in ("none.json", "../secret.json"):
        job_id = started(emulator, call, media.video(recording=name))
        page = call("GetLabelDetection", JobId=job_id)
        assert page["JobStatus"] == "FAILED"
        assert "recording" in page["StatusMessage"]
    location = media.put("image.jpg", JPEG, recording="none.json")
    with pytest.raises(ClientError, match="InternalServerError"):
        call("DetectModerationLabels", Image={"S3Object": location})
