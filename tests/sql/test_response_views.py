"""What was received, rebuilt from the tables: every member, every list in its order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from literal_rows import Warehouse

from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.tables import TABLES

CHILDREN = {
    **{
        f"{name}_response": [table.name for table in spec.tables]
        for name, spec in VIDEO_OPERATIONS.items()
    },
    "moderation_result_lines": [
        "moderation_images",
        "moderation_labels",
        "moderation_content_types",
    ],
}


def test_a_response_has_each_member_and_each_list_in_its_order(warehouse: Warehouse) -> None:
    warehouse.video(
        "v",
        {"name": "Cat", "timestamp": 0, "confidence": 90.5},
        {"timestamp": 500, "duration_millis": 0},
        label_model_version="3.0",
        video_metadata_frame_rate=25.0,
        get_request_metadata_aggregate_by="TIMESTAMPS",
    )
    at = {"job_id": "v", "aggregate_by": "TIMESTAMPS", "label_index": 0}
    for index in (1, 0):  # the later one first
        box = {"instance_index": index, "bounding_box_left": 0.1 + index, "confidence": 80.0}
        warehouse.put("label_instances", at | box)
        color = {"instance_index": 0, "color_index": index, "css_color": f"css {index}"}
        warehouse.put("label_instance_dominant_colors", at | color)
        for kind, position in (
            ("label_parents", "parent_index"),
            ("label_aliases", "alias_index"),
            ("label_categories", "category_index"),
        ):
            warehouse.put(kind, at | {position: index, "name": f"{kind} {index}"})
    warehouse.video("other", {"name": "Dog", "timestamp": 0})
    warehouse.video("v", aggregate_by="SEGMENTS", job_status="FAILED", status_message="broken")
    query = "SELECT aggregate_by, response FROM label_detection_response WHERE job_id = 'v'"
    found = {form: json.loads(response) for form, response in warehouse.ask(query)}
    source = {"S3Object": {"Bucket": "media", "Name": "v.mp4"}}
    assert found == {
        "TIMESTAMPS": {
            "JobStatus": "SUCCEEDED",
            "VideoMetadata": {"FrameRate": 25.0},
            "Labels": [
                {
                    "Timestamp": 0,
                    "Label": {
                        "Name": "Cat",
                        "Confidence": 90.5,
                        "Instances": [
                            {
                                "BoundingBox": {"Left": 0.1},
                                "Confidence": 80.0,
                                "DominantColors": [{"CSSColor": "css 0"}, {"CSSColor": "css 1"}],
                            },
                            {"BoundingBox": {"Left": 1.1}, "Confidence": 80.0},
                        ],
                        "Parents": [{"Name": "label_parents 0"}, {"Name": "label_parents 1"}],
                        "Aliases": [{"Name": "label_aliases 0"}, {"Name": "label_aliases 1"}],
                        "Categories": [
                            {"Name": "label_categories 0"},
                            {"Name": "label_categories 1"},
                        ],
                    },
                },
                {"Timestamp": 500, "DurationMillis": 0},
            ],
            "LabelModelVersion": "3.0",
            "JobId": "v",
            "Video": source,
            "GetRequestMetadata": {"AggregateBy": "TIMESTAMPS"},
        },
        "SEGMENTS": {
            "JobStatus": "FAILED",
            "StatusMessage": "broken",
            "JobId": "v",
            "Video": source,
        },
    }


def test_a_response_of_moderation_has_each_member_and_each_list_in_its_order(
    warehouse: Warehouse,
) -> None:
    warehouse.moderated(
        "v",
        {"name": "Violence", "parent_name": "", "timestamp": 0, "confidence": 90.5},
        {"name": "Weapons", "parent_name": "Violence", "taxonomy_level": 2, "duration_millis": 0},
        moderation_model_version="7.0",
        job_tag="of us",
    )
    at = {"job_id": "v", "aggregate_by": "TIMESTAMPS", "label_index": 1}
    for index in (1, 0):  # the later one first
        row = {"content_type_index": index, "name": f"type {index}", "confidence": 50.0}
        warehouse.put("video_moderation_label_content_types", at | row)
    ((response,),) = warehouse.ask("SELECT response FROM content_moderation_response")
    first = {"Name": "Violence", "ParentName": "", "Confidence": 90.5}
    second = {"Name": "Weapons", "ParentName": "Violence", "TaxonomyLevel": 2}
    assert json.loads(response) == {
        "JobStatus": "SUCCEEDED",
        "JobId": "v",
        "JobTag": "of us",
        "Video": {"S3Object": {"Bucket": "media", "Name": "v.mp4"}},
        "ModerationModelVersion": "7.0",
        "ModerationLabels": [
            {"Timestamp": 0, "ModerationLabel": first},
            {
                "DurationMillis": 0,
                "ModerationLabel": second,
                "ContentTypes": [
                    {"Confidence": 50.0, "Name": "type 0"},
                    {"Confidence": 50.0, "Name": "type 1"},
                ],
            },
        ],
    }


def test_a_line_has_each_member_and_each_list_in_its_order(warehouse: Warehouse) -> None:
    warehouse.images("m", {"key": "a.jpg"}, {"key": "b.jpg"})
    warehouse.put("moderation_images", {"job_id": "m", "image_index": 2})
    for index in (1, 0):  # the later one first
        at = {"job_id": "m", "image_index": 0}
        label = {"name": f"label {index}", "parent_name": "", "taxonomy_level": 1}
        warehouse.put("moderation_labels", at | {"label_index": index, "confidence": 99.5} | label)
        kind = {"content_type_index": index, "name": f"type {index}", "confidence": 50.0}
        warehouse.put("moderation_content_types", at | kind)
    query = "SELECT image_index, line FROM moderation_result_lines WHERE job_id = 'm' ORDER BY 1"
    label = {"Confidence": 99.5, "ParentName": "", "TaxonomyLevel": 1}
    assert [(index, json.loads(line)) for index, line in warehouse.ask(query)] == [
        (
            0,
            {
                "source-ref": "s3://media/a.jpg",
                "detect-moderation-labels": {
                    "ModerationLabels": [label | {"Name": "label 0"}, label | {"Name": "label 1"}],
                    "ModerationModelVersion": "7.0",
                    "ContentTypes": [
                        {"Confidence": 50.0, "Name": "type 0"},
                        {"Confidence": 50.0, "Name": "type 1"},
                    ],
                },
            },
        ),
        (
            1,
            {
                "source-ref": "s3://media/b.jpg",
                "detect-moderation-labels": {"ModerationModelVersion": "7.0"},
            },
        ),
        (2, {}),
    ]


def test_rows_without_their_parent_make_no_response_and_no_line(warehouse: Warehouse) -> None:
    at = {"job_id": "v", "aggregate_by": "TIMESTAMPS", "label_index": 3}
    warehouse.put("label_parents", at | {"parent_index": 0, "name": "Pet"})
    types = at | {"content_type_index": 0, "name": "Animated"}
    warehouse.put("video_moderation_label_content_types", types)
    warehouse.put("moderation_labels", {"job_id": "m", "image_index": 3, "label_index": 0})
    for name in VIDEO_OPERATIONS:
        assert warehouse.ask(f"FROM {name}_response") == []
    assert warehouse.ask("FROM moderation_result_lines") == []
    warehouse.video("v", {"name": "Cat", "timestamp": 0})
    ((response,),) = warehouse.ask("SELECT response FROM label_detection_response")
    assert json.loads(response)["Labels"] == [{"Timestamp": 0, "Label": {"Name": "Cat"}}]


@pytest.mark.parametrize("condition", ["job_id = 'j07'", "job_id IN ('j07', 'j70')"])
@pytest.mark.parametrize("view", CHILDREN)
def test_a_condition_on_the_job_reaches_each_table_before_anything_is_worked_out(
    warehouse: Warehouse, view: str, condition: str
) -> None:
    for table in CHILDREN[view]:
        values = {"job_id": "'j' || LPAD(n::VARCHAR, 2, '0')", "aggregate_by": "'TIMESTAMPS'"}
        told = ", ".join(f"{values.get(name, '0')} AS {name}" for name in TABLES[table].grain)
        warehouse.con.execute(f"INSERT INTO {table} BY NAME SELECT {told} FROM range(100) t(n)")
    query = f"EXPLAIN (ANALYZE, FORMAT JSON) FROM {view} WHERE {condition}"
    plan = json.loads(warehouse.ask(query)[0][1])
    asked = 1 + condition.count(",")
    rows = [node["operator_cardinality"] for node in _nodes(plan) if "GROUP_BY" in _kind(node)]
    assert rows
    assert max(rows) <= asked
    assert warehouse.ask(f"SELECT COUNT(*) FROM {view} WHERE {condition}") == [(asked,)]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _nodes(child)


def _kind(node: dict[str, Any]) -> str:
    return str(node.get("operator_type", ""))
