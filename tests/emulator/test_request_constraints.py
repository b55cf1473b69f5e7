"""Every constraint of the service model refuses what breaks it; every member is known to us."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, Shape, StructureShape
from emulated import OPERATIONS, VIDEO_OPERATIONS, Call, input_members

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.validation import check, operation_model

# What the emulator honours or refuses, by hand: a botocore with one more member fails the test
# below until somebody has thought about it.
HONOURED = {
    "StartMediaAnalysisJob": """
        ClientRequestToken JobName OperationsConfig OperationsConfig.DetectModerationLabels
        OperationsConfig.DetectModerationLabels.MinConfidence
        OperationsConfig.DetectModerationLabels.ProjectVersion
        Input Input.S3Object Input.S3Object.Bucket Input.S3Object.Name Input.S3Object.Version
        OutputConfig OutputConfig.S3Bucket OutputConfig.S3KeyPrefix KmsKeyId""",
    "GetMediaAnalysisJob": "JobId",
    "ListMediaAnalysisJobs": "NextToken MaxResults",
    "StartLabelDetection": """
        Video Video.S3Object Video.S3Object.Bucket Video.S3Object.Name Video.S3Object.Version
        ClientRequestToken MinConfidence NotificationChannel NotificationChannel.SNSTopicArn
        NotificationChannel.RoleArn JobTag Features Features[] Settings Settings.GeneralLabels
        Settings.GeneralLabels.LabelInclusionFilters
        Settings.GeneralLabels.LabelInclusionFilters[]
        Settings.GeneralLabels.LabelExclusionFilters
        Settings.GeneralLabels.LabelExclusionFilters[]
        Settings.GeneralLabels.LabelCategoryInclusionFilters
        Settings.GeneralLabels.LabelCategoryInclusionFilters[]
        Settings.GeneralLabels.LabelCategoryExclusionFilters
        Settings.GeneralLabels.LabelCategoryExclusionFilters[]""",
    "GetLabelDetection": "JobId MaxResults NextToken SortBy AggregateBy",
    "StartContentModeration": """
        Video Video.S3Object Video.S3Object.Bucket Video.S3Object.Name Video.S3Object.Version
        ClientRequestToken MinConfidence NotificationChannel NotificationChannel.SNSTopicArn
        NotificationChannel.RoleArn JobTag""",
    "GetContentModeration": "JobId MaxResults NextToken SortBy AggregateBy",
    "DetectModerationLabels": """
        Image Image.Bytes Image.S3Object Image.S3Object.Bucket Image.S3Object.Name
        Image.S3Object.Version MinConfidence HumanLoopConfig HumanLoopConfig.HumanLoopName
        HumanLoopConfig.FlowDefinitionArn HumanLoopConfig.DataAttributes
        HumanLoopConfig.DataAttributes.ContentClassifiers
        HumanLoopConfig.DataAttributes.ContentClassifiers[] ProjectVersion""",
}
PROJECT = "arn:aws:rekognition:eu-west-1:123456789012:project/moderation/version/one/1700000000000"
# Words that satisfy each pattern of the model; a new pattern has to be added here.
WORDS = {
    "ClientRequestToken": "token-1",
    "MediaAnalysisJobName": "a.job",
    "ProjectVersionId": PROJECT,
    "S3Bucket": "media",
    "MediaAnalysisS3KeyPrefix": "out/",
    "KmsKeyId": "alias/a-key",
    "MediaAnalysisJobId": "job",
    "JobId": "job",
    "SNSTopicArn": "arn:aws:sns:eu-west-1:123456789012:topic",
    "RoleArn": "arn:aws:iam::123456789012:role/rekognition",
    "JobTag": "a:tag",
    "GeneralLabelsFilterValue": "Car",
    "HumanLoopName": "loop-1",
}
NO_WORD = "\N{SNOWMAN} \n" * 8  # of a length that every pattern's member may have


def valid(shape: Shape, violation: tuple[str, Any] | None, where: str = "") -> Any:
    """A request with every member filled, and at the violation's path the violation's value."""
    if violation is not None and violation[0] == where:
        return violation[1]
    if isinstance(shape, StructureShape):
        filled = {
            name: valid(member, violation, f"{where}.{name}" if where else name)
            for name, member in shape.members.items()
        }
        return {name: value for name, value in filled.items() if value is not MISSING}
    if isinstance(shape, ListShape):
        return [valid(shape.member, violation, f"{where}[]")]
    if enum := shape.metadata.get("enum"):
        return enum[0]
    if shape.type_name == "blob":
        return base64.b64encode(b"bytes").decode()
    if shape.type_name == "string":
        return WORDS[shape.name] if "pattern" in shape.metadata else "text"
    return shape.metadata.get("min", 1)


MISSING = object()
LENGTHS = ("short", "long")


def violations() -> Iterator[Any]:
    """Each way to break each constraint: operation, path, value, the error's code."""
    for operation in OPERATIONS:
        shape = operation_model(operation).input_shape
        required = set(_required(shape))
        for path, member in input_members(operation).items():
            for name, value in _broken(member):
                code = "ValidationException" if name in LENGTHS else "InvalidParameterException"
                yield pytest.param(operation, path, value, code, id=f"{operation}-{path}-{name}")
            if path in required:
                code, case = "InvalidParameterException", f"{operation}-{path}-missing"
                yield pytest.param(operation, path, MISSING, code, id=case)


def _required(shape: Shape, where: str = "") -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            path = f"{where}.{name}" if where else name
            if name in shape.required_members:
                yield path
            yield from _required(member, path)


def _broken(shape: Shape) -> Iterator[tuple[str, Any]]:
    limits = shape.metadata
    if shape.type_name == "string":
        if limits.get("min", 0) > 0:
            yield "short", ""
        if "max" in limits:
            yield "long", "a" * (limits["max"] + 1)
        if "pattern" in limits:
            yield "pattern", NO_WORD
        if "enum" in limits:
            yield "enum", "NO_SUCH_VALUE"
    elif shape.type_name == "blob":
        yield "long", base64.b64encode(bytes(limits["max"] + 1)).decode()
    elif isinstance(shape, ListShape):
        if "max" in limits:
            value = shape.member.metadata.get("enum", ["Car"])[0]
            yield "long", [value] * (limits["max"] + 1)
    elif shape.type_name in ("float", "integer", "long"):
        if "min" in limits:
            yield "low", limits["min"] - 1
        if "max" in limits:
            yield "high", limits["max"] + 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_member_of_the_model_is_known(operation: str) -> None:
    assert set(input_members(operation)) == set(HONOURED[operation].split())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_with_every_member_is_well_formed(operation: str) -> None:
    request = valid(operation_model(operation).input_shape, None)
    checked = check(operation, request)
    assert set(checked) == set(request)


@pytest.mark.parametrize("operation,path,value,code", list(violations()))
def test_a_broken_constraint_is_refused(operation: str, path: str, value: Any, code: str) -> None:
    request = valid(operation_model(operation).input_shape, (path, value))
    with pytest.raises(ServiceError, match="validation error") as refused:
        check(operation, request)
    assert refused.value.code == code
    assert refused.value.status == 400
    member = path.replace("[]", "").split(".")[-1]
    assert member.lower() in refused.value.message.lower()


@pytest.mark.parametrize(
    "operation,request_",
    [
        *((one.get, {"JobId": 5}) for one in VIDEO_OPERATIONS),
        *((one.get, {"JobId": "job", "MaxResults": "5"}) for one in VIDEO_OPERATIONS),
        *((one.start, {"Video": "text"}) for one in VIDEO_OPERATIONS),
        ("StartLabelDetection", {"Video": {}, "Features": "GENERAL_LABELS"}),
        ("StartLabelDetection", {"Video": {}, "MinConfidence": True}),
        ("StartContentModeration", {"Video": {}, "MinConfidence": "50"}),
    ],
)
def test_a_wrong_json_type_is_a_serialization_error(
    operation: str, request_: dict[str, Any]
) -> None:
    with pytest.raises(ServiceError) as refused:
        check(operation, request_)
    assert refused.value.code == "SerializationException"


def test_unknown_members_are_ignored() -> None:
    assert check("GetLabelDetection", {"JobId": "job", "Novelty": 1}) == {"JobId": "job"}


@pytest.mark.parametrize(
    "operation,request_,member,code",
    [
        ("ListMediaAnalysisJobs", {"MaxResults": 101}, "maxResults", "InvalidParameterException"),
        *(
            (one.get, {"JobId": "a" * 65}, "jobId", "ValidationException")
            for one in VIDEO_OPERATIONS
        ),
        *(
            (one.start, {"Video": {}, "JobTag": ""}, "jobTag", "ValidationException")
            for one in VIDEO_OPERATIONS
        ),
    ],
)
def test_both_clients_meet_the_refusal_as_a_400(
    operation: str, request_: dict[str, Any], member: str, code: str, both: Call
) -> None:
    with pytest.raises(ClientError, match=f"at '{member}'") as refused:
        both(operation, **request_)
    answer = refused.value.response
    assert answer["Error"]["Code"] == code
    assert "failed to satisfy constraint" in answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_broken_length_has_the_body_that_was_seen_in_public_logs() -> None:
    with pytest.raises(ServiceError) as refused:
        check("GetMediaAnalysisJob", {"JobId": "a" * 65})
    assert refused.value.body("a request id") == {
        "__type": "ValidationException",
        "message": (
            f"1 validation error detected: Value '{'a' * 65}' at 'jobId' failed to satisfy"
            " constraint: Member must have length less than or equal to 64"
        ),
    }
