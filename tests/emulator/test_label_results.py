"""What is label detection's own: names and parents, boxes, filters."""

from __future__ import annotations

from typing import Any

import pytest
from emulated import Call, Media, all_labels, names_and_times
from emulated import ended as ended_job

from rekognition_emulator.videos.labels.taxonomy import by_name
from rekognition_emulator.videos.operations.label_detection import OPERATION


def ended(emulator: Any, call: Call, request: dict[str, Any]) -> str:
    return ended_job(emulator, call, OPERATION, request)


def test_undeclared_media_has_at_least_twenty_labels(
    emulator: Any, media: Media, call: Call
) -> None:
    for number in range(10):
        labels = all_labels(call, ended(emulator, call, media.video(body=bytes([number]))))
        assert len(labels) >= 20
        assert min(label["Label"]["Confidence"] for label in labels) >= 50


def test_parents_stand_beside_their_children(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(duration_millis="5000"))
    at: dict[int, dict[str, float]] = {}
    labels = all_labels(call, job_id)
    for label in labels:
        at.setdefault(label["Timestamp"], {})[label["Label"]["Name"]] = label["Label"]["Confidence"]
    for label in labels:
        known = by_name()[label["Label"]["Name"]]
        assert [one["Name"] for one in label["Label"]["Parents"]] == list(known.parents)
        assert [one["Name"] for one in label["Label"]["Aliases"]] == list(known.aliases)
        assert [one["Name"] for one in label["Label"]["Categories"]] == list(known.categories)
        for parent in known.parents:
            assert at[label["Timestamp"]][parent] >= label["Label"]["Confidence"]


def test_boxes_lie_in_the_frame(emulator: Any, media: Media, call: Call) -> None:
    labels = all_labels(call, ended(emulator, call, media.video(labels="2000")))
    instances = [instance for label in labels for instance in label["Label"]["Instances"]]
    assert len(instances) > 100
    for instance in instances:
        box = instance["BoundingBox"]
        assert 0 <= box["Left"] <= box["Left"] + box["Width"] <= 1 + 1e-6
        assert 0 <= box["Top"] <= box["Top"] + box["Height"] <= 1 + 1e-6


FILTERS: list[tuple[dict[str, list[str]], Any]] = [
    ({"LabelInclusionFilters": ["Animal", "Person"]}, lambda one: one.name in ("Animal", "Person")),
    ({"LabelExclusionFilters": ["Animal"]}, lambda one: one.name != "Animal"),
    (
        {"LabelCategoryInclusionFilters": ["Sports"]},
        lambda one: "Sports" in one.categories,
    ),
    (
        {"LabelCategoryExclusionFilters": ["Sports"]},
        lambda one: "Sports" not in one.categories,
    ),
    (
        {"LabelInclusionFilters": ["Animal"], "LabelCategoryInclusionFilters": ["Sports"]},
        lambda one: one.name == "Animal" or "Sports" in one.categories,
    ),
    (
        {"LabelCategoryInclusionFilters": ["Sports"], "LabelExclusionFilters": ["Sport"]},
        lambda one: "Sports" in one.categories and one.name != "Sport",
    ),
]


@pytest.mark.parametrize("filters,passes", FILTERS)
def test_label_filters_are_respected(
    filters: dict[str, list[str]], passes: Any, emulator: Any, media: Media, call: Call
) -> None:
    request = media.video(labels="3000")
    everything = names_and_times(OPERATION, all_labels(call, ended(emulator, call, request)))
    settings = {"Features": ["GENERAL_LABELS"], "Settings": {"GeneralLabels": filters}}
    found = names_and_times(OPERATION, all_labels(call, ended(emulator, call, request | settings)))
    assert found == [pair for pair in everything if passes(by_name()[pair[1]])]
    assert 0 < len(found) < len(everything)
