"""Each check finds what it is for, names the result, and finds nothing in a good warehouse."""

from __future__ import annotations

from typing import Any

import pytest
from literal_rows import Warehouse

from transforms.sql_files import all_of, read

LABEL = {"name": "Cat", "timestamp": 0, "confidence": 90.0}
VIDEO = {"job_id": "v", "aggregate_by": "TIMESTAMPS"}
BOX = {
    "label_index": 0,
    "instance_index": 0,
    "bounding_box_left": 0.1,
    "bounding_box_top": 0.1,
    "bounding_box_width": 0.1,
    "bounding_box_height": 0.1,
}


def found(warehouse: Warehouse, check: str) -> list[tuple[Any, ...]]:
    return warehouse.ask(read("checks", check).statement)


@pytest.mark.parametrize("check", [check.name for check in all_of("checks")])
def test_a_good_warehouse_passes(warehouse: Warehouse, check: str) -> None:
    warehouse.video("v", LABEL)
    warehouse.put("label_instances", VIDEO | BOX)
    warehouse.put("label_parents", VIDEO | {"label_index": 0, "parent_index": 0, "name": "Pet"})
    warehouse.put("job_requests", VIDEO)
    finding = {"name": "Violence", "parent_name": "", "confidence": 100.0}
    warehouse.images("m", {"key": "a.jpg", "labels": [finding]})
    held_back = {"job_id": "held", "held_back": True, "reconciled": False, "reason": "cut"}
    warehouse.put("loads", held_back | {"aggregate_by": "TIMESTAMPS"})
    assert found(warehouse, check) == []


@pytest.mark.parametrize(
    "check, table, row, problem",
    [
        (
            "results_are_unique",
            "label_detection_jobs",
            VIDEO,
            "label_detection_jobs has 2 rows of it instead of one",
        ),
        (
            "video_positions_are_unique",
            "labels",
            VIDEO | LABEL | {"label_index": 0},
            "labels has 2 rows at label_index 0",
        ),
        (
            "confidences_are_percentages",
            "labels",
            VIDEO | LABEL | {"label_index": 1, "confidence": 100.1},
            "labels has a percentage of 100.1",
        ),
        (
            "boxes_are_ratios",
            "label_instances",
            VIDEO | BOX | {"instance_index": 1, "bounding_box_width": 640.0},
            "the box at label_index 0, instance_index 1 is no ratio of the frame",
        ),
        (
            "times_in_videos_are_in_order",
            "labels",
            VIDEO | LABEL | {"label_index": 1, "timestamp": -1},
            "the label at label_index 1 has a time out of order",
        ),
        (
            "rows_belong_to_a_parent",
            "label_instances",
            VIDEO | BOX | {"label_index": 7},
            "label_instances has a row at label_index 7, where there is no label",
        ),
    ],
)
def test_what_is_wrong_in_a_video_is_found(
    warehouse: Warehouse, check: str, table: str, row: dict[str, Any], problem: str
) -> None:
    warehouse.video("v", LABEL)
    warehouse.put(table, row)
    assert found(warehouse, check) == [("label_detection", "v", "TIMESTAMPS", problem)]


def test_an_image_written_twice_is_found(warehouse: Warehouse) -> None:
    warehouse.images("m", {"key": "a.jpg"})
    warehouse.put("moderation_images", {"job_id": "m", "image_index": 0})
    assert found(warehouse, "image_positions_are_unique") == [
        ("media_analysis", "m", None, "moderation_images has 2 rows at position 0, 0")
    ]


def test_a_moderation_label_without_its_image_is_found(warehouse: Warehouse) -> None:
    warehouse.put("moderation_labels", {"job_id": "m", "image_index": 3, "label_index": 0})
    assert found(warehouse, "rows_belong_to_a_parent") == [
        (
            "media_analysis",
            "m",
            None,
            "moderation_labels has a row at image_index 3, where there is no image",
        )
    ]


def test_a_result_without_its_job_is_found(warehouse: Warehouse) -> None:
    warehouse.put("loads", VIDEO)
    ((*key, problem),) = found(warehouse, "every_result_has_its_job")
    assert key == ["label_detection", "v", "TIMESTAMPS"]
    assert problem.startswith("its job is in neither")


def test_a_shown_result_that_does_not_reconcile_is_found(warehouse: Warehouse) -> None:
    warehouse.put("loads", VIDEO | {"reconciled": False, "reason": "cut"})
    assert found(warehouse, "shown_results_reconcile") == [
        ("label_detection", "v", "TIMESTAMPS", "it does not reconcile: cut")
    ]
    warehouse.con.execute("UPDATE loads SET accepted_reason = 'looked at it'")
    assert found(warehouse, "shown_results_reconcile") == []
