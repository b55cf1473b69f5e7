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
NEEDED = {"LabelDetection": ("Label",), "Label": ("Name",), "ModerationLabel": ("Name",)}


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
def responses(draw: st.DrawFn, aggregate_by: str, job_id: str) -> dict[str, Any]:
    response = draw(generated(_output("GetLabelDetection")))
    response.pop("NextToken", None)
    response |= {
        "JobId": job_id,
        "JobStatus": "SUCCEEDED",
        "GetRequestMetadata": {"SortBy": "TIMESTAMP", "AggregateBy": aggregate_by},
    }
    entries = generated(_output("GetLabelDetection").members["Labels"].member)
    # Each at a time of its own, as on no two pages of the service the same labels stand.
    labels = st.lists(entries, max_size=7, unique_by=lambda entry: entry.get("Timestamp"))
    response["Labels"] = draw(st.none() | labels)
    return response


def pages_of(response: dict[str, Any], sizes: list[int]) -> list[dict[str, Any]]:
    """The response cut into pages of these sizes, and a last one with the rest."""
    labels, pages = response["Labels"], []
    for size in sizes if labels else []:
        pages.append({**response, "Labels": labels[:size], "NextToken": f"token-{len(pages)}"})
        labels = labels[size:]
    return [*pages, {**response, "Labels": labels}]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_responses_of_several_jobs_and_both_forms_come_back_whole(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as root:
        layout, sent = Layout.at(root), {}
        for job_id, form in (("a", "TIMESTAMPS"), ("a", "SEGMENTS"), ("b", "TIMESTAMPS")):
            response = data.draw(responses(form, job_id))
            sizes = data.draw(st.lists(st.integers(0, 4), max_size=6))
            ascii_only = data.draw(st.booleans())
            pages = [
                json.dumps(page, ensure_ascii=ascii_only).encode()
                for page in pages_of(response, sizes)
            ]
            key = ResultKey.of("label_detection", job_id, form)
            land_pages(layout, pages, key)
            flatten(layout, key)
            sent[job_id, form] = same_form(response)
        assert {key: same_form(one) for key, one in nested(layout).items()} == sent
        in_sql = through_sql(
            layout, "label_detection_response", "response", "job_id", "aggregate_by"
        )
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


@pytest.mark.recordings
def test_a_recorded_video_comes_back_whole(recordings: Path, tmp_path: Path) -> None:
    response = json.loads((recordings / "get_label_detection-v3-full.json").read_bytes())
    response.pop("ResponseMetadata", None)  # boto3's, not the service's
    key = ResultKey.of("label_detection", response["JobId"])
    layout = Layout.at(str(tmp_path))
    land_pages(layout, pages_of(response, [100, 1, 333]), key)
    commit = flatten(layout, key)
    assert (commit.row_counts["labels"], commit.row_counts["label_instances"]) == (855, 171)
    assert same_form(nested(layout)[key.job_id, "TIMESTAMPS"]) == same_form(response)
    found = through_sql(layout, "label_detection_response", "response", "job_id", "aggregate_by")
    assert same_form(found[key.job_id, "TIMESTAMPS"]) == same_form(response)


@pytest.mark.recordings
def test_a_recorded_first_page_of_an_older_model_comes_back(
    recordings: Path, tmp_path: Path
) -> None:
    response = json.loads((recordings / "get_label_detection-v2-first-page.json").read_bytes())
    del response["NextToken"]
    layout = Layout.at(str(tmp_path))
    land_pages(layout, [json.dumps(response, indent=4)])
    flatten(layout, ResultKey.of("label_detection", JOB))
    found = same_form(nested(layout)[JOB, "TIMESTAMPS"])
    assert found == same_form({**response, "JobId": JOB})


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
