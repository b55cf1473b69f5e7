"""What the emulator's tests share: calls through two clients, media, and walks over the model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiobotocore.session
import botocore.config
from botocore.model import ListShape, Shape, StructureShape

from rekognition_emulator.engine.validation import operation_model
from rekognition_emulator.videos.operation import VideoOperation
from rekognition_emulator.videos.operations import label_detection
from rekognition_emulator.videos.registry import OPERATIONS as VIDEO_OPERATIONS

REGION = "eu-west-1"
ACCESS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}
# No retries: a test that asks for one error wants one call. No client-side checks: the service's
# own are what is tested.
CONFIG: dict[str, Any] = {"retries": {"total_max_attempts": 1}, "parameter_validation": False}
OPERATIONS = (
    "StartMediaAnalysisJob",
    "GetMediaAnalysisJob",
    "ListMediaAnalysisJobs",
    "DetectModerationLabels",
    *(call for one in VIDEO_OPERATIONS for call in (one.start, one.get)),
)
MEDIA, OUTPUT = "media", "output"
JPEG = b"\xff\xd8\xff\xe0 a photograph"
PNG = b"\x89PNG\r\n\x1a\n a drawing"

# Beside the checkout; tests that read them skip when they are not there.
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"

Call = Callable[..., dict[str, Any]]


def snake(name: str) -> str:
    """An operation's name as a boto3 method's."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


class Clients:
    """boto3 clients of one endpoint, closed with the test."""

    def __init__(self, session: Any, url: str) -> None:
        self._session, self._url = session, url
        self._made: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str = REGION) -> Any:
        if (service, region) not in self._made:
            self._made[service, region] = self._session.client(
                service,
                region_name=region,
                endpoint_url=self._url,
                config=botocore.config.Config(**CONFIG),
            )
        return self._made[service, region]

    def close(self) -> None:
        for client in self._made.values():
            client.close()


@contextmanager
def aiobotocore_call(url: str) -> Iterator[Call]:
    """A function that makes calls through one aiobotocore client, in an event loop of its own."""
    session = aiobotocore.session.get_session()
    config = botocore.config.Config(**CONFIG)
    made = session.create_client("rekognition", REGION, endpoint_url=url, config=config, **ACCESS)
    with asyncio.Runner() as runner:
        client = runner.run(made.__aenter__())

        async def make(operation: str, request: dict[str, Any]) -> dict[str, Any]:
            return dict(await getattr(client, snake(operation))(**request))

        try:
            yield lambda operation, **request: runner.run(make(operation, request))
        finally:
            runner.run(made.__aexit__(None, None, None))


@dataclass
class Media:
    """Puts what jobs need into S3 and gives requests that name it."""

    s3: Any

    def put(self, key: str, body: bytes, bucket: str = MEDIA, **metadata: str) -> dict[str, str]:
        """The object's location for a request."""
        names = {name.replace("_", "-"): text for name, text in metadata.items()}
        self.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=names)
        return {"Bucket": bucket, "Name": key}

    def video(self, key: str = "video.mp4", body: bytes = b"a video", **declared: str) -> Any:
        """A StartLabelDetection request for a new video."""
        return {"Video": {"S3Object": self.put(key, body, **declared)}}

    def manifest(self, *lines: str | bytes) -> dict[str, Any]:
        """A StartMediaAnalysisJob request for a manifest of these references or raw lines."""
        raw = [
            line if isinstance(line, bytes) else json.dumps({"source-ref": line}).encode()
            for line in lines
        ]
        location = self.put("manifest.jsonl", b"".join(line + b"\n" for line in raw))
        return bulk_request(location)

    def images(self, count: int = 1) -> dict[str, Any]:
        """A StartMediaAnalysisJob request for that many new JPEGs."""
        for number in range(count):
            self.put(f"{number}.jpg", JPEG + bytes([number]))
        return self.manifest(*(f"s3://{MEDIA}/{number}.jpg" for number in range(count)))

    def read(self, location: dict[str, str]) -> bytes:
        """The bytes of an object that an answer names."""
        version = {"VersionId": location["Version"]} if "Version" in location else {}
        answer = self.s3.get_object(Bucket=location["Bucket"], Key=location["Name"], **version)
        with answer["Body"] as body:
            return bytes(body.read())


def bulk_request(manifest: dict[str, str], **more: Any) -> dict[str, Any]:
    """A StartMediaAnalysisJob request for the manifest at a location."""
    return {
        "OperationsConfig": {"DetectModerationLabels": {}},
        "Input": {"S3Object": manifest},
        "OutputConfig": {"S3Bucket": OUTPUT},
        **more,
    }


def members(shape: Shape, where: str = "") -> Iterator[tuple[str, Shape]]:
    """Every member below a shape, with its path: Input.S3Object.Name, Features[]."""
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            path = f"{where}.{name}" if where else name
            yield path, member
            yield from members(member, path)
    elif isinstance(shape, ListShape):
        yield f"{where}[]", shape.member
        yield from members(shape.member, f"{where}[]")


def input_members(operation: str) -> dict[str, Shape]:
    """Every member of an operation's request by its path."""
    return dict(members(operation_model(operation).input_shape))


def output_members(operation: str) -> dict[str, Shape]:
    """Every member of an operation's response by its path."""
    return dict(members(operation_model(operation).output_shape))


def pages(
    call: Call, operation: VideoOperation, job_id: str, **request: Any
) -> Iterator[dict[str, Any]]:
    """All pages of a video job."""
    more: dict[str, str] = {}
    while True:
        page = call(operation.get, JobId=job_id, **request, **more)
        yield page
        if "NextToken" not in page:
            return
        more = {"NextToken": page["NextToken"]}


def all_elements(
    call: Call, operation: VideoOperation, job_id: str, **request: Any
) -> list[dict[str, Any]]:
    """The elements of all pages."""
    found = pages(call, operation, job_id, **request)
    return [element for page in found for element in page[operation.elements]]


def all_labels(call: Call, job_id: str, **request: Any) -> list[dict[str, Any]]:
    """The elements of a label detection job."""
    return all_elements(call, label_detection.OPERATION, job_id, **request)


def ended(emulator: Any, call: Call, operation: VideoOperation, request: dict[str, Any]) -> str:
    """The id of a video job for the request that has ended."""
    job_id = str(call(operation.start, **request)["JobId"])
    emulator.clock.advance(2)
    return job_id


def part(operation: VideoOperation, element: dict[str, Any]) -> dict[str, Any]:
    """What an element is about: its Label, its ModerationLabel."""
    return dict(element[operation.sort_by["NAME"][0]])


def names_and_times(
    operation: VideoOperation, elements: list[dict[str, Any]]
) -> list[tuple[int, str]]:
    return [(one["Timestamp"], part(operation, one)["Name"]) for one in elements]
