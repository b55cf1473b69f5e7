"""What several models say of one video: tiny literal rows in, exact rows out."""

from __future__ import annotations

from typing import Any

from literal_rows import Warehouse

VERSIONS = (
    "SELECT job_id, name, label_model_version, sightings FROM label_model_versions ORDER BY ALL"
)


def compared(warehouse: Warehouse, job: str, *labels: dict[str, Any], **told: Any) -> None:
    """A job that was started here, of a video whose version is known."""
    started = told.pop("started_at", None)
    warehouse.video(job, *labels, **{"video_s3_object_version": "v1"} | told)
    warehouse.request(job, started_at=started)


def seen(name: str, *moments: int, confidence: float = 90.0) -> list[dict[str, Any]]:
    return [{"name": name, "timestamp": at, "confidence": confidence} for at in moments]


def test_models_that_looked_at_one_video_are_laid_side_by_side(warehouse: Warehouse) -> None:
    for job, model, labels in (
        ("old", "2.0", seen("Cat", 0, 500) + seen("Dog", 0)),
        ("new", "3.0", seen("Cat", 0, confidence=80.0)),
        ("newer", "3.0", seen("Cat", 0, confidence=70.0)),
    ):
        compared(warehouse, job, *labels, video_s3_object_name="a.mp4", label_model_version=model)
    compared(warehouse, "other", *seen("Ant", 0), label_model_version="3.0")
    assert warehouse.ask(
        "SELECT video_s3_object_name, name, label_model_version, sightings, mean_confidence"
        " FROM label_model_versions ORDER BY ALL"
    ) == [
        ("a.mp4", "Cat", "2.0", 2, 90.0),
        ("a.mp4", "Cat", "3.0", 1, 70.0),
        ("a.mp4", "Dog", "2.0", 1, 90.0),
        ("a.mp4", "Dog", "3.0", 0, None),
    ]


def test_a_model_that_found_nothing_is_laid_beside_one_that_did(warehouse: Warehouse) -> None:
    name = {"video_s3_object_name": "a.mp4"}
    compared(warehouse, "old", **name, label_model_version="2.0")
    compared(warehouse, "new", *seen("Cat", 0), **name, label_model_version="3.0")
    assert warehouse.ask(VERSIONS) == [("new", "Cat", "3.0", 1), ("old", "Cat", "2.0", 0)]


def test_models_are_compared_on_a_video_that_only_the_requests_name(warehouse: Warehouse) -> None:
    nameless = {"video_s3_object_bucket": None, "video_s3_object_name": None}
    named = {"input_s3_object_bucket": "media", "input_s3_object_name": "a.mp4"}
    named["input_etag"] = "e1"
    for job, model in (("old", "2.0"), ("new", "3.0")):
        warehouse.video(job, *seen("Cat", 0), **nameless, label_model_version=model)
        warehouse.request(job, **named)
    query = "SELECT DISTINCT video_s3_object_bucket, video_s3_object_name FROM label_model_versions"
    assert warehouse.ask(query) == [("media", "a.mp4")]
    assert warehouse.ask(VERSIONS) == [("new", "Cat", "3.0", 1), ("old", "Cat", "2.0", 1)]


def test_of_two_jobs_of_a_model_the_later_start_counts_not_the_later_landing(
    warehouse: Warehouse,
) -> None:
    for job, model, started, landed in (
        ("older model", "2.0", 1, 1),
        ("late to land", "3.0", 2, 9),
        ("newest", "3.0", 3, 3),
    ):
        compared(
            warehouse,
            job,
            *seen("Cat", 0),
            video_s3_object_name="a.mp4",
            label_model_version=model,
            landed_at=f"2026-05-0{landed} 12:00:00+00",
            started_at=f"2026-05-0{started} 00:00:00+00",
        )
    assert warehouse.ask(VERSIONS) == [
        ("newest", "Cat", "3.0", 1),
        ("older model", "Cat", "2.0", 1),
    ]
    latest = "SELECT job_id FROM latest_label_detection_jobs"
    assert warehouse.ask(latest) == [("newest",)]


def test_one_video_is_asked_for_without_a_look_at_the_labels_of_others(
    warehouse: Warehouse,
) -> None:
    for name in ("a.mp4", "b.mp4"):
        for model in ("2.0", "3.0"):
            job = f"{model} {name}"
            labels = seen("Cat", 0)
            compared(warehouse, job, *labels, video_s3_object_name=name, label_model_version=model)
    # an answer that cannot be: a filter that comes too late meets this row and fails
    warehouse.con.execute("UPDATE labels SET confidence = 1e300 WHERE job_id LIKE '% b.mp4'")
    where = "WHERE video_s3_object_bucket = 'media' AND video_s3_object_name = 'a.mp4'"
    assert warehouse.ask(f"SELECT count(*) FROM label_model_versions {where}") == [(2,)]


def test_what_cannot_be_compared_says_why(warehouse: Warehouse) -> None:
    def video(job: str, model: str, form: str = "TIMESTAMPS", **told: Any) -> None:
        version = told.pop("version", "v1")
        place = {"video_s3_object_name": f"{job[0]}.mp4", "video_s3_object_version": version}
        warehouse.video(job, *seen("Cat", 0), aggregate_by=form, label_model_version=model, **place)
        if told.pop("ours", True):
            warehouse.request(job, aggregate_by=form, started_at=f"2026-05-0{job[1]}", **told)

    video("a1", "2.0", ours=False)
    video("a2", "3.0")
    video("b1", "2.0", version=None)
    video("b2", "3.0")
    video("c1", "2.0", form="SEGMENTS", min_confidence=80.0)
    video("c2", "3.0", form="SEGMENTS")
    video("d1", "2.0", label_category_exclusion_filters=["Animals"])
    video("d2", "3.0", label_category_exclusion_filters=["Nature"])
    video("e1", "2.0", label_category_exclusion_filters=[])
    video("e2", "3.0")
    assert warehouse.ask(
        "SELECT job_id, name, sightings, not_comparable FROM label_model_versions ORDER BY ALL"
    ) == [
        ("a1", None, None, "request not known"),
        ("b1", None, None, "not known to be the same version of the video"),
        ("c1", None, None, "SEGMENTS under another MinConfidence"),
        ("d1", None, None, "other filters"),
        ("e1", "Cat", 1, None),
        ("e2", "Cat", 1, None),
    ]


def test_of_several_jobs_of_a_model_one_that_can_be_compared_is_taken(
    warehouse: Warehouse,
) -> None:
    for job, model, told in (
        ("whole", "2.0", {}),
        ("filtered", "2.0", {"label_inclusion_filters": ["Dog"]}),
        ("new", "3.0", {}),
    ):
        warehouse.video(
            job,
            *seen("Cat", 0),
            video_s3_object_name="a.mp4",
            video_s3_object_version="v1",
            label_model_version=model,
        )
        warehouse.request(job, **told)
    assert warehouse.ask(VERSIONS) == [("new", "Cat", "3.0", 1), ("whole", "Cat", "2.0", 1)]
