"""Every error that the model lists for an operation can be met, with AWS's HTTP status."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import (
    JPEG,
    MEDIA,
    OPERATIONS,
    VIDEO_OPERATIONS,
    Call,
    Media,
    bulk_request,
    ended,
)

from rekognition_emulator import Emulator
from rekognition_emulator.engine.validation import operation_model
from rekognition_emulator.images.moderation import MAX_BYTES_IN_S3
from rekognition_emulator.videos.operation import VideoOperation

PROJECT = "arn:aws:rekognition:eu-west-1:123456789012:project/adapter/version/one/1700000000000"
NOT_READY = PROJECT.replace("adapter", "untrained")


@dataclass
class Scene:
    """What a cause works with."""

    emulator: Emulator
    media: Media
    call: Call

    def image(self, body: bytes = JPEG, **more: Any) -> dict[str, Any]:
        return {"Image": {"S3Object": self.media.put("image.jpg", body)}, **more}

    def bulk(self, project: str) -> dict[str, Any]:
        config = {"DetectModerationLabels": {"ProjectVersion": project}}
        return self.media.images() | {"OperationsConfig": config}


def reused_bulk_token(scene: Scene) -> dict[str, Any]:
    request = scene.media.images() | {"ClientRequestToken": "one"}
    scene.call("StartMediaAnalysisJob", **request)
    return request | {"JobName": "another"}


def too_many_bulk_jobs(scene: Scene) -> dict[str, Any]:
    request = scene.media.images()
    scene.call("StartMediaAnalysisJob", **request)
    return request | {"JobName": "second"}


def untrained(make: Callable[[Scene], dict[str, Any]]) -> Callable[[Scene], dict[str, Any]]:
    def declared(scene: Scene) -> dict[str, Any]:
        scene.emulator.adapters.declare(NOT_READY, ready=False)
        return make(scene)

    return declared


def nowhere() -> dict[str, str]:
    return {"Bucket": MEDIA, "Name": "nowhere"}


Causes = dict[tuple[str, str], Callable[[Scene], dict[str, Any]]]


def causes_of(one: VideoOperation) -> Causes:
    """The causes that each video operation has."""

    def reused_token(scene: Scene) -> dict[str, Any]:
        request = scene.media.video() | {"ClientRequestToken": "one"}
        scene.call(one.start, **request)
        return request | {"JobTag": "another"}

    def too_many(scene: Scene) -> dict[str, Any]:
        request = scene.media.video()
        for _ in range(20):
            scene.call(one.start, **request)
        return request

    def dead_token(scene: Scene) -> dict[str, Any]:
        job_id = ended(scene.emulator, scene.call, one, scene.media.video())
        return {"JobId": job_id, "NextToken": "bm8gdG9rZW4="}

    too_large = str(11 * 1024**3)
    return {
        (one.start, "IdempotentParameterMismatchException"): reused_token,
        (one.start, "InvalidParameterException"): lambda _: {"Video": {}},
        (one.start, "InvalidS3ObjectException"): lambda _: {"Video": {"S3Object": nowhere()}},
        (one.start, "LimitExceededException"): too_many,
        (one.start, "VideoTooLargeException"): lambda scene: scene.media.video(
            size_bytes=too_large
        ),
        (one.get, "InvalidPaginationTokenException"): dead_token,
        (one.get, "InvalidParameterException"): lambda _: {"JobId": "job", "MaxResults": 0},
        (one.get, "ResourceNotFoundException"): lambda _: {"JobId": "unknown"},
    }


# Operation and error: a request, made in a scene, that the service refuses for a real cause.
CAUSES: Causes = {
    **{cause: make for one in VIDEO_OPERATIONS for cause, make in causes_of(one).items()},
    ("StartMediaAnalysisJob", "IdempotentParameterMismatchException"): reused_bulk_token,
    ("StartMediaAnalysisJob", "InvalidManifestException"): lambda scene: scene.media.manifest(),
    ("StartMediaAnalysisJob", "InvalidParameterException"): lambda scene: {
        **scene.media.images(),
        "OperationsConfig": {},
    },
    ("StartMediaAnalysisJob", "InvalidS3ObjectException"): lambda scene: bulk_request(nowhere()),
    ("StartMediaAnalysisJob", "LimitExceededException"): too_many_bulk_jobs,
    ("StartMediaAnalysisJob", "ResourceNotFoundException"): lambda scene: scene.bulk(PROJECT),
    ("StartMediaAnalysisJob", "ResourceNotReadyException"): untrained(
        lambda scene: scene.bulk(NOT_READY)
    ),
    ("GetMediaAnalysisJob", "InvalidParameterException"): lambda _: {"JobId": "no such id!"},
    ("GetMediaAnalysisJob", "ResourceNotFoundException"): lambda _: {"JobId": "unknown"},
    ("ListMediaAnalysisJobs", "InvalidPaginationTokenException"): lambda _: {"NextToken": "old"},
    ("ListMediaAnalysisJobs", "InvalidParameterException"): lambda _: {"MaxResults": 101},
    ("DetectModerationLabels", "ImageTooLargeException"): lambda scene: scene.image(
        JPEG + bytes(MAX_BYTES_IN_S3)
    ),
    ("DetectModerationLabels", "InvalidImageFormatException"): lambda scene: scene.image(b"GIF89a"),
    ("DetectModerationLabels", "InvalidParameterException"): lambda _: {"Image": {}},
    ("DetectModerationLabels", "InvalidS3ObjectException"): lambda _: {
        "Image": {"S3Object": nowhere()}
    },
    ("DetectModerationLabels", "ResourceNotFoundException"): lambda scene: scene.image(
        ProjectVersion=PROJECT
    ),
    ("DetectModerationLabels", "ResourceNotReadyException"): untrained(
        lambda scene: scene.image(ProjectVersion=NOT_READY)
    ),
}
# What has no cause on one machine without IAM, quotas of calls, or a human review workforce.
BY_ORDER = frozenset(
    {
        "AccessDeniedException",
        "HumanLoopQuotaExceededException",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
    }
)
WELL_FORMED = {
    "GetMediaAnalysisJob": {"JobId": "unknown"},
    "ListMediaAnalysisJobs": {},
    **{one.get: {"JobId": "unknown"} for one in VIDEO_OPERATIONS},
    **{one.start: {"Video": {"S3Object": nowhere()}} for one in VIDEO_OPERATIONS},
    "StartMediaAnalysisJob": bulk_request(nowhere()),
    "DetectModerationLabels": {"Image": {"S3Object": nowhere()}},
}
# How the same calls are refused when nothing is ordered; the list call is not.
NATURAL = {
    "GetMediaAnalysisJob": "ResourceNotFoundException",
    **{one.get: "ResourceNotFoundException" for one in VIDEO_OPERATIONS},
    **{one.start: "InvalidS3ObjectException" for one in VIDEO_OPERATIONS},
    "StartMediaAnalysisJob": "InvalidS3ObjectException",
    "DetectModerationLabels": "InvalidS3ObjectException",
}


def listed() -> list[tuple[str, str]]:
    """Every operation with every error of its model."""
    return [
        (operation, shape.name)
        for operation in OPERATIONS
        for shape in operation_model(operation).error_shapes
    ]


def status_of(code: str) -> int:
    return 500 if code in ("InternalServerError", "ThrottlingException") else 400


def check(refused: ClientError, code: str) -> None:
    answer = refused.response
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status_of(code)
    assert type(refused).__name__ == code


@pytest.mark.parametrize("emulator", [{"bulk_jobs_at_once": 1}], indirect=True)
@pytest.mark.parametrize("operation,code", [pair for pair in listed() if pair[1] not in BY_ORDER])
def test_an_error_has_a_real_cause(
    operation: str, code: str, emulator: Emulator, media: Media, both: Call
) -> None:
    request = CAUSES[operation, code](Scene(emulator, media, both))
    with pytest.raises(ClientError) as refused:
        both(operation, **request)
    check(refused.value, code)


@pytest.mark.parametrize("operation,code", listed())
def test_an_error_comes_by_order_once(
    operation: str, code: str, emulator: Emulator, call: Call
) -> None:
    emulator.faults.error(code, operation=operation)
    with pytest.raises(ClientError) as refused:
        call(operation, **WELL_FORMED[operation])
    check(refused.value, code)
    shape = next(shape for shape in operation_model(operation).error_shapes if shape.name == code)
    assert set(shape.members) <= set(refused.value.response)
    with suppress(ClientError):
        call(operation, **WELL_FORMED[operation])
    assert emulator.counters.errors[code] == (2 if NATURAL.get(operation) == code else 1)


def test_no_cause_is_left_over() -> None:
    assert set(CAUSES) == {pair for pair in listed() if pair[1] not in BY_ORDER}
