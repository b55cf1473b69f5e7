"""What moderation finds in videos, by time and by stretch: tiny literal rows in, exact rows out."""

from __future__ import annotations

from typing import Any

import pytest
from literal_rows import Warehouse

VIOLENCE = {"name": "Violence", "parent_name": "", "taxonomy_level": 1}
WEAPONS = {"name": "Weapons", "parent_name": "Violence", "taxonomy_level": 2}
GRAPHIC = {"name": "Graphic Violence", "parent_name": "Violence", "taxonomy_level": 2}
SMOKING = {"name": "Smoking", "parent_name": "Drugs & Tobacco Paraphernalia & Use"}
MODEL_7 = {"moderation_model_version": "7.0"}


def at(label: dict[str, Any], *moments: int, confidence: float = 90.0) -> list[dict[str, Any]]:
    return [label | {"timestamp": moment, "confidence": confidence} for moment in moments]


def sent(label: dict[str, Any], start: int, end: int, confidence: float = 90.0) -> dict[str, Any]:
    stretch = {"start_timestamp_millis": start, "end_timestamp_millis": end, "timestamp": start}
    return label | stretch | {"duration_millis": end - start, "confidence": confidence}


def test_a_second_with_a_parent_and_two_of_its_children_counts_once(warehouse: Warehouse) -> None:
    found = [*at(VIOLENCE, 0, 500, confidence=95.0), *at(WEAPONS, 0, 500), *at(GRAPHIC, 500)]
    warehouse.moderated("v", *found, video_metadata_duration_millis=4000, **MODEL_7)
    assert warehouse.ask(
        "SELECT category, screen_time_millis, screen_time_seconds, share_of_video, stretches,"
        " first_seen_millis, last_seen_millis, max_confidence, step_assumed"
        " FROM video_moderation_categories"
    ) == [("Violence", 1000, 1.0, 0.25, 1, 0, 1000, 95.0, True)]
    assert warehouse.ask(
        "SELECT name, start_timestamp_millis, end_timestamp_millis, duration_millis, sightings"
        " FROM video_moderation_segments ORDER BY name"
    ) == [
        ("Graphic Violence", 500, 1000, 500, 1),
        ("Violence", 0, 1000, 1000, 2),
        ("Weapons", 0, 1000, 1000, 2),
    ]


def test_a_moment_with_labels_of_two_categories_counts_for_each(warehouse: Warehouse) -> None:
    warehouse.moderated("v", *at(WEAPONS, 0, 500), *at(SMOKING, 500), **MODEL_7)
    query = "SELECT category, screen_time_millis FROM video_moderation_categories ORDER BY category"
    assert warehouse.ask(query) == [("Drugs & Tobacco", 500), ("Violence", 1000)]


def test_a_stretch_of_a_category_goes_on_where_one_label_follows_another(
    warehouse: Warehouse,
) -> None:
    found = [*at(WEAPONS, 0, 504), *at(GRAPHIC, 1009, 1513), *at(WEAPONS, 4000)]
    warehouse.moderated("v", *found, video_metadata_duration_millis=4200, **MODEL_7)
    assert warehouse.ask(
        "SELECT category, start_timestamp_millis, end_timestamp_millis, duration_millis, sightings"
        " FROM video_moderation_category_segments ORDER BY ALL"
    ) == [("Violence", 0, 2013, 2013, 4), ("Violence", 4000, 4200, 200, 1)]


def test_the_step_between_frames_is_seen_from_twenty_gaps(warehouse: Warehouse) -> None:
    moments = [504 * n for n in range(21)]
    warehouse.moderated("v", *at(WEAPONS, *moments), **MODEL_7)
    query = "SELECT duration_millis, step_assumed FROM video_moderation_segments"
    assert warehouse.ask(query) == [(21 * 504, False)]


def test_stretches_that_were_sent_and_overlap_or_touch_are_one(warehouse: Warehouse) -> None:
    warehouse.moderated(
        "v",
        sent(VIOLENCE, 0, 1000),
        sent(WEAPONS, 500, 1500, confidence=99.0),
        sent(GRAPHIC, 1500, 2000),
        sent(GRAPHIC, 3000, 3500),
        aggregate_by="SEGMENTS",
        **MODEL_7,
    )
    assert warehouse.ask(
        "SELECT aggregate_by, category, start_timestamp_millis, end_timestamp_millis, sightings,"
        " max_confidence, step_assumed FROM video_moderation_category_segments ORDER BY ALL"
    ) == [
        ("SEGMENTS", "Violence", 0, 2000, None, 99.0, None),
        ("SEGMENTS", "Violence", 3000, 3500, None, 90.0, None),
    ]
    query = "SELECT screen_time_millis, stretches FROM video_moderation_categories"
    assert warehouse.ask(query) == [(2500, 2)]


def test_a_job_with_both_forms_counts_once_by_its_timestamps(warehouse: Warehouse) -> None:
    warehouse.moderated("v", *at(WEAPONS, 0), **MODEL_7)
    warehouse.moderated("v", sent(WEAPONS, 0, 4000), aggregate_by="SEGMENTS", **MODEL_7)
    warehouse.moderated("w", sent(WEAPONS, 0, 4000), aggregate_by="SEGMENTS", **MODEL_7)
    query = "SELECT job_id, aggregate_by, screen_time_millis FROM video_moderation_categories"
    assert warehouse.ask(f"{query} ORDER BY 1") == [
        ("v", "TIMESTAMPS", 500),
        ("w", "SEGMENTS", 4000),
    ]
    query = "SELECT job_id, aggregate_by FROM latest_content_moderation_jobs_by_configuration"
    assert len(warehouse.ask(query)) == 3


@pytest.mark.parametrize(
    "label, model, category, category_7",
    [
        # a child without its parents: the taxonomy of its model says the category
        ({"name": "Weapon Violence", "parent_name": "Graphic Violence"}, "7.0", *["Violence"] * 2),
        # the old taxonomy, which videos had for longer than images
        ({"name": "Smoking", "parent_name": "Tobacco"}, "6.0", "Tobacco", "Drugs & Tobacco"),
        # without a version: before 7, since it has no level
        ({"name": "Smoking", "parent_name": "Tobacco"}, None, "Tobacco", "Drugs & Tobacco"),
        ({"name": "Smoking", "taxonomy_level": 3}, None, *["Drugs & Tobacco"] * 2),
        # not published, its parent is
        ({"name": "New", "parent_name": "Weapons"}, "7.0", "Violence", "Violence"),
        ({"name": "New", "parent_name": "Newer"}, "7.0", "Newer", None),
    ],
)
def test_a_category_is_that_of_the_model_that_found_the_label(
    warehouse: Warehouse,
    label: dict[str, Any],
    model: str | None,
    category: str,
    category_7: str | None,
) -> None:
    warehouse.moderated("v", *at(label, 0), moderation_model_version=model)
    query = "SELECT category, category_7 FROM video_moderation_findings"
    assert warehouse.ask(query) == [(category, category_7)]


def test_a_name_that_nobody_published_goes_up_to_the_parents_that_were_sent(
    warehouse: Warehouse,
) -> None:
    middle, low = ({"name": f"{one}", "parent_name": f"{up}"} for one, up in ("BA", "CB"))
    warehouse.moderated("v", *at({"name": "A", "parent_name": ""}, 0), *at(middle, 0), *at(low, 5))
    query = "SELECT name, category FROM video_moderation_findings ORDER BY name"
    assert warehouse.ask(query) == [("A", "A"), ("B", "A"), ("C", "A")]


def test_a_finding_lasts_until_the_next_frame_that_is_near(warehouse: Warehouse) -> None:
    warehouse.moderated("v", *at(WEAPONS, 474, 979), *at(VIOLENCE, 979, 9000), **MODEL_7)
    assert warehouse.ask(
        "SELECT label_index, name, start_timestamp_millis, end_timestamp_millis"
        " FROM video_moderation_findings ORDER BY label_index"
    ) == [
        (0, "Weapons", 474, 979),
        (1, "Weapons", 979, 1479),
        (2, "Violence", 979, 1479),
        (3, "Violence", 9000, 9500),
    ]


def test_content_types_are_counted_once_for_all_labels_that_have_them(
    warehouse: Warehouse,
) -> None:
    warehouse.moderated("v", *at(VIOLENCE, 0, 500), *at(WEAPONS, 0, 2000), **MODEL_7)
    for label, name in ((0, "Animated"), (2, "Animated"), (1, "Illustrated"), (3, "Animated")):
        row = {"job_id": "v", "label_index": label, "content_type_index": 0, "name": name}
        warehouse.put("video_moderation_label_content_types", row | {"confidence": 80.0 + label})
    assert warehouse.ask(
        "SELECT video_s3_object_name, name, screen_time_millis, stretches, max_confidence"
        " FROM video_moderation_content_types ORDER BY name"
    ) == [("v.mp4", "Animated", 1000, 2, 83.0), ("v.mp4", "Illustrated", 500, 1, 81.0)]


def test_the_newest_analysis_of_the_newest_version_counts(warehouse: Warehouse) -> None:
    video = {"video_s3_object_name": "v.mp4", **MODEL_7}
    for job, day, label in (("old", 1, WEAPONS), ("other", 2, SMOKING), ("new", 3, GRAPHIC)):
        etag = "1" if job == "old" else "2"
        warehouse.moderated(job, *at(label, 0), **video)
        started = f"2026-05-0{day} 10:00:00+00"
        told = {"operation": "content_moderation", "input_etag": etag, "started_at": started}
        warehouse.request(job, **told)
    query = "SELECT job_id, is_replaced, min_confidence FROM content_moderation_analyses ORDER BY 1"
    assert warehouse.ask(query) == [
        ("new", False, 50.0),
        ("old", True, 50.0),
        ("other", False, 50.0),
    ]
    assert warehouse.ask("SELECT job_id FROM latest_content_moderation_jobs") == [("new",)]


def test_labels_and_moderation_of_one_video_do_not_replace_each_other(
    warehouse: Warehouse,
) -> None:
    warehouse.video("v", *at({"name": "Cat"}, 0), video_s3_object_version="1")
    warehouse.moderated("w", *at(WEAPONS, 0), video_s3_object_name="v.mp4", **MODEL_7)
    assert warehouse.ask("SELECT job_id FROM latest_labels") == [("v",)]
    assert warehouse.ask("SELECT job_id FROM video_moderation_findings") == [("w",)]


def test_a_failed_or_held_back_job_is_in_no_view_of_findings(warehouse: Warehouse) -> None:
    warehouse.moderated("v", job_status="FAILED", status_message="broken")
    assert warehouse.ask("FROM content_moderation_analyses") == []
