"""Which analysis of an object counts: the newest SUCCEEDED one of each configuration."""

from __future__ import annotations

from literal_rows import Warehouse

JOBS = "SELECT job_id, aggregate_by FROM latest_label_detection_jobs ORDER BY ALL"
IMAGES = "SELECT job_id, image_index FROM latest_moderation_images ORDER BY ALL"


def test_a_video_analysed_twice_counts_once_and_the_later_job_counts(warehouse: Warehouse) -> None:
    for job, day in (("first", 1), ("second", 2)):
        warehouse.video(job, video_s3_object_name="a.mp4", landed_at=f"2026-05-0{day} 12:00:00+00")
    assert warehouse.ask(JOBS) == [("second", "TIMESTAMPS")]


def test_the_start_of_a_job_counts_before_its_landing(warehouse: Warehouse) -> None:
    warehouse.video("old", video_s3_object_name="a.mp4", landed_at="2026-05-09 12:00:00+00")
    warehouse.video("new", video_s3_object_name="a.mp4", landed_at="2026-05-02 12:00:00+00")
    warehouse.put(
        "job_requests",
        {"job_id": "old", "aggregate_by": "TIMESTAMPS", "started_at": "2026-05-01 00:00:00+00"},
        {"job_id": "new", "aggregate_by": "TIMESTAMPS", "started_at": "2026-05-02 00:00:00+00"},
    )
    assert warehouse.ask(JOBS) == [("new", "TIMESTAMPS")]


def test_failed_jobs_never_count(warehouse: Warehouse) -> None:
    warehouse.video("good", video_s3_object_name="a.mp4", landed_at="2026-05-01 12:00:00+00")
    warehouse.video("failed", video_s3_object_name="a.mp4", job_status="FAILED")
    assert warehouse.ask(JOBS) == [("good", "TIMESTAMPS")]


def test_each_form_and_each_configuration_of_a_video_is_beside_the_one_that_counts(
    warehouse: Warehouse,
) -> None:
    warehouse.video("a", video_s3_object_name="a.mp4")
    warehouse.video("a", video_s3_object_name="a.mp4", aggregate_by="SEGMENTS")
    warehouse.video("b", video_s3_object_name="a.mp4")
    warehouse.request("a")
    warehouse.request("a", aggregate_by="SEGMENTS")
    warehouse.request("b", min_confidence=80.0)
    assert warehouse.ask(JOBS) == [("b", "TIMESTAMPS")]
    beside = JOBS.replace("_jobs", "_jobs_by_configuration")
    assert warehouse.ask(beside) == [("a", "SEGMENTS"), ("a", "TIMESTAMPS"), ("b", "TIMESTAMPS")]


def test_the_form_that_was_landed_later_does_not_count_for_that(warehouse: Warehouse) -> None:
    warehouse.video("a", video_s3_object_name="a.mp4")
    late = "2026-05-09 12:00:00+00"
    warehouse.video("a", video_s3_object_name="a.mp4", aggregate_by="SEGMENTS", landed_at=late)
    warehouse.video("b", video_s3_object_name="a.mp4", landed_at="2026-05-02 12:00:00+00")
    assert warehouse.ask(JOBS) == [("b", "TIMESTAMPS")]


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


def test_a_job_whose_start_is_not_known_is_as_new_as_its_landing(warehouse: Warehouse) -> None:
    for job, day in (("early", 1), ("late", 3)):
        warehouse.video(job, video_s3_object_name="a.mp4", landed_at=f"2026-05-0{day} 12:00:00+00")
        warehouse.request(job, started_at=None)
    warehouse.video("started", video_s3_object_name="a.mp4", landed_at="2026-05-09 12:00:00+00")
    warehouse.request("started", started_at="2026-05-02 12:00:00+00")
    assert warehouse.ask(JOBS) == [("late", "TIMESTAMPS")]


def test_a_video_that_only_the_request_names_is_known_by_it(warehouse: Warehouse) -> None:
    for job in ("a", "b"):
        warehouse.video(job, video_s3_object_bucket=None, video_s3_object_name=None)
        warehouse.put(
            "job_requests",
            {
                "job_id": job,
                "aggregate_by": "TIMESTAMPS",
                "input_s3_object_bucket": "media",
                "input_s3_object_name": "a.mp4",
            },
        )
    query = "SELECT job_id, video_s3_object_name FROM latest_label_detection_jobs"
    assert warehouse.ask(query) == [("b", "a.mp4")]


def test_jobs_whose_video_nobody_knows_count_each_by_itself(warehouse: Warehouse) -> None:
    for job in ("a", "b"):
        warehouse.video(job, video_s3_object_bucket=None, video_s3_object_name=None)
    assert warehouse.ask(JOBS) == [("a", "TIMESTAMPS"), ("b", "TIMESTAMPS")]


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
