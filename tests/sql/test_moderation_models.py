"""What several models found on one image, side by side: the same object, as closely looked at."""

from __future__ import annotations

from typing import Any

from literal_rows import Warehouse

LOWEST = "operations_config_detect_moderation_labels_min_confidence"
ADAPTER = "operations_config_detect_moderation_labels_project_version"
VERSIONS = (
    "SELECT name, moderation_model_version, confidence, compared_from, not_comparable"
    " FROM moderation_model_versions ORDER BY ALL"
)


def analysed(
    warehouse: Warehouse,
    job: str,
    model: str,
    etag: str | None,
    found: dict[str, float],
    **told: Any,
) -> None:
    labels = [{"name": name, "parent_name": "", "confidence": sure} for name, sure in found.items()]
    image = {"key": "a.jpg", "model": model, "etag": etag, "labels": labels}
    warehouse.images(job, image, **told)


def test_models_that_looked_at_one_object_are_laid_side_by_side(warehouse: Warehouse) -> None:
    analysed(warehouse, "1", "6.1", "e1", {"Violence": 95.0, "Alcohol": 95.0})
    analysed(warehouse, "2", "7.0", "e1", {"Violence": 70.0})
    warehouse.images("alone", {"key": "b.jpg", "labels": [{"name": "Violence", "confidence": 90}]})
    assert warehouse.ask(VERSIONS) == [
        ("Alcohol", "6.1", 95.0, 50.0, None),
        ("Alcohol", "7.0", None, 50.0, None),
        ("Violence", "6.1", 95.0, 50.0, None),
        ("Violence", "7.0", 70.0, 50.0, None),
    ]


def test_models_are_compared_from_the_higher_confidence_on(warehouse: Warehouse) -> None:
    analysed(warehouse, "1", "6.1", "e1", {"Violence": 95.0, "Alcohol": 60.0}, **{LOWEST: 50.0})
    analysed(warehouse, "2", "7.0", "e1", {"Violence": 90.0}, **{LOWEST: 80.0})
    assert warehouse.ask(VERSIONS) == [
        ("Violence", "6.1", 95.0, 80.0, None),
        ("Violence", "7.0", 90.0, 80.0, None),
    ]


def test_a_replaced_or_unknown_object_or_another_adapter_is_not_compared(
    warehouse: Warehouse,
) -> None:
    analysed(warehouse, "1", "5.0", None, {"Alcohol": 60.0})
    analysed(warehouse, "2", "6.0", "e0", {"Tobacco": 60.0})
    analysed(warehouse, "3", "6.1", "e1", {"Drugs": 60.0}, **{ADAPTER: "arn"})
    analysed(warehouse, "4", "7.0", "e1", {"Violence": 90.0}, **{LOWEST: 80.0})
    assert warehouse.ask(VERSIONS) == [
        ("Alcohol", "5.0", 60.0, None, "not known to be the same object"),
        ("Drugs", "6.1", 60.0, None, "another adapter"),
        ("Tobacco", "6.0", 60.0, None, "another object"),
        ("Violence", "7.0", 90.0, None, "another adapter"),
    ]
