"""Every error that Amazon lists for our operations has a reaction and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import botocore.session
import pytest

from transforms.aws_errors import Reaction, explain, look_up

OURS = (
    "StartMediaAnalysisJob",
    "GetMediaAnalysisJob",
    "ListMediaAnalysisJobs",
    "StartLabelDetection",
    "GetLabelDetection",
    "DetectModerationLabels",
)


def model() -> Any:
    return botocore.session.get_session().get_service_model("rekognition")


def listed(operations: Iterable[str]) -> list[tuple[str, str]]:
    """(operation, error code) of botocore's service model."""
    rekognition = model()
    return [
        (operation, shape.error_code)
        for operation in operations
        for shape in rekognition.operation_model(operation).error_shapes
    ]


LISTED = listed(OURS)


@pytest.mark.parametrize("operation, code", LISTED)
def test_an_error_of_the_service_model_has_a_sentence(operation: str, code: str) -> None:
    found = look_up(operation, code)
    assert found is not None
    assert explain(operation, code) is found
    assert found.advice.endswith(".")
    assert len(found.advice.split()) > 3


@pytest.mark.parametrize("operation", OURS)
def test_the_service_model_lists_errors_of_each_operation(operation: str) -> None:
    codes = {code for name, code in LISTED if name == operation}
    assert {"ThrottlingException", "InternalServerError", "AccessDeniedException"} <= codes


def test_no_row_stands_for_an_error_that_none_of_our_operations_lists() -> None:
    others = {code for _, code in listed(model().operation_names)} - {code for _, code in LISTED}
    assert "ResourceInUseException" in others
    assert [code for code in sorted(others) if look_up("", code)] == []


@pytest.mark.parametrize("operation", OURS)
@pytest.mark.parametrize(
    "code",
    [
        "ThrottlingException",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "SlowDown",
        "500",
        "503",
    ],
)
def test_what_passes_by_itself_is_tried_again(operation: str, code: str) -> None:
    assert explain(operation, code).reaction is Reaction.RETRY


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
