"""Which analysis of an object counts: the newest SUCCEEDED one of each configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from literal_rows import Warehouse

from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

JOBS = "SELECT job_id, aggregate_by FROM latest_label_detection_jobs ORDER BY ALL"
IMAGES = "SELECT job_id, image_index FROM latest_moderation_images ORDER BY ALL"


@dataclass(frozen=True)
class Videos:
    """Results and requests of one video operation."""

    warehouse: Warehouse
    operation: Operation

    def add(self, job_id: str, **job: Any) -> None:
        self.warehouse.result(self.operation, job_id, **job)

    def request(self, job_id: str, **told: Any) -> None:
        self.warehouse.request(job_id, operation=self.operation, **told)

    def latest(self, beside: str = "") -> list[tuple[Any, ...]]:
        """The jobs that count, or those `beside` them."""
        view = f"latest_{self.operation}_jobs{beside}"
        return self.warehouse.ask(f"SELECT job_id, aggregate_by FROM {view} ORDER BY ALL")


@pytest.fixture(params=VIDEO_OPERATIONS)
def videos(warehouse: Warehouse, request: pytest.FixtureRequest) -> Videos:
    return Videos(warehouse, request.param)


def test_a_video_analysed_twice_counts_once_and_the_later_job_counts(videos: Videos) -> None:
    for job, day in (("first", 1), ("second", 2)):
        videos.add(job, video_s3_object_name="a.mp4", landed_at=f"2026-05-0{day} 12:00:00+00")
    assert videos.latest() == [("second", "TIMESTAMPS")]


def test_the_start_of_a_job_counts_before_its_landing(videos: Videos) -> None:
    videos.add("old", video_s3_object_name="a.mp4", landed_at="2026-05-09 12:00:00+00")
    videos.add("new", video_s3_object_name="a.mp4", landed_at="2026-05-02 12:00:00+00")
    videos.request("old", started_at="2026-05-01 00:00:00+00")
    videos.request("new", started_at="2026-05-02 00:00:00+00")
    assert videos.latest() == [("new", "TIMESTAMPS")]


def test_failed_jobs_never_count(videos: Videos) -> None:
    videos.add("good", video_s3_object_name="a.mp4", landed_at="2026-05-01 12:00:00+00")
    videos.add("failed", video_s3_object_name="a.mp4", job_status="FAILED")
    assert videos.latest() == [("good", "TIMESTAMPS")]


def test_each_form_and_each_configuration_of_a_video_is_beside_the_one_that_counts(
    videos: Videos,
) -> None:
    videos.add("a", video_s3_object_name="a.mp4")
    videos.add("a", video_s3_object_name="a.mp4", aggregate_by="SEGMENTS")
    videos.add("b", video_s3_object_name="a.mp4")
    videos.request("a")
    videos.request("a", aggregate_by="SEGMENTS")
    videos.request("b", min_confidence=80.0)
    assert videos.latest() == [("b", "TIMESTAMPS")]
    assert videos.latest("_by_configuration") == [
        ("a", "SEGMENTS"),
        ("a", "TIMESTAMPS"),
        ("b", "TIMESTAMPS"),
    ]


def test_the_form_that_was_landed_later_does_not_count_for_that(videos: Videos) -> None:
    videos.add("a", video_s3_object_name="a.mp4")
    late = "2026-05-09 12:00:00+00"
    videos.add("a", video_s3_object_name="a.mp4", aggregate_by="SEGMENTS", landed_at=late)
    videos.add("b", video_s3_object_name="a.mp4", landed_at="2026-05-02 12:00:00+00")
    assert videos.latest() == [("b", "TIMESTAMPS")]


def test_a_job_of_others_counts_only_where_no_request_of_the_video_is_known(
    warehouse: Warehouse,
) -> None:
    for name in ("a.mp4", "b.mp4"):
        for job in ("older", "found"):
            warehouse.video(f"{job} {name}", video_s3_object_name=name)
            warehouse.put("job_requests", {"job_id": f"{job} {name}", "aggregate_by": "TIMESTAMPS"})
    warehouse.video("ours", video_s3_object_name="a.mp4", landed_at="2026-04-01 12:00:00+00")
    warehouse.request("ours")
    assert warehouse.ask(JOBS) == [("older b.mp4", "TIMESTAMPS"), ("ours", "TIMESTAMPS")]


def test_a_version_and_its_etag_are_one_object(warehouse: Warehouse) -> None:
    """The found job names the version, ours both: so the version of `etag` is known, too."""
    for job, told in (
        ("both", {"input_s3_object_version": "v1", "input_etag": "e1"}),
        ("etag", {"input_etag": "e1", "label_inclusion_filters": ["Car"]}),
    ):
        warehouse.video(job, video_s3_object_name="a.mp4")
        warehouse.request(job, **told)
    late = "2026-05-09 12:00:00+00"
    warehouse.video(
        "found", video_s3_object_name="a.mp4", video_s3_object_version="v1", landed_at=late
    )
    assert warehouse.ask(JOBS) == [("both", "TIMESTAMPS")]
    query = "SELECT DISTINCT object_identity, is_replaced FROM label_detection_analyses"
    assert warehouse.ask(query) == [("e1", False)]


def test_a_version_and_its_etag_are_one_object_in_every_operation(videos: Videos) -> None:
    late = "2026-05-09 12:00:00+00"
    videos.add("both", video_s3_object_name="a.mp4")
    videos.request("both", input_s3_object_version="v1", input_etag="e1")
    videos.add("found", video_s3_object_name="a.mp4", video_s3_object_version="v1", landed_at=late)
    query = f"SELECT job_id, object_identity, is_replaced FROM {videos.operation}_versions"
    assert videos.warehouse.ask(f"{query} ORDER BY 1") == [
        ("both", "e1", False),
        ("found", "e1", False),
    ]
    videos.add("newer", video_s3_object_name="a.mp4", landed_at="2026-05-10 12:00:00+00")
    videos.request("newer", input_etag="e2")
    assert videos.warehouse.ask(f"{query} ORDER BY 1") == [
        ("both", "e1", True),
        ("found", "e1", True),
        ("newer", "e2", False),
    ]


def test_a_job_whose_start_is_not_known_is_as_new_as_its_landing(videos: Videos) -> None:
    for job, day in (("early", 1), ("late", 3)):
        videos.add(job, video_s3_object_name="a.mp4", landed_at=f"2026-05-0{day} 12:00:00+00")
        videos.request(job, started_at=None)
    videos.add("started", video_s3_object_name="a.mp4", landed_at="2026-05-09 12:00:00+00")
    videos.request("started", started_at="2026-05-02 12:00:00+00")
    assert videos.latest() == [("late", "TIMESTAMPS")]


def test_a_video_that_only_the_request_names_is_known_by_it(videos: Videos) -> None:
    for job in ("a", "b"):
        videos.add(job, video_s3_object_bucket=None, video_s3_object_name=None)
        videos.request(job, input_s3_object_bucket="media", input_s3_object_name="a.mp4")
    query = f"SELECT job_id, video_s3_object_name FROM latest_{videos.operation}_jobs"
    assert videos.warehouse.ask(query) == [("b", "a.mp4")]


def test_jobs_whose_video_nobody_knows_count_each_by_itself(videos: Videos) -> None:
    for job in ("a", "b"):
        videos.add(job, video_s3_object_bucket=None, video_s3_object_name=None)
    assert videos.latest() == [("a", "TIMESTAMPS"), ("b", "TIMESTAMPS")]


def test_latest_labels_are_those_of_the_latest_jobs(warehouse: Warehouse) -> None:
    warehouse.video("a", {"name": "Cat"}, video_s3_object_name="a.mp4")
    warehouse.video(
        "b", {"name": "Dog"}, video_s3_object_name="a.mp4", landed_at="2026-05-02 12:00:00+00"
    )
    assert warehouse.ask("SELECT job_id, name FROM latest_labels") == [("b", "Dog")]


def test_an_image_analysed_twice_or_named_twice_counts_once(warehouse: Warehouse) -> None:
    warehouse.images("first", {"key": "a.jpg"}, {"key": "b.jpg"})
    warehouse.images(
        "second", {"key": "a.jpg"}, {"key": "a.jpg"}, landed_at="2026-05-02 12:00:00+00"
    )
    assert warehouse.ask(IMAGES) == [("first", 1), ("second", 0)]


def test_what_is_told_of_an_image_is_what_its_newest_analysis_says(warehouse: Warehouse) -> None:
    warehouse.images("first", {"key": "a.jpg", "model": "6.1"})
    warehouse.images(
        "second", {"key": "a.jpg", "model": None}, landed_at="2026-05-02 12:00:00+00", mode="image"
    )
    assert warehouse.ask(
        "SELECT job_id, source_ref, source_ref_bucket, source_ref_key, moderation_model_version,"
        " mode FROM latest_moderation_images"
    ) == [("second", "s3://media/a.jpg", "media", "a.jpg", None, "image")]


def test_of_an_image_the_newest_analysis_counts_whatever_it_asked_for(
    warehouse: Warehouse,
) -> None:
    prefix = "operations_config_detect_moderation_labels_"
    warehouse.images("a", {"key": "a.jpg"})
    warehouse.images("b", {"key": "a.jpg"}, **{f"{prefix}project_version": "arn"})
    warehouse.images("c", {"key": "a.jpg"}, **{f"{prefix}min_confidence": 80.0})
    query = "SELECT job_id, min_confidence FROM latest_moderation_images"
    assert warehouse.ask(query) == [("c", 80.0)]


def test_an_analysis_that_named_no_confidence_asked_for_the_default(warehouse: Warehouse) -> None:
    warehouse.images("a", {"key": "a.jpg"})
    assert warehouse.ask("SELECT min_confidence FROM latest_moderation_images") == [(50.0,)]


def test_images_of_failed_jobs_never_count(warehouse: Warehouse) -> None:
    warehouse.images("failed", {"key": "a.jpg"}, status="FAILED")
    assert warehouse.ask(IMAGES) == []
