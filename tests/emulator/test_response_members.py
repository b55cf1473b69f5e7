"""Answers on the wire: the model's members and types, nothing else, nothing null."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape
from emulated import (
    JPEG,
    MEDIA,
    OPERATIONS,
    OUTPUT,
    REGION,
    VIDEO_OPERATIONS,
    Media,
    bulk_request,
    output_members,
)

from rekognition_emulator import Emulator
from rekognition_emulator.engine.validation import operation_model
from rekognition_emulator.videos.operation import VideoOperation

PROJECT = "arn:aws:rekognition:eu-west-1:123456789012:project/adapter/version/one/1700000000000"
# The guide says of GetLabelDetection that DominantColors is not returned for instances.
NEVER = {path for path in output_members("GetLabelDetection") if "DominantColors" in path}


class Wire:
    """Calls that keep what came over the wire, before any client has read it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, operation: str, **request: Any) -> Any:
        scope = f"AKIAEXAMPLE/20260101/{REGION}/rekognition/aws4_request"
        headers = {
            "X-Amz-Target": f"RekognitionService.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0",
        }
        body = json.dumps(request).encode()
        asked = urllib.request.Request(self._url, body, headers)
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
            assert answer.headers["x-amzn-RequestId"]
            return json.loads(answer.read())


@pytest.fixture
def wire(emulator: Emulator) -> Wire:
    return Wire(emulator.url)


def bulk(wire: Wire, emulator: Emulator, media: Media, clients: Any) -> Iterator[tuple[str, Any]]:
    """A bulk job's whole life, with everything that a request can say."""
    for bucket in (MEDIA, OUTPUT):
        enabled = {"Status": "Enabled"}
        clients("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration=enabled)
    request = media.images(2)
    version = clients("s3").head_object(Bucket=MEDIA, Key="manifest.jsonl")["VersionId"]
    emulator.adapters.declare(PROJECT)
    config = {"MinConfidence": 0, "ProjectVersion": PROJECT}
    full = bulk_request(
        request["Input"]["S3Object"] | {"Version": version},
        JobName="job.one",
        ClientRequestToken="token",
        KmsKeyId=clients("kms").create_key()["KeyMetadata"]["KeyId"],
        OperationsConfig={"DetectModerationLabels": config},
        OutputConfig={"S3Bucket": OUTPUT, "S3KeyPrefix": "some/where/"},
    )
    job_id = wire("StartMediaAnalysisJob", **full)["JobId"]
    yield "StartMediaAnalysisJob", {"JobId": job_id}
    emulator.faults.fail_job("THROTTLED", "Try later.")
    failing = wire("StartMediaAnalysisJob", **request)["JobId"]
    for seconds in (0.0, 0.2, 0.3, 1.0):
        emulator.clock.advance(seconds)
        for one in (job_id, failing):
            yield "GetMediaAnalysisJob", wire("GetMediaAnalysisJob", JobId=one)
        yield "ListMediaAnalysisJobs", wire("ListMediaAnalysisJobs", MaxResults=1)
        yield "ListMediaAnalysisJobs", wire("ListMediaAnalysisJobs")


def videos(
    operation: VideoOperation, wire: Wire, emulator: Emulator, media: Media
) -> Iterator[tuple[str, Any]]:
    """Video jobs that run, end and fail, in every order and aggregation."""
    # The second has a content type.
    several = [media.video(f"{at}.mp4", bytes([at]), labels="250") for at in (0, 12)]
    jobs = [wire(operation.start, **one, JobTag="tag")["JobId"] for one in several]
    yield operation.start, {"JobId": jobs[0]}
    emulator.faults.fail_job(message="No.")
    jobs.append(wire(operation.start, **media.video())["JobId"])
    for _ in range(2):
        for one in jobs:
            for aggregate in ("TIMESTAMPS", "SEGMENTS"):
                for sort in ("NAME", "TIMESTAMP"):
                    order = {"SortBy": sort, "AggregateBy": aggregate, "MaxResults": 100}
                    yield operation.get, wire(operation.get, JobId=one, **order)
        emulator.clock.advance(2)
    versioned = {"Status": "Enabled"}
    media.s3.put_bucket_versioning(Bucket=MEDIA, VersioningConfiguration=versioned)
    request = media.video("second.mp4")
    version = media.s3.head_object(Bucket=MEDIA, Key="second.mp4")["VersionId"]
    request["Video"]["S3Object"]["Version"] = version
    second = wire(operation.start, **request)["JobId"]
    yield operation.get, wire(operation.get, JobId=second)


def moderations(wire: Wire, emulator: Emulator, media: Media) -> Iterator[tuple[str, Any]]:
    """Images with labels and without, with an adapter and a human loop."""
    emulator.adapters.declare(PROJECT)
    loop = {
        "HumanLoopName": "loop",
        "FlowDefinitionArn": "arn:aws:sagemaker:eu-west-1:123456789012:flow-definition/f",
    }
    for number in range(30):
        location = media.put("image.jpg", JPEG + bytes([number]))
        more = {"HumanLoopConfig": loop, "ProjectVersion": PROJECT} if number % 2 else {}
        answer = wire("DetectModerationLabels", Image={"S3Object": location}, **more)
        yield "DetectModerationLabels", answer


def test_answers_have_the_members_and_types_of_the_model(
    wire: Wire, emulator: Emulator, media: Media, clients: Any
) -> None:
    seen: dict[str, set[str]] = {operation: set() for operation in OPERATIONS}
    answers = [
        *bulk(wire, emulator, media, clients),
        *(answer for one in VIDEO_OPERATIONS for answer in videos(one, wire, emulator, media)),
        *moderations(wire, emulator, media),
    ]
    for operation, answer in answers:
        seen[operation] |= set(present(operation_model(operation).output_shape, answer))
    for operation in OPERATIONS:
        assert set(output_members(operation)) - seen[operation] - NEVER == set()


def present(shape: Shape, value: Any, where: str = "") -> Iterator[str]:
    """The paths of all members that are there; fails on one that should not be or has not its
    type."""
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), where
        assert set(value) <= set(shape.members), where
        assert set(shape.required_members) <= set(value), where
        for name, item in value.items():
            path = f"{where}.{name}" if where else name
            yield path
            yield from present(shape.members[name], item, path)
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), where
        for item in value:
            yield f"{where}[]"
            yield from present(shape.member, item, f"{where}[]")
    else:
        fits(shape, value, where)


def fits(shape: Shape, value: Any, where: str) -> None:
    """A scalar has its type and keeps to the model's limits."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "long": int,
        "float": (int, float),
        "timestamp": (int, float),
    }
    assert isinstance(value, kinds[shape.type_name]), where
    assert not isinstance(value, bool), where
    limits = shape.metadata
    size = len(value) if isinstance(value, str) else value
    assert size >= limits.get("min", size), where
    assert size <= limits.get("max", size), where
    assert value in limits.get("enum", [value]), where
    if shape.type_name == "timestamp":
        assert 1.7e9 < value < 2e9, where


def test_timestamps_are_written_without_an_exponent(
    emulator: Emulator, media: Media, call: Any
) -> None:
    job_id = call("StartMediaAnalysisJob", **media.images())["JobId"]
    scope = f"AKIAEXAMPLE/20260101/{REGION}/rekognition/aws4_request"
    headers = {
        "X-Amz-Target": "RekognitionService.GetMediaAnalysisJob",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0",
    }
    asked = urllib.request.Request(emulator.url, b'{"JobId":"%s"}' % job_id.encode(), headers)
    with urllib.request.urlopen(asked) as answer:
        assert b'"CreationTimestamp":1767225600.000' in answer.read()
