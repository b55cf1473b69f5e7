"""Time, space and words of video labels: tiny literal rows in, exact rows out."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from literal_rows import Warehouse


def seen(name: str, *moments: int, confidence: float = 90.0) -> list[dict[str, Any]]:
    return [{"name": name, "timestamp": at, "confidence": confidence} for at in moments]


def test_a_sample_lasts_until_the_next_one_and_the_last_one_to_the_end(
    warehouse: Warehouse,
) -> None:
    warehouse.video("v", *seen("Cat", 0, 480, 1000), video_metadata_duration_millis=1300)
    assert warehouse.ask("SELECT * FROM video_samples ORDER BY timestamp") == [
        ("v", 0, 480),
        ("v", 480, 520),
        ("v", 1000, 300),
    ]


def test_frames_without_any_label_are_not_counted_as_seen(warehouse: Warehouse) -> None:
    warehouse.video("v", *seen("Cat", 0, 200, 400, 2000), video_metadata_duration_millis=9000)
    query = "SELECT timestamp, sample_millis FROM video_samples ORDER BY timestamp"
    assert warehouse.ask(query) == [(0, 200), (200, 200), (400, 200), (2000, 200)]


def test_screen_time_is_the_sum_of_the_samples_that_show_the_label(warehouse: Warehouse) -> None:
    warehouse.video(
        "v", *seen("Cat", 0, 500, 1001), *seen("Dog", 500), video_metadata_duration_millis=1500
    )
    assert warehouse.ask(
        "SELECT name, screen_time_millis, share_of_video, sightings, first_seen_millis,"
        " last_seen_millis FROM label_screen_time ORDER BY name"
    ) == [("Cat", 1500, 1.0, 3, 0, 1500), ("Dog", 501, 501 / 1500, 1, 500, 1001)]


def test_screen_time_of_segments_is_the_sum_of_their_stretches(warehouse: Warehouse) -> None:
    stretches = [
        {"start_timestamp_millis": 0, "end_timestamp_millis": 400, "duration_millis": 400},
        {"start_timestamp_millis": 900, "end_timestamp_millis": 1000, "duration_millis": 100},
    ]
    warehouse.video(
        "v",
        *({"name": "Cat", "timestamp": row["start_timestamp_millis"], **row} for row in stretches),
        aggregate_by="SEGMENTS",
        video_metadata_duration_millis=1000,
    )
    assert warehouse.ask(
        "SELECT aggregate_by, screen_time_millis, share_of_video, first_seen_millis,"
        " last_seen_millis FROM label_screen_time"
    ) == [("SEGMENTS", 500, 0.5, 0, 1000)]


def test_the_timeline_has_each_sighting_from_when_to_when(warehouse: Warehouse) -> None:
    warehouse.video(
        "v", *seen("Cat", 0, 500), *seen("Dog", 500), video_metadata_duration_millis=900
    )
    assert warehouse.ask(
        "SELECT name, timestamp, end_timestamp_millis, confidence FROM label_timeline ORDER BY ALL"
    ) == [("Cat", 0, 500, 90.0), ("Cat", 500, 900, 90.0), ("Dog", 500, 900, 90.0)]


def test_sightings_without_a_break_become_one_segment(warehouse: Warehouse) -> None:
    warehouse.video(
        "v",
        *seen("Cat", 0, 500, confidence=80.0),
        *seen("Cat", 1500),
        *seen("Dog", 0, 500, 1000, 1500),
        video_metadata_duration_millis=2000,
    )
    assert warehouse.ask(
        "SELECT name, start_timestamp_millis, end_timestamp_millis, duration_millis, sightings,"
        " max_confidence FROM label_segments ORDER BY ALL"
    ) == [
        ("Cat", 0, 1000, 1000, 2, 80.0),
        ("Cat", 1500, 2000, 500, 1, 90.0),
        ("Dog", 0, 2000, 2000, 4, 90.0),
    ]


def test_a_frame_without_any_label_breaks_a_segment(warehouse: Warehouse) -> None:
    warehouse.video("v", *seen("Cat", 0, 500, 1000, 3000), video_metadata_duration_millis=3500)
    query = "SELECT start_timestamp_millis, end_timestamp_millis FROM label_segments ORDER BY ALL"
    assert warehouse.ask(query) == [(0, 1500), (3000, 3500)]


def test_labels_of_one_frame_are_counted_in_pairs(warehouse: Warehouse) -> None:
    warehouse.video("v", *seen("Cat", 0, 500), *seen("Dog", 0, 500), *seen("Ant", 500))
    warehouse.video("w", *seen("Cat", 0))
    assert warehouse.ask(
        "SELECT job_id, name, other_name, frames FROM label_cooccurrence ORDER BY ALL"
    ) == [("v", "Ant", "Cat", 1), ("v", "Ant", "Dog", 1), ("v", "Cat", "Dog", 2)]


def test_a_label_that_stands_twice_in_a_frame_is_seen_there_once(warehouse: Warehouse) -> None:
    warehouse.video(
        "v",
        *seen("Cat", 0, 0, 500, 500, 1000),
        *seen("Dog", 0, 1000),
        video_metadata_duration_millis=1500,
    )
    query = "SELECT name, other_name, frames FROM label_cooccurrence"
    assert warehouse.ask(query) == [("Cat", "Dog", 2)]
    query = "SELECT name, duration_millis, sightings FROM label_segments ORDER BY ALL"
    assert warehouse.ask(query) == [("Cat", 1500, 3), ("Dog", 500, 1), ("Dog", 500, 1)]
    query = "SELECT name, screen_time_millis FROM label_screen_time ORDER BY ALL"
    assert warehouse.ask(query) == [("Cat", 1500), ("Dog", 1000)]


@pytest.mark.parametrize("seed", range(5))
def test_segments_and_pairs_are_what_counting_frame_by_frame_gives(
    warehouse: Warehouse, seed: int
) -> None:
    chosen = random.Random(seed)
    names = ["Ant", "Cat", "Dog", "Fox"]
    frames = [{name for name in names if chosen.random() < 0.6} | {"Sky"} for _ in range(30)]
    labels = [
        {"name": name, "timestamp": 500 * n, "confidence": 90.0}
        for n, frame in enumerate(frames)
        for name in sorted(frame)
    ]
    warehouse.video("v", *labels, video_metadata_duration_millis=500 * len(frames))
    stretches = []
    for name in {*names, "Sky"}:
        text = "".join("x" if name in frame else " " for frame in frames)
        for run in re.finditer("x+", text):
            stretches.append((name, 500 * run.start(), 500 * run.end(), len(run.group())))
    assert warehouse.ask(
        "SELECT name, start_timestamp_millis, end_timestamp_millis, sightings FROM label_segments"
        " ORDER BY ALL"
    ) == sorted(stretches)
    pairs = Counter(pair for frame in frames for pair in combinations(sorted(frame), 2))
    assert warehouse.ask(
        "SELECT name, other_name, frames FROM label_cooccurrence ORDER BY ALL"
    ) == sorted((*pair, count) for pair, count in pairs.items())


def test_the_taxonomy_has_parents_categories_and_aliases(warehouse: Warehouse) -> None:
    warehouse.video("v", *seen("Cat", 0, 500))
    for job, form in (("v", "SEGMENTS"), ("w", "SEGMENTS")):  # those of v do not count
        warehouse.video(job, *seen("Cat", 0), aggregate_by=form)
        segment = {"job_id": job, "aggregate_by": form, "label_index": 0}
        warehouse.put("label_parents", segment | {"parent_index": 0, "name": "Pet"})
    for index in (0, 1):
        key = {"job_id": "v", "label_index": index}
        warehouse.put("label_parents", key | {"parent_index": 0, "name": "Pet"})
        warehouse.put("label_categories", key | {"category_index": 0, "name": "Animals"})
    warehouse.put(
        "label_aliases", {"job_id": "v", "label_index": 0, "alias_index": 0, "name": "Kitty"}
    )
    assert warehouse.ask("SELECT * FROM label_taxonomy ORDER BY ALL") == [
        ("SEGMENTS", "Cat", "parent", "Pet", 1, 1),
        ("TIMESTAMPS", "Cat", "alias", "Kitty", 2, 1),
        ("TIMESTAMPS", "Cat", "category", "Animals", 2, 1),
        ("TIMESTAMPS", "Cat", "parent", "Pet", 2, 1),
    ]


def test_objects_are_counted_by_frame(warehouse: Warehouse) -> None:
    warehouse.video("v", *seen("Cat", 0, 500), *seen("Sky", 0))
    for label, instance, confidence in ((0, 0, 70.0), (0, 1, 80.0), (1, 0, 90.0)):
        warehouse.put(
            "label_instances",
            {
                "job_id": "v",
                "label_index": label,
                "instance_index": instance,
                "confidence": confidence,
            },
        )
    assert warehouse.ask(
        "SELECT name, timestamp, objects, max_confidence FROM object_counts ORDER BY ALL"
    ) == [("Cat", 0, 2, 80.0), ("Cat", 500, 1, 90.0)]


@pytest.mark.parametrize(
    "left, top, cell",
    [
        (0.0, 0.0, (1, 1)),
        (0.9, 0.9, (30, 17)),
        (0.99, 0.99, (31, 17)),
        (-0.5, -0.5, (0, 0)),
    ],
)
def test_a_box_counts_in_the_cell_of_its_middle(
    warehouse: Warehouse, left: float, top: float, cell: tuple[int, int]
) -> None:
    warehouse.video("v", *seen("Cat", 0))
    box = {"bounding_box_left": left, "bounding_box_top": top}
    size = {"bounding_box_width": 0.1, "bounding_box_height": 0.2}
    warehouse.put(
        "label_instances", {"job_id": "v", "label_index": 0, "instance_index": 0} | box | size
    )
    query = "SELECT name, grid_column, grid_row, boxes FROM box_heat_map"
    assert warehouse.ask(query) == [("Cat", *cell, 1)]


def test_boxes_without_a_place_are_left_out_of_the_heat_map(warehouse: Warehouse) -> None:
    warehouse.video("v", *seen("Cat", 0))
    warehouse.put("label_instances", {"job_id": "v", "label_index": 0, "instance_index": 0})
    assert warehouse.ask("SELECT * FROM box_heat_map") == []


def test_confidences_are_counted_in_bins_of_five(warehouse: Warehouse) -> None:
    values = [50.0, 54.99, 55.0, 99.9, 100.0]
    labels = [{"name": "Cat", "timestamp": 0, "confidence": value} for value in values]
    warehouse.video("v", *labels, {"name": "Cat", "timestamp": 0})
    query = "SELECT name, confidence_from, labels FROM confidence_histogram ORDER BY ALL"
    assert warehouse.ask(query) == [("Cat", 50, 2), ("Cat", 55, 1), ("Cat", 95, 2)]
