"""What a record is, by what the answer of an operation must have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rekognition_tables.loose.inputs import decoded
from rekognition_tables.parsing.recognise import kind_of

TOKEN = {"NextToken": "T"}
KINDS: list[tuple[Any, str]] = [
    ({"Labels": [{"Name": "Car"}], "LabelModelVersion": "3.0"}, "DetectLabels (an image)"),
    ({"Labels": [], "LabelModelVersion": "3.0"}, "DetectLabels or GetLabelDetection"),
    ({"JobStatus": "SUCCEEDED", "JobId": "j"}, "do not say which"),
    ({"JobStatus": "SUCCEEDED", "Persons": [{"Timestamp": 0, "Person": {}}]}, "GetPersonTracking"),
    (
        {"JobStatus": "SUCCEEDED", "Persons": [{"Timestamp": 0, "FaceMatches": []}]},
        "GetFaceSearch",
    ),
    ({"Faces": [{"FaceId": "f"}], "FaceModelVersion": "6"}, "ListFaces"),
    ({"MediaAnalysisJobs": []}, "ListMediaAnalysisJobs (descriptions of jobs)"),
    ({"JobId": "j"}, "StartCelebrityRecognition or StartContentModeration"),
    ({"Type": "Notification", "MessageId": "m", "Message": "{}"}, "an SNS message"),
    ({"JobId": "j", "Status": "SUCCEEDED", "API": "StartLabelDetection"}, "an SNS message"),
    ({"MessageId": "m", "ReceiptHandle": "r", "Body": "{}"}, "an SQS message"),
    ({"Messages": [{"Body": "{}"}]}, "a list of messages"),
    ({"__type": "ThrottlingException", "message": "x"}, "an error that the service answered"),
    ({"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {}}, "an error that the service"),
    ({"jobStatus": "SUCCEEDED", "labels": []}, 'another SDK\'s serialiser does ("jobStatus")'),
    ({"job_status": "SUCCEEDED", "labels": []}, 'another SDK\'s serialiser does ("job_status")'),
    ({"sourceRef": "s3://b/k", "detectModerationLabels": {}}, "a result manifest with members"),
    ({"version": "1.0", "statistics": {"total-json-lines": 1}}, "a manifest summary"),
    ({}, "an empty object"),
    ({"a": 1, "b": 2}, 'no answer known here (its members: "a", "b")'),
    ([], "a JSON array"),
    ("x", "a JSON string"),
    (1.5, "a JSON number"),
]


@pytest.mark.parametrize("record, said", KINDS)
def test_a_record_is_named(record: Any, said: str) -> None:
    kind = kind_of(record)
    assert said in kind.said
    assert kind.operation is None


PAGES: list[Any] = [
    {"JobStatus": "SUCCEEDED", "Labels": []},
    {"JobStatus": "SUCCEEDED", "Labels": None},
    {"JobStatus": "SUCCEEDED", "LabelModelVersion": "3.0"},
    {"JobStatus": "IN_PROGRESS", "Labels": [], "LabelModelVersion": "2.0"},
    {"Labels": [{"Timestamp": 0, "Label": {"Name": "Car"}}]},
    {"JobStatus": "SUCCEEDED", "Labels": [None, {}]},
    {"JobStatus": "SUCCEEDED", "Labels": [], **{f"New{n}": n for n in range(500)}},
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_get_label_detection_is_one_whatever_it_lacks(page: Any) -> None:
    assert kind_of(page).operation == "label_detection"


def test_a_failed_job_without_results_may_be_of_any_operation() -> None:
    kind = kind_of({"JobStatus": "FAILED", "StatusMessage": "no", "JobId": "j"})
    assert "label_detection" in kind.could_be
    assert kind.operation is None
    assert "--operation" in kind.refusal(None)


WRAPPED = [
    ({"Payload": PAGES[0], "StatusCode": 200}, "`.Payload`", "jq '.Payload'"),
    ({"pages": [PAGES[0]]}, "`.pages[]`", "jq '.pages[]'"),
    ({"a b": {"c": PAGES[0]}}, '`.["a b"].c`', "jq"),
    ({"body": json.dumps(PAGES[0])}, "`.body`", "jq '.body | fromjson'"),
]


@pytest.mark.parametrize("record, place, advice", WRAPPED)
def test_a_wrapped_answer_is_told_with_its_place(record: Any, place: str, advice: str) -> None:
    kind = kind_of(record)
    assert f"an answer of GetLabelDetection is inside, at {place}" in kind.said
    assert advice in kind.advice


@pytest.mark.recordings
def test_every_recorded_answer_is_named(recordings: Path) -> None:
    for path in sorted(recordings.glob("*.json")):
        start = path.name.partition("-")[0].replace("_", "")
        said = kind_of(decoded(path.read_bytes())).said
        assert start in said.lower(), f"{path.name}: {said}"
