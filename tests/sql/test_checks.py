"""Each check finds what it is for, names the result, and finds nothing in a good warehouse."""

from __future__ import annotations

from typing import Any

import pytest
from literal_rows import Warehouse

from rekognition_tables.operations.tables import TABLES, Table
from rekognition_tables.warehouse.checks import checks

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
    return warehouse.ask(checks()[check].statement)


def counted(warehouse: Warehouse, job_id: str, **rows: int) -> None:
    """Let the ledger say so many rows of these tables, besides what it says."""
    for table, count in rows.items():
        more = "MAP_CONCAT(row_counts, MAP {?: ?::BIGINT})"
        query = f"UPDATE loads SET row_counts = {more} WHERE job_id = ?"
        warehouse.con.execute(query, [table, count, job_id])


@pytest.mark.parametrize("check", checks())
def test_a_good_warehouse_passes(warehouse: Warehouse, check: str) -> None:
    # more than 64 labels and images: the checks count in groups of so many
    warehouse.video("v", *[LABEL] * 70)
    for index in (0, 69):
        warehouse.put("label_instances", VIDEO | BOX | {"label_index": index})
        warehouse.put("label_parents", VIDEO | {"label_index": index, "parent_index": 0})
    color = {"label_index": 69, "instance_index": 0, "color_index": 0}
    warehouse.put("label_instance_dominant_colors", VIDEO | color)
    warehouse.put("job_requests", VIDEO)
    finding = {"name": "Violence", "parent_name": "", "confidence": 100.0}
    warehouse.images("m", *[{"key": "a.jpg", "labels": [finding]}] * 70)
    counted(warehouse, "v", label_detection_jobs=1, labels=70, label_instances=2)
    counted(warehouse, "v", label_parents=2, label_instance_dominant_colors=1, job_requests=1)
    counted(warehouse, "m", media_analysis_jobs=1, moderation_images=70, moderation_labels=70)
    held_back = {"job_id": "held", "held_back": True, "reconciled": False, "reason": "cut"}
    warehouse.put("loads", held_back | {"aggregate_by": "TIMESTAMPS", "row_counts": {"labels": 9}})
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
            "labels has 2 rows instead of 1 at label_index 0 to 63",
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
        (
            "media_analysis",
            "m",
            None,
            "moderation_images has 2 rows instead of 1 at position 0 to 63",
        )
    ]


@pytest.mark.parametrize(
    "table, row, problem",
    [
        ("label_instances", BOX, "label_index 70, where there is no label"),
        ("label_parents", {"parent_index": 0}, "label_index 70, where there is no label"),
        ("label_aliases", {"alias_index": 0}, "label_index 70, where there is no label"),
        ("label_categories", {"category_index": 0}, "label_index 70, where there is no label"),
        (
            "label_instance_dominant_colors",
            {"instance_index": 0, "color_index": 0},
            "label_index 70, instance_index 0, where there is no instance",
        ),
    ],
)
def test_a_row_without_its_label_or_instance_is_found(
    warehouse: Warehouse, table: str, row: dict[str, Any], problem: str
) -> None:
    warehouse.video("v", *[LABEL] * 70)
    warehouse.put("label_instances", VIDEO | BOX | {"label_index": 69})
    warehouse.put(table, VIDEO | row | {"label_index": 70})
    warehouse.put(table, VIDEO | row | {"label_index": 71})
    assert found(warehouse, "rows_belong_to_a_parent") == [
        ("label_detection", "v", "TIMESTAMPS", f"{table} has a row at {problem}")
    ]


def test_a_label_of_another_form_is_no_parent(warehouse: Warehouse) -> None:
    warehouse.video("v", LABEL, aggregate_by="SEGMENTS")
    warehouse.put("label_instances", VIDEO | BOX)
    assert len(found(warehouse, "rows_belong_to_a_parent")) == 1


@pytest.mark.parametrize(
    "table, position",
    [("moderation_labels", "label_index"), ("moderation_content_types", "content_type_index")],
)
def test_a_row_without_its_image_is_found(warehouse: Warehouse, table: str, position: str) -> None:
    warehouse.images("m", *[{"key": "a.jpg"}] * 3)
    warehouse.put(table, {"job_id": "m", "image_index": 3, position: 0})
    problem = f"{table} has a row at image_index 3, where there is no image"
    assert found(warehouse, "rows_belong_to_a_parent") == [("media_analysis", "m", None, problem)]


def test_every_table_with_positions_is_looked_at() -> None:
    unique = [f"{kind}_positions_are_unique" for kind in ("video", "image")]
    statements = " ".join(checks()[check].statement for check in unique)
    parents = checks()["rows_belong_to_a_parent"].statement
    for table in TABLES.values():
        positions = [name for name in table.grain if name.endswith("_index")]
        of_results = len(table.operations) == 1
        assert (f"FROM {table.name}\n" in statements) == bool(positions and of_results)
        is_child = bool(set(positions) & {"label_index", "image_index"}) and of_results
        assert (f"FROM {table.name}\n" in parents) == is_child


@pytest.mark.parametrize(
    "promised, problem",
    [(77, "labels has 1 rows of it, the ledger says 77"), (0, "labels has 1 rows of it, the")],
)
def test_a_ledger_that_counts_other_rows_is_found(
    warehouse: Warehouse, promised: int, problem: str
) -> None:
    warehouse.video("v", LABEL)
    counted(warehouse, "v", label_detection_jobs=1, labels=promised)
    ((*key, told),) = found(warehouse, "row_counts_match_the_ledger")
    assert key == ["label_detection", "v", "TIMESTAMPS"]
    assert told.startswith(problem)


def test_rows_that_the_ledger_counts_and_nobody_has_are_found(warehouse: Warehouse) -> None:
    warehouse.video("v", LABEL)
    counted(warehouse, "v", label_detection_jobs=1, labels=1, label_aliases=2)
    assert found(warehouse, "row_counts_match_the_ledger") == [
        (
            "label_detection",
            "v",
            "TIMESTAMPS",
            "label_aliases has 0 rows of it, the ledger says 2",
        )
    ]


@pytest.mark.parametrize("table", [name for name in TABLES if name != "loads"])
def test_rows_of_a_result_that_is_held_back_are_found_in_every_table(
    warehouse: Warehouse, table: str
) -> None:
    keys = {name: 0 for name in TABLES[table].grain if name.endswith(("_index", "_number"))}
    texts = {name: "x" for name in ("path",) if name in TABLES[table].grain}
    warehouse.put(table, {"job_id": "v"} | keys | texts)
    warehouse.put("loads", VIDEO | {"held_back": True, "row_counts": {table: 1}})
    ((operation, job_id, _, problem),) = found(warehouse, "row_counts_match_the_ledger")
    told = "label_detection"  # what ALWAYS_THERE calls a row of a table of several
    of = TABLES[table].operations
    assert (operation, job_id) == (told if len(of) > 1 else of[0], "v")
    assert problem == f"{table} has 1 rows of it, the ledger says 0"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_null_in_a_column_that_every_row_has_is_found(warehouse: Warehouse, table: Table) -> None:
    """The columns are those that the schemas call not nullable, and no others."""
    required = {field.name for field in table.schema if not field.nullable}
    for column in table.schema.names:
        values = [
            f"'x' AS {name}" if name in required - {column} else f"NULL AS {name}"
            for name in table.schema.names
        ]
        view = f"CREATE OR REPLACE TEMP VIEW {table.name} AS SELECT {', '.join(values)}"
        warehouse.con.execute(view)
        problems = [row[-1] for row in found(warehouse, "required_columns_are_not_null")]
        assert bool(problems) == (column in required), column
        assert all(problem.startswith(f"{table.name} has a NULL in ") for problem in problems)


def test_a_result_without_its_job_is_found(warehouse: Warehouse) -> None:
    warehouse.put("loads", VIDEO)
    ((*key, problem),) = found(warehouse, "every_result_has_its_job")
    assert key == ["label_detection", "v", "TIMESTAMPS"]
    assert problem == "its job is not in the jobs table of its operation"


def test_a_shown_result_that_does_not_reconcile_is_found(warehouse: Warehouse) -> None:
    warehouse.put("loads", VIDEO | {"reconciled": False, "reason": "cut"})
    assert found(warehouse, "shown_results_reconcile") == [
        ("label_detection", "v", "TIMESTAMPS", "it does not reconcile: cut")
    ]
    warehouse.con.execute("UPDATE loads SET accepted_reason = 'looked at it'")
    assert found(warehouse, "shown_results_reconcile") == []
