"""Views that dashboards need: tiny literal rows in, exact rows out."""

from __future__ import annotations

from datetime import UTC, datetime

from literal_rows import Warehouse


def test_a_label_finds_its_companions_on_either_side_of_the_pair(warehouse: Warehouse) -> None:
    warehouse.video("v", *({"name": name, "timestamp": 0} for name in ("Ant", "Cat", "Dog")))
    assert warehouse.ask(
        "SELECT name, other_name, frames FROM label_companions WHERE name = 'Cat' ORDER BY ALL"
    ) == [("Cat", "Ant", 1), ("Cat", "Dog", 1)]
    assert warehouse.ask("SELECT count(*) FROM label_companions") == [(6,)]


def test_the_frame_has_every_column_and_row_and_no_box_more(warehouse: Warehouse) -> None:
    warehouse.video("v", {"name": "Cat", "timestamp": 0}, {"name": "Sky", "timestamp": 0})
    box = dict.fromkeys(("left", "top", "width", "height"), 0.25)
    sides = {f"bounding_box_{side}": value for side, value in box.items()}
    warehouse.put("label_instances", {"job_id": "v", "label_index": 0, "instance_index": 0} | sides)
    assert warehouse.ask(
        "SELECT name, count(DISTINCT grid_column), count(DISTINCT grid_row), sum(boxes),"
        " min(grid_column), max(grid_column), min(grid_row), max(grid_row)"
        " FROM box_heat_map_frame GROUP BY name"
    ) == [("Cat", 32, 18, 1, 0, 31, 0, 17)]


def test_a_finding_tells_when_its_job_ended(warehouse: Warehouse) -> None:
    ended = datetime(2026, 1, 2, tzinfo=UTC)
    finding = {"name": "Violence", "parent_name": "", "confidence": 99.0}
    warehouse.images("m", {"key": "a.jpg", "labels": [finding]}, completion_timestamp=ended)
    assert warehouse.ask("SELECT completion_timestamp FROM moderation_findings") == [(ended,)]
