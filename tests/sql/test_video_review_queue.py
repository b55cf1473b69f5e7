"""Which stretches of videos a person has to look at: tiny literal rows in, exact rows out."""

from __future__ import annotations

from typing import Any

import pytest
from literal_rows import Warehouse
from test_video_moderation_views import GRAPHIC, MODEL_7, SMOKING, VIOLENCE, WEAPONS, at, sent

QUEUE = (
    "SELECT job_id, category, name, confidence, min_confidence, start_timestamp_millis,"
    " end_timestamp_millis FROM video_review_queue ORDER BY ALL"
)


def analysed(
    warehouse: Warehouse, job: str, day: int, *labels: dict[str, Any], **request: Any
) -> None:
    """A job of the video v.mp4, started here on a day of May."""
    warehouse.moderated(job, *labels, video_s3_object_name="v.mp4", **MODEL_7)
    told = {"operation": "content_moderation", "started_at": f"2026-05-{day:02} 10:00:00+00"}
    warehouse.request(job, **told | request)


def test_frames_that_reach_the_threshold_and_follow_each_other_are_one_stretch(
    warehouse: Warehouse,
) -> None:
    warehouse.moderated(
        "v",
        *at(VIOLENCE, 0, confidence=59.0),  # of Violence the threshold is 60
        *at(VIOLENCE, 500, confidence=61.0),
        *at(WEAPONS, 1000, confidence=99.0),
        *at(GRAPHIC, 1500, confidence=60.0),
        *at(WEAPONS, 2000, confidence=10.0),
        *at(WEAPONS, 2500, confidence=70.0),
        video_metadata_duration_millis=2700,
        **MODEL_7,
    )
    assert warehouse.ask(QUEUE) == [
        ("v", "Violence", "Weapons", 70.0, 60.0, 2500, 2700),
        ("v", "Violence", "Weapons", 99.0, 60.0, 500, 2000),
    ]
    query = "SELECT video_s3_object_bucket, video_s3_object_name, duration_millis,"
    query += " is_default_threshold, newer_min_confidence FROM video_review_queue"
    assert warehouse.ask(f"{query} WHERE confidence = 99") == [
        ("media", "v.mp4", 1500, False, None)
    ]


def test_the_threshold_is_that_of_the_category_in_the_names_of_model_7(
    warehouse: Warehouse,
) -> None:
    old = {"name": "Smoking", "parent_name": "Tobacco"}
    warehouse.moderated("v", *at(old, 0, confidence=76.0), moderation_model_version="6.1")
    new = {"name": "New", "parent_name": ""}
    warehouse.moderated("w", *at(new, 0, confidence=81.0), *at(new, 500, confidence=79.0))
    query = "SELECT category, category_7, min_confidence, is_default_threshold, duration_millis"
    assert warehouse.ask(f"{query} FROM video_review_queue ORDER BY ALL") == [
        ("New", None, 80.0, True, 500),
        ("Tobacco", "Drugs & Tobacco", 75.0, False, 500),
    ]


def test_another_threshold_counts_at_once(warehouse: Warehouse) -> None:
    warehouse.moderated("v", *at(SMOKING, 0, confidence=70.0), **MODEL_7)
    assert warehouse.ask(QUEUE) == []
    warehouse.con.execute(
        "UPDATE review_thresholds SET min_confidence = 70 WHERE category = 'Drugs & Tobacco'"
    )
    assert [row[1] for row in warehouse.ask(QUEUE)] == ["Drugs & Tobacco"]


def test_stretches_that_were_sent_and_overlap_are_one(warehouse: Warehouse) -> None:
    found = [sent(WEAPONS, 0, 2000, 70.0), sent(GRAPHIC, 1000, 3000, 80.0), sent(VIOLENCE, 5, 9, 9)]
    warehouse.moderated("v", *found, aggregate_by="SEGMENTS", **MODEL_7)
    assert warehouse.ask(QUEUE) == [("v", "Violence", "Graphic Violence", 80.0, 60.0, 0, 3000)]


def test_of_a_job_with_both_forms_the_timestamps_are_looked_at(warehouse: Warehouse) -> None:
    warehouse.moderated("v", *at(WEAPONS, 0), **MODEL_7)
    warehouse.moderated("v", sent(WEAPONS, 0, 9000), aggregate_by="SEGMENTS", **MODEL_7)
    assert warehouse.ask(QUEUE) == [("v", "Violence", "Weapons", 90.0, 60.0, 0, 500)]


@pytest.mark.parametrize(
    "newer, stays",
    [
        ({"min_confidence": 60.0}, False),
        ({}, False),  # 50 is the service's default
        ({"min_confidence": 60.1}, True),
        ({"request": None}, True),  # a found job: nobody knows how closely it looked
    ],
)
def test_a_newer_analysis_clears_what_it_would_have_returned(
    warehouse: Warehouse, newer: dict[str, Any], stays: bool
) -> None:
    analysed(warehouse, "old", 1, *at(WEAPONS, 0))
    analysed(warehouse, "new", 2, **newer)
    assert [row[0] for row in warehouse.ask(QUEUE)] == (["old"] if stays else [])
    if stays:
        query = "SELECT newer_min_confidence FROM video_review_queue"
        assert warehouse.ask(query) == [(newer.get("min_confidence"),)]


def test_of_each_category_its_newest_findings_are_open(warehouse: Warehouse) -> None:
    analysed(warehouse, "old", 1, *at(WEAPONS, 0), *at(SMOKING, 0))
    analysed(warehouse, "new", 2, *at(GRAPHIC, 500, confidence=95.0), min_confidence=90.0)
    assert [(job, name) for job, _, name, *_ in warehouse.ask(QUEUE)] == [
        ("new", "Graphic Violence"),
        ("old", "Smoking"),
    ]


def test_a_newer_version_of_the_video_clears_everything(warehouse: Warehouse) -> None:
    analysed(warehouse, "old", 1, *at(WEAPONS, 0), input_etag="1")
    analysed(warehouse, "new", 2, input_etag="2", min_confidence=99.0)
    assert warehouse.ask(QUEUE) == []


def test_videos_that_nobody_can_name_do_not_clear_each_other(warehouse: Warehouse) -> None:
    unknown = {"video_s3_object_bucket": None, "video_s3_object_name": None, **MODEL_7}
    for job in ("v", "w"):
        warehouse.moderated(job, *at(WEAPONS, 0), **unknown)
    assert [row[0] for row in warehouse.ask(QUEUE)] == ["v", "w"]
