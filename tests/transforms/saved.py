"""Right answers of any operation, and the ways in which people's programs save them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
from hypothesis import strategies as st

from rekognition_tables.operations.spec import VIDEO_OPERATIONS

Answer = dict[str, Any]
OURS = {spec.get for spec in VIDEO_OPERATIONS.values()}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.just("Café")
SCALARS = {
    "string": TEXT,
    "float": st.floats(0, 100) | st.integers(0, 100),
    "double": st.floats(0, 100),
    "long": st.integers(0, 2**40),
    "integer": st.integers(0, 2**31 - 1),
    "boolean": st.booleans(),
    "timestamp": st.integers(1_500_000_000, 1_900_000_000),
    "blob": st.just("AAAA"),
}


@cache
def outputs() -> dict[str, Any]:
    """The answer's shape of every operation that has one."""
    model = botocore.session.get_session().get_service_model("rekognition")
    shapes = {name: model.operation_model(name).output_shape for name in model.operation_names}
    return {name: shape for name, shape in shapes.items() if shape is not None and shape.members}


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Values of a shape with all its members; lists may be empty."""
    if shape.type_name == "structure":
        return st.fixed_dictionaries({name: values(one) for name, one in shape.members.items()})
    if shape.type_name == "list":
        return st.lists(values(shape.member), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(TEXT, TEXT, max_size=2)
    return SCALARS[shape.type_name]


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, Answer]:
    """A right answer of any operation but those that are flattened."""
    name = draw(st.sampled_from(sorted(set(outputs()) - OURS)))
    answer: Answer = draw(values(outputs()[name]))
    if "JobStatus" in answer:
        answer["JobStatus"] = "SUCCEEDED"
    answer.pop("NextToken", None)
    return name, answer


@st.composite
def videos(draw: st.DrawFn) -> Answer:
    """A whole answer of GetLabelDetection, as the service sorts it."""
    answer: Answer = draw(values(outputs()["GetLabelDetection"]))
    segments = draw(st.booleans())
    entries = draw(
        st.lists(
            values(outputs()["GetLabelDetection"].members["Labels"].member),
            min_size=1,
            max_size=6,
            unique_by=lambda one: (one["Timestamp"], one["Label"]["Name"]),
        )
    )
    for entry in [] if segments else entries:
        for member in ("StartTimestampMillis", "EndTimestampMillis", "DurationMillis"):
            del entry[member]
    answer["Labels"] = sorted(entries, key=lambda one: (one["Timestamp"], one["Label"]["Name"]))
    form = "SEGMENTS" if segments else "TIMESTAMPS"
    answer |= {"JobId": "job-1", "JobStatus": "SUCCEEDED"}
    answer["GetRequestMetadata"] = {"SortBy": "TIMESTAMP", "AggregateBy": form}
    if draw(st.booleans()):
        del answer["GetRequestMetadata"]
    del answer["NextToken"]
    return answer


def cut(answer: Answer, sizes: list[int]) -> list[Answer]:
    """The answer in pages of these sizes, and a last one with the rest, as tokens lead."""
    labels, pages = answer["Labels"], []
    for size in sizes:
        if len(labels) > size:
            token = f"T{len(pages)}"
            pages.append({**answer, "Labels": labels[:size], "NextToken": token})
            labels = labels[size:]
    return [*pages, {**answer, "Labels": labels}]


def camel_case(value: Any) -> Any:
    if isinstance(value, list):
        return [camel_case(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name[:1].lower() + name[1:]: camel_case(one) for name, one in value.items()}


def with_nulls(answer: Answer) -> Answer:
    return {**answer, "NextToken": answer.get("NextToken"), "ResultMetadata": {}}


READ: dict[str, Callable[[Answer], Any]] = {
    "as it is": lambda answer: answer,
    "boto3": lambda answer: {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}},
    "JavaScript": lambda answer: {"$metadata": {"attempts": 1}, **answer},
    "Go": with_nulls,
}
REFUSED: dict[str, Callable[[Answer], Any]] = {
    "camelCase": camel_case,
    ".NET": lambda answer: {**answer, "JobStatus": {"Value": answer.get("JobStatus")}},
    "Step Functions": lambda answer: {"ExecutedVersion": "$LATEST", "Payload": answer},
    "Lambda": lambda answer: {"statusCode": 200, "body": json.dumps(answer)},
    "list of answers": lambda answer: {"pages": [answer]},
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32")
FORMS: dict[str, Callable[[list[Any]], str]] = {
    "lines": lambda records: "\n".join(json.dumps(one, ensure_ascii=False) for one in records),
    "array": lambda records: json.dumps(records, ensure_ascii=False, indent=1),
    "documents": lambda records: "\r\n".join(
        json.dumps(one, ensure_ascii=False, indent=4) for one in records
    ),
}
