"""Flatten, then nest again: the same members, values to the last bit, every list in its order."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landed import IMAGES, JOB, encoded, land_manifest, land_pages
from nesting import nested, nested_lines, same_form, through_sql

from rekognition_tables.flatten.results import flatten
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, VideoOperation
from rekognition_tables.results_root.layout import Layout, ResultKey

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["", '"', "\\", '\\"', 'a\\\\"b', "null", "é\u2028\U0001f600", "\x00\n\t"]
)
REAL = (
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**60), 2**60)
    | st.sampled_from([7.06e-4, -0.0, 0, 25, 25.0, 1e308, 5e-324, 57.64604568481445])
)
WHOLE = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 2**63 - 1, -(2**63)])
SCALARS = {"string": TEXT, "float": REAL, "long": WHOLE, "integer": WHOLE}
ABSENT = object()
# What a label must have to be one; without it it is quarantined.
NEEDED = {
    "LabelDetection": ("Label",),
    "Label": ("Name",),
    "ContentModerationDetection": ("ModerationLabel",),
    "ModerationLabel": ("Name",),
}


@cache
def _output(operation: str) -> Any:
    model = botocore.session.get_session().get_service_model("rekognition")
    return model.operation_model(operation).output_shape


def generated(shape: Any) -> st.SearchStrategy[Any]:
    """Values of a shape of the service's model; members may be absent or null, elements may not."""
    if shape.type_name == "structure":
        members = {
            name: _optional(generated(member), needed=name in NEEDED.get(shape.name, ()))
            for name, member in shape.members.items()
        }
        return st.fixed_dictionaries(members).map(
            lambda found: {name: one for name, one in found.items() if one is not ABSENT}
        )
    if shape.type_name == "list":
        return st.lists(generated(shape.member), max_size=3)
    return SCALARS[shape.type_name]


def _optional(values: st.SearchStrategy[Any], needed: bool = False) -> st.SearchStrategy[Any]:
    if needed:
        return values
    return st.integers(0, 9).flatmap(
        lambda chance: st.just(ABSENT if chance == 0 else None) if chance < 2 else values
    )


@st.composite
def responses(
    draw: st.DrawFn, spec: VideoOperation, aggregate_by: str | None, job_id: str
) -> dict[str, Any]:
    response = draw(generated(_output(spec.get)))
    response.pop("NextToken", None)
    response |= {"JobId": job_id, "JobStatus": "SUCCEEDED"}
    if aggregate_by:
        response["GetRequestMetadata"] = {"SortBy": "TIMESTAMP", "AggregateBy": aggregate_by}
    entries = generated(_output(spec.get).members[spec.elements].member)
    # Each at a time of its own, as on no two pages of the service the same elements stand.
    elements = st.lists(entries, max_size=7, unique_by=lambda entry: entry.get("Timestamp"))
    response[spec.elements] = draw(st.none() | elements)
    return response


def pages_of(response: dict[str, Any], sizes: list[int], name: str) -> list[dict[str, Any]]:
    """The response cut into pages of these sizes of a list, and a last one with the rest."""
    elements, pages = response[name], []
    for size in sizes if elements else []:
        pages.append({**response, name: elements[:size], "NextToken": f"token-{len(pages)}"})
        elements = elements[size:]
    return [*pages, {**response, name: elements}]


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_responses_of_several_jobs_and_every_form_come_back_whole(
    operation: Operation, data: st.DataObject
) -> None:
    spec = VIDEO_OPERATIONS[operation]
    with tempfile.TemporaryDirectory() as root:
        layout, sent = Layout.at(root), {}
        for job_id, form in (*(("a", form) for form in spec.forms), ("b", spec.forms[0])):
            response = data.draw(responses(spec, form, job_id))
            sizes = data.draw(st.lists(st.integers(0, 4), max_size=6))
            ascii_only = data.draw(st.booleans())
            pages = [
                json.dumps(page, ensure_ascii=ascii_only).encode()
                for page in pages_of(response, sizes, spec.elements)
            ]
            key = ResultKey.of(spec.name, job_id, form)
            land_pages(layout, pages, key)
            flatten(layout, key)
            sent[key.job_id, key.aggregate_by] = same_form(response)
        found = nested(layout, spec.name)
        assert {key: same_form(one) for key, one in found.items()} == sent
        in_sql = through_sql(layout, f"{spec.name}_response", "response", "job_id", "aggregate_by")
        assert {key: same_form(one) for key, one in in_sql.items()} == sent


@st.composite
def manifest_lines(draw: st.DrawFn) -> dict[str, Any]:
    answer = draw(generated(_output("DetectModerationLabels")))
    answer.pop("HumanLoopActivationOutput", None)  # never in a result manifest
    if not answer.get("ModerationLabels"):
        answer["ModerationModelVersion"] = draw(TEXT.filter(bool))
    return {"source-ref": draw(TEXT), "detect-moderation-labels": answer}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(manifest_lines(), max_size=8), st.booleans())
def test_manifest_lines_come_back_whole(lines: list[dict[str, Any]], ascii_only: bool) -> None:
    with tempfile.TemporaryDirectory() as root:
        layout = Layout.at(root)
        land_manifest(layout, [json.dumps(line, ensure_ascii=ascii_only) for line in lines])
        flatten(layout, IMAGES)
        sent = {number: same_form(line) for number, line in enumerate(lines)}
        assert {key: same_form(one) for key, one in nested_lines(layout).items()} == sent
        in_sql = through_sql(layout, "moderation_result_lines", "line", "image_index")
        assert {key: same_form(one) for key, one in in_sql.items()} == sent


RECORDED: dict[str, tuple[Operation, dict[str, int]]] = {
    "get_label_detection-v3-full.json": (
        "label_detection",
        {"labels": 855, "label_instances": 171},
    ),
    "get_label_detection-v2-first-page.json": ("label_detection", {}),
    "get_content_moderation-v3.json": ("content_moderation", {}),
    "get_content_moderation-first-page.json": ("content_moderation", {}),
    "get_content_moderation-2019-first-page.json": ("content_moderation", {}),
}


@pytest.mark.recordings
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_video_comes_back_whole(recordings: Path, tmp_path: Path, name: str) -> None:
    operation, rows = RECORDED[name]
    elements = VIDEO_OPERATIONS[operation].elements
    response = json.loads((recordings / name).read_bytes())
    response.pop("ResponseMetadata", None)  # boto3's, not the service's
    response.pop("NextToken", None)
    response.setdefault("JobId", JOB)  # older models do not say it
    form = response.get("GetRequestMetadata", {}).get("AggregateBy", "TIMESTAMPS")
    key = ResultKey.of(operation, response["JobId"], form)
    layout = Layout.at(str(tmp_path))
    land_pages(layout, pages_of(response, [100, 1, 333], elements), key)
    commit = flatten(layout, key)
    assert rows.items() <= commit.row_counts.items()
    assert not commit.row_counts["quarantined_records"]
    assert same_form(nested(layout, operation)[key.job_id, form]) == same_form(response)
    view = f"{operation}_response"
    found = through_sql(layout, view, "response", "job_id", "aggregate_by")
    assert same_form(found[key.job_id, form]) == same_form(response)


@pytest.mark.recordings
def test_recorded_images_come_back_whole(recordings: Path, tmp_path: Path) -> None:
    lines = []
    for name in ("detect_moderation_labels-v3.json", "detect_moderation_labels-v6.json"):
        answer = json.loads((recordings / name).read_bytes())
        answer.pop("ResponseMetadata", None)
        lines.append({"source-ref": f"s3://images/{name}", "detect-moderation-labels": answer})
    layout = Layout.at(str(tmp_path))
    land_manifest(layout, [encoded(line) for line in lines])
    flatten(layout, IMAGES)
    sent = {number: same_form(line) for number, line in enumerate(lines)}
    assert {key: same_form(one) for key, one in nested_lines(layout).items()} == sent
