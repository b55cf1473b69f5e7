"""What was found on images, and which of them a person has to look at."""

from __future__ import annotations

from typing import Any

import pytest
from literal_rows import Warehouse


def label(name: str, parent: str = "", level: int | None = 1, sure: float = 95.0) -> dict[str, Any]:
    return {"name": name, "parent_name": parent, "taxonomy_level": level, "confidence": sure}


DEEP = [
    label("Graphic Violence", "Violence", 2),
    label("Violence"),
    label("Weapon Violence", "Graphic Violence", 3, 70.0),
]


def test_a_finding_is_put_under_its_top_level_category(warehouse: Warehouse) -> None:
    warehouse.images("m", {"key": "a.jpg", "labels": DEEP}, {"key": "b.jpg"})
    assert warehouse.ask(
        "SELECT source_ref_key, category, name, taxonomy_level FROM moderation_findings"
        " ORDER BY label_index"
    ) == [
        ("a.jpg", "Violence", "Graphic Violence", 2),
        ("a.jpg", "Violence", "Violence", 1),
        ("a.jpg", "Violence", "Weapon Violence", 3),
    ]


def test_a_missing_ancestor_ends_the_climb_at_its_name(warehouse: Warehouse) -> None:
    warehouse.images("m", {"key": "a.jpg", "labels": [label("Kissing", "Suggestive", None)]})
    assert warehouse.ask("SELECT category FROM moderation_findings") == [("Suggestive",)]


def test_labels_that_name_each_other_as_parents_do_not_run_for_ever(warehouse: Warehouse) -> None:
    circle = [label("A", "B", None), label("B", "A", None)]
    warehouse.images("m", {"key": "a.jpg", "labels": circle})
    assert warehouse.ask("SELECT count(*) FROM moderation_findings") == [(2,)]


def test_an_image_has_its_findings_level_by_level(warehouse: Warehouse) -> None:
    old = [label("Nudity", level=None), label("Graphic Nudity", "Nudity", None, 60.0)]
    warehouse.images("m", {"key": "a.jpg", "labels": DEEP}, {"key": "b.jpg", "labels": old})
    assert warehouse.ask(
        "SELECT source_ref_key, taxonomy_level, names, max_confidence FROM moderation_levels"
        " ORDER BY ALL"
    ) == [
        ("a.jpg", 1, ["Violence"], 95.0),
        ("a.jpg", 2, ["Graphic Violence"], 95.0),
        ("a.jpg", 3, ["Weapon Violence"], 70.0),
        ("b.jpg", 1, ["Nudity"], 95.0),
        ("b.jpg", 2, ["Graphic Nudity"], 60.0),
    ]


def test_an_image_has_its_findings_category_by_category(warehouse: Warehouse) -> None:
    labels = [*DEEP, label("Alcohol", sure=91.0)]
    warehouse.images("m", {"key": "a.jpg", "labels": labels}, {"key": "b.jpg"})
    assert warehouse.ask(
        "SELECT source_ref_key, category, name, confidence, confidences FROM moderation_categories"
        " ORDER BY ALL"
    ) == [
        ("a.jpg", "Alcohol", "Alcohol", 91.0, [91.0]),
        ("a.jpg", "Violence", "Graphic Violence", 95.0, [95.0, 95.0, 70.0]),
    ]


@pytest.mark.parametrize(
    "name, sure, queued",
    [
        ("Alcohol", 89.9, False),
        ("Alcohol", 90.0, True),
        ("Violence", 59.9, False),
        ("Violence", 60.0, True),
        ("A category of a model to come", 79.9, False),
        ("A category of a model to come", 80.0, True),
    ],
)
def test_an_image_is_queued_from_the_threshold_of_its_category_on(
    warehouse: Warehouse, name: str, sure: float, queued: bool
) -> None:
    warehouse.images("m", {"key": "a.jpg", "labels": [label(name, sure=sure)]})
    expected = [("a.jpg", name, name, sure, 1)] if queued else []
    assert (
        warehouse.ask(
            "SELECT source_ref_key, category, name, confidence, findings FROM review_queue"
        )
        == expected
    )


def test_an_image_is_queued_once_with_its_surest_and_most_precise_finding(
    warehouse: Warehouse,
) -> None:
    labels = [*DEEP, label("Alcohol", sure=91.0)]
    warehouse.images("m", {"key": "a.jpg", "labels": labels}, {"key": "b.jpg"})
    assert warehouse.ask(
        "SELECT source_ref_key, category, name, confidence, findings, categories FROM review_queue"
    ) == [("a.jpg", "Violence", "Graphic Violence", 95.0, 4, ["Alcohol", "Violence"])]


def test_every_category_has_one_threshold_and_one_is_for_all_others(warehouse: Warehouse) -> None:
    query = "SELECT category FROM review_thresholds GROUP BY category HAVING count(*) > 1"
    assert warehouse.ask(query) == []
    assert len(warehouse.ask("FROM review_thresholds WHERE category = ''")) == 1


def test_findings_are_counted_in_every_folder_above_the_image(warehouse: Warehouse) -> None:
    warehouse.images(
        "m",
        {"key": "2026/a/x.jpg", "labels": [label("Violence"), label("Alcohol")]},
        {"key": "2026/b/y.jpg", "labels": [label("Violence", sure=80.0)]},
        {"key": "2026/b/z.jpg"},
        {"key": "top.jpg"},
    )
    assert warehouse.ask(
        "SELECT prefix, depth, category, images, of_images, findings, max_confidence"
        " FROM moderation_findings_by_prefix WHERE source_ref_bucket = 'media' ORDER BY ALL"
    ) == [
        ("", 0, "Alcohol", 1, 4, 1, 95.0),
        ("", 0, "Violence", 2, 4, 2, 95.0),
        ("2026/", 1, "Alcohol", 1, 3, 1, 95.0),
        ("2026/", 1, "Violence", 2, 3, 2, 95.0),
        ("2026/a/", 2, "Alcohol", 1, 1, 1, 95.0),
        ("2026/a/", 2, "Violence", 1, 1, 1, 95.0),
        ("2026/b/", 2, "Violence", 1, 2, 1, 80.0),
    ]


def test_a_folder_counts_an_image_once_by_its_newest_analysis(warehouse: Warehouse) -> None:
    lowest = "operations_config_detect_moderation_labels_min_confidence"
    violent = {"labels": [label("Violence")]}
    warehouse.images("all", {"key": "a/x.jpg"} | violent, {"key": "a/y.jpg"})
    warehouse.images("sure", {"key": "a/x.jpg"} | violent, {"key": "a/z.jpg"}, **{lowest: 90.0})
    assert warehouse.ask(
        "SELECT images, of_images, findings FROM moderation_findings_by_prefix WHERE prefix = 'a/'"
    ) == [(1, 3, 1)]


def test_of_labels_that_are_as_sure_the_deepest_then_the_first_by_name_is_named(
    warehouse: Warehouse,
) -> None:
    labels = [
        label("Violence"),
        label("Weapons", "Violence", 2),
        label("Blood", "Violence", 2),
        label("Alcohol"),
        label("Wine", "Alcohol", 2),
        label("Beer", "Alcohol", 2),
    ]
    for job, given in (("m", labels), ("n", labels[::-1])):
        warehouse.images(job, {"key": f"{job}.jpg", "labels": given})
    query = "SELECT source_ref_key, category, name FROM moderation_categories ORDER BY ALL"
    assert warehouse.ask(query) == [
        ("m.jpg", "Alcohol", "Beer"),
        ("m.jpg", "Violence", "Blood"),
        ("n.jpg", "Alcohol", "Beer"),
        ("n.jpg", "Violence", "Blood"),
    ]
    query = "SELECT source_ref_key, category, name FROM review_queue ORDER BY ALL"
    assert warehouse.ask(query) == [("m.jpg", "Alcohol", "Beer"), ("n.jpg", "Alcohol", "Beer")]


def test_a_name_with_two_parents_has_one_category_whatever_comes_first(
    warehouse: Warehouse,
) -> None:
    labels = [
        label("Blood", "Violence", 2),
        label("Blood", "Accidents", 2),
        label("Wound", "Blood", 3),
    ]
    for job, given in (("m", labels), ("n", labels[::-1])):
        warehouse.images(job, {"key": f"{job}.jpg", "labels": given})
    query = "SELECT source_ref_key, category FROM moderation_findings WHERE name = 'Wound'"
    assert sorted(warehouse.ask(query)) == [("m.jpg", "Accidents"), ("n.jpg", "Accidents")]
