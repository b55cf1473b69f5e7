"""Whatever comes in, the answer is AWS's: an error in JSON with 4xx, never a page of HTML."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated import ACCESS, JPEG, MEDIA, OPERATIONS, OUTPUT, REGION, Media
from moto import mock_aws
from raw_calls import Answer, post
from test_request_constraints import MISSING, input_members, valid

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.engine.errors import UNMODELLED
from rekognition_emulator.engine.faults import Faults
from rekognition_emulator.engine.validation import operation_model, service_model
from rekognition_emulator.in_moto import mock_rekognition

DEEP = 100_000
NOT_JSON = {
    "text": b"hello",
    "nothing but a bracket": b"{",
    "not UTF-8": b'{"JobId": "\xff"}',
    "a name that is not UTF-8": b'{"\xff": "job"}',
    "UTF-16": '{"JobId": "job"}'.encode("utf-16"),
    "half of a surrogate pair": b'{"JobId": "\\ud800"}',
    "open brackets": b"[" * DEEP,
    "closed brackets": b"[" * DEEP + b"]" * DEEP,
    "nested structures": b'{"JobId":' * DEEP,
    "brackets in a member that nobody knows": b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a number without end": b'{"JobId": 1e999}',
    "null": b"null",
    "a list": b"[]",
}


def check(answer: Answer, code: str, status: int = 400) -> None:
    assert (answer.status, answer.content_type) == (status, "application/x-amz-json-1.1")
    assert answer.document["__type"] == code
    assert answer.document.get("message") or answer.document.get("Message")


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_a_body_that_is_no_request_is_a_serialization_error(
    body: bytes, emulator: Emulator
) -> None:
    for operation in (*OPERATIONS, "GetFaceSearch"):  # the last is moto's
        check(post(emulator.url, operation, body), "SerializationException")


def test_an_image_that_is_not_ascii_is_no_base64(emulator: Emulator) -> None:
    body = '{"Image": {"Bytes": "é"}}'.encode()
    check(post(emulator.url, "DetectModerationLabels", body), "SerializationException")


@pytest.mark.parametrize(
    "prefix,operation",
    [
        ("RekognitionService.", "StartFaceDetection"),
        ("RekognitionService.", "NoSuchOperation"),
        ("RekognitionService.", ""),
        ("AnotherService.", "GetLabelDetection"),
        ("", ""),
    ],
)
def test_an_operation_that_is_not_emulated_is_unknown(
    prefix: str, operation: str, emulator: Emulator
) -> None:
    answer = post(emulator.url, operation, b"{}", prefix)
    check(answer, "UnknownOperationException")
    assert set(answer.document) == {"__type", "message"}


def test_every_operation_of_the_model_answers_in_json(emulator: Emulator) -> None:
    for operation in service_model().operation_names:
        answer = post(emulator.url, operation, b"{}")
        assert answer.status in (200, 400), operation
        assert answer.document, operation


def test_an_operation_that_is_not_emulated_is_unknown_within_the_mock() -> None:
    with mock_aws(), mock_rekognition(clock=Clock.manual()):
        client = boto3.client("rekognition", region_name=REGION, **ACCESS)
        with pytest.raises(ClientError) as refused:
            client.list_collections()
        client.close()
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"


def test_a_chunked_body_is_refused_and_the_next_call_is_answered(emulator: Emulator) -> None:
    answer = post(emulator.url, "GetLabelDetection", iter([b'{"JobId":', b'"job"}']))
    check(answer, "MissingContentLength", 411)
    check(post(emulator.url, "GetLabelDetection", b'{"JobId":"job"}'), "ResourceNotFoundException")


@pytest.mark.parametrize(
    "headers", [{"Content_Length": "many"}, {"Content_Length": "-2"}, {"Transfer_Encoding": "gzip"}]
)
def test_a_body_of_no_length_is_refused(headers: dict[str, str], emulator: Emulator) -> None:
    answer = post(emulator.url, "ListMediaAnalysisJobs", b"{}", **headers)
    check(answer, "MissingContentLength", 411)


def without_one_member(operation: str) -> Iterator[dict[str, Any]]:
    """Requests that are whole but for one member, each in its turn."""
    shape = operation_model(operation).input_shape
    for path in input_members(operation):
        if not path.endswith("[]"):
            yield valid(shape, (path, MISSING))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_member_that_is_missing_anywhere_is_refused_or_done_without(
    operation: str, emulator: Emulator, media: Media
) -> None:
    media.put("text", JPEG)
    answers = [
        post(emulator.url, operation, json.dumps(request).encode())
        for request in without_one_member(operation)
    ]
    assert {answer.status for answer in answers} <= {200, 400}
    assert all(answer.content_type == "application/x-amz-json-1.1" for answer in answers)


@pytest.mark.parametrize("missing", ["Bucket", "Name"])
@pytest.mark.parametrize(
    "operation,member",
    [
        ("StartMediaAnalysisJob", "Input"),
        ("StartLabelDetection", "Video"),
        ("DetectModerationLabels", "Image"),
    ],
)
def test_an_object_without_its_bucket_or_name_is_refused(
    operation: str, member: str, missing: str, emulator: Emulator
) -> None:
    location = {"Bucket": MEDIA, "Name": "name"}
    del location[missing]
    request = {member: {"S3Object": location}}
    if operation == "StartMediaAnalysisJob":
        request |= {"OperationsConfig": {"DetectModerationLabels": {}}}
        request |= {"OutputConfig": {"S3Bucket": OUTPUT}}
    answer = post(emulator.url, operation, json.dumps(request).encode())
    check(answer, "InvalidParameterException")
    assert member in answer.document["Message"]
    assert emulator.counters.jobs_started == {}


@pytest.mark.parametrize("code", sorted(UNMODELLED))
def test_what_is_not_in_the_model_has_its_own_body_by_order_too(
    code: str, emulator: Emulator
) -> None:
    emulator.faults.error(code, message="by order")
    answer = post(emulator.url, "ListMediaAnalysisJobs", b"{}")
    assert answer.document == {"__type": code, "message": "by order"}
    assert 400 <= answer.status < 500


def test_a_fault_of_the_emulator_itself_is_aws_s_500_and_in_the_log(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Faults, "strike", broken)
    with caplog.at_level(logging.ERROR):
        check(post(emulator.url, "ListMediaAnalysisJobs", b"{}"), "InternalServerError", 500)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "order",
    [
        {"verb": "delay", "seconds": "long"},
        {"verb": "delay", "seconds": -1},
        {"verb": "throttle", "times": "x"},
        {"verb": "throttle", "times": 0},
        {"verb": "throttle", "share": 1.5},
        {"verb": "throttle", "operation": "StartLabelDetecton"},
        {"verb": "fail_job", "notify_status": "DONE"},
        {"verb": "notify", "copies": -1},
        {"verb": "drop_result_lines", "lines": 0},
    ],
    ids=str,
)
def test_a_wrong_order_is_refused_when_it_is_given(
    order: dict[str, Any], emulator: Emulator
) -> None:
    answer = post(emulator.url, "", json.dumps(order).encode(), "", "/_emulator/faults")
    assert answer.status == 400
    assert next(name for name in order if name != "verb") in answer.document["error"]
    assert post(emulator.url, "ListMediaAnalysisJobs", b"{}").status == 200


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * DEEP, b'{"a":' * DEEP, iter([b"{}"])])
def test_a_broken_control_call_is_refused(body: Any, emulator: Emulator) -> None:
    answer = post(emulator.url, "", body, "", "/_emulator/faults")
    assert answer.status == 400
    assert answer.document["error"]
