"""Every error that Amazon lists for what the pipeline calls has a reaction and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import botocore.session
import pytest
from aws_calls import grants
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from rekognition_results.aws.error_table import Reaction, explain, look_up

# The calls that a permission of deploy/iam/pipeline.json is for; of Rekognition they are its name.
CALLS = {
    "s3:ListBucket": ("HeadBucket", "ListObjectsV2"),
    "s3:GetObject": ("HeadObject", "GetObject"),
    "s3:GetObjectVersion": ("HeadObject", "GetObject"),
    "s3:PutObject": ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"),
    "s3:AbortMultipartUpload": ("AbortMultipartUpload",),
    "s3:DeleteObject": ("DeleteObject", "DeleteObjects"),
    "sqs:ReceiveMessage": ("ReceiveMessage",),
    "sqs:DeleteMessage": ("DeleteMessageBatch",),
}
# These take no permission of the role's; the last two are made where the connection names a role.
OF_STS = ("GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity")
PASSED_ON = ("iam:", "kms:")  # Rekognition, S3 and SQS do that with the caller's rights


def called() -> list[tuple[str, str]]:
    """(service, operation) of everything that the pipeline asks of Amazon."""
    actions = {grant.action for grant in grants("pipeline.json")}
    found = {("sts", operation) for operation in OF_STS}
    for action in actions:
        service, _, name = action.partition(":")
        if not action.startswith(PASSED_ON):
            calls = (name,) if service == "rekognition" else CALLS[action]
            found.update((service, operation) for operation in calls)
    return sorted(found)


def model(service: str = "rekognition") -> Any:
    return botocore.session.get_session().get_service_model(service)


def listed(operations: Iterable[str], service: str = "rekognition") -> list[tuple[str, str]]:
    """(operation, error code) of botocore's service model."""
    of_service = model(service)
    return [
        (operation, shape.error_code)
        for operation in operations
        for shape in of_service.operation_model(operation).error_shapes
    ]


CALLED = called()
OURS = [operation for service, operation in CALLED if service == "rekognition"]
LISTED = listed(OURS)
ALL_LISTED = [one for service, operation in CALLED for one in listed([operation], service)]


@pytest.mark.parametrize("operation, code", ALL_LISTED)
def test_an_error_of_the_service_models_has_a_sentence(operation: str, code: str) -> None:
    found = look_up(operation, code)
    assert found is not None
    assert explain(operation, code) is found
    assert found.advice.endswith(".")
    assert len(found.advice.split()) > 3


def test_the_models_of_all_services_are_walked() -> None:
    assert {service for service, _ in CALLED} == {"rekognition", "s3", "sqs", "sts"}
    assert {"QueueDoesNotExist", "InvalidObjectState", "RegionDisabledException"} <= {
        code for _, code in ALL_LISTED
    }


@pytest.mark.parametrize("operation", OURS)
def test_the_service_model_lists_errors_of_each_operation(operation: str) -> None:
    codes = {code for name, code in LISTED if name == operation}
    assert {"ThrottlingException", "InternalServerError", "AccessDeniedException"} <= codes


def test_no_row_stands_for_an_error_that_none_of_our_operations_lists() -> None:
    others = {code for _, code in listed(model().operation_names)} - {code for _, code in LISTED}
    assert "ResourceInUseException" in others
    assert [code for code in sorted(others) if look_up("", code)] == []


THROTTLED = set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES) - {"LimitExceededException"}
PASSING = {"InternalServerError", "500", "503", "ServiceUnavailable", "KmsThrottled", "OverLimit"}


@pytest.mark.parametrize("service, operation", CALLED)
@pytest.mark.parametrize(
    "code", sorted(PASSING | THROTTLED | {*TransientRetryableChecker._TRANSIENT_ERROR_CODES})
)
def test_what_passes_by_itself_is_tried_again(service: str, operation: str, code: str) -> None:
    assert explain(operation, code).reaction is Reaction.RETRY, service


@pytest.mark.parametrize("operation", [operation for _, operation in CALLED])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520])
def test_an_unknown_error_whose_status_passes_is_tried_again(operation: str, status: int) -> None:
    assert explain(operation, "TeapotException", status).reaction is Reaction.RETRY
    assert explain(operation, str(status)).reaction is Reaction.RETRY


@pytest.mark.parametrize("status", [400, 403, 404, 418])
def test_an_unknown_error_with_another_status_fails(status: int) -> None:
    assert explain("GetLabelDetection", "TeapotException", status).reaction is Reaction.FAIL


def test_a_row_goes_before_the_status() -> None:
    assert explain("GetObject", "NotImplemented", 501).reaction is Reaction.FAIL


@pytest.mark.parametrize("code", ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"])
def test_a_queue_that_is_not_there_names_its_setting(code: str) -> None:
    assert "REKOGNITION_COMPLETIONS_QUEUE_URL" in explain("ReceiveMessage", code).advice


def test_a_role_that_may_not_be_assumed_is_another_thing_than_an_object_that_may_not_be_read() -> (
    None
):
    assert "trust policy" in explain("AssumeRole", "AccessDenied").advice
    assert "read it" in explain("GetObject", "AccessDenied").advice
    assert "write" in explain("PutObject", "AccessDenied").advice


@pytest.mark.parametrize(
    "code, reaction",
    [
        ("LimitExceededException", Reaction.WAIT_FOR_QUOTA),
        ("InvalidPaginationTokenException", Reaction.NEW_ATTEMPT),
    ],
)
def test_some_errors_have_a_reaction_of_their_own(code: str, reaction: Reaction) -> None:
    assert explain("GetLabelDetection", code).reaction is reaction


def test_everything_else_fails() -> None:
    special = {"LimitExceededException", "InvalidPaginationTokenException"}
    passing = {"ThrottlingException", "InternalServerError"}
    passing.add("ProvisionedThroughputExceededException")
    for operation, code in LISTED:
        if code not in special | passing:
            assert explain(operation, code).reaction is Reaction.FAIL, code


def test_an_operation_s_own_row_goes_before_the_row_for_all() -> None:
    code = "ResourceNotFoundException"
    assert "7 days" in explain("GetLabelDetection", code).advice
    assert "a year" in explain("GetMediaAnalysisJob", code).advice
    assert "project_version" in explain("StartMediaAnalysisJob", code).advice
    assert "bucket" in explain("HeadBucket", "404").advice
    assert "object" in explain("HeadObject", "404").advice


def test_an_error_that_nobody_described_fails_and_says_so() -> None:
    assert look_up("GetLabelDetection", "TeapotException") is None
    unknown = explain("GetLabelDetection", "TeapotException")
    assert unknown.reaction is Reaction.FAIL
    assert "not known here" in unknown.advice
