"""`make demo RECORDINGS=DIR`: every value of real responses arrives in the tables as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from demo_runs import rows, run_demo

pytestmark = [
    pytest.mark.stack,
    pytest.mark.recordings,
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def results(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("recorded")
    ran = run_demo(root, "--recordings", str(recordings))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return root


def job_of(results: Path, recording: Path, operation: str = "label_detection") -> str:
    """The job of the video that stands for a recording."""
    query = (
        "SELECT job_id, input_s3_object_name AS key FROM job_requests"
        f" WHERE operation = '{operation}'"
    )
    return next(
        row["job_id"] for row in rows(results, query) if Path(row["key"]).stem == recording.stem
    )


def children(results: Path, table: str, job_id: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows(results, f"SELECT * FROM {table} WHERE job_id = '{job_id}' ORDER BY ALL"):
        found.setdefault(row["label_index"], []).append(row)
    return found


@pytest.mark.parametrize(
    "name", ["get_label_detection-v3-full.json", "get_label_detection-v2-first-page.json"]
)
def test_every_value_of_a_recorded_video_is_in_its_table(
    name: str, results: Path, recordings: Path
) -> None:
    told = json.loads((recordings / name).read_text())
    job_id = job_of(results, recordings / name)
    labels = rows(results, f"SELECT * FROM labels WHERE job_id = '{job_id}' ORDER BY label_index")
    names = {
        member: children(results, table, job_id)
        for member, table in (
            ("Parents", "label_parents"),
            ("Aliases", "label_aliases"),
            ("Categories", "label_categories"),
        )
    }
    boxes = children(results, "label_instances", job_id)
    assert [row["label_index"] for row in labels] == list(range(len(told["Labels"])))
    for index, (row, expected) in enumerate(zip(labels, told["Labels"], strict=True)):
        label = expected["Label"]
        assert row["timestamp"] == expected["Timestamp"]
        assert (row["name"], row["confidence"]) == (label["Name"], label["Confidence"])
        for member, found in names.items():
            assert [one["name"] for one in found.get(index, [])] == [
                one["Name"] for one in label.get(member) or []
            ]
        assert [box(one) for one in boxes.get(index, [])] == [
            (*(one["BoundingBox"][side] for side in SIDES), one["Confidence"])
            for one in label["Instances"]
        ]


SIDES = ("Width", "Height", "Left", "Top")


def box(row: dict[str, Any]) -> tuple[float, ...]:
    return (*(row[f"bounding_box_{side.lower()}"] for side in SIDES), row["confidence"])


@pytest.mark.parametrize(
    "name",
    [
        "get_content_moderation-v3.json",
        "get_content_moderation-first-page.json",
        "get_content_moderation-2019-first-page.json",
    ],
)
def test_every_value_of_a_recorded_moderation_is_in_its_table(
    name: str, results: Path, recordings: Path
) -> None:
    told = json.loads((recordings / name).read_text())
    job_id = job_of(results, recordings / name, "content_moderation")
    query = f"SELECT * FROM video_moderation_labels WHERE job_id = '{job_id}' ORDER BY label_index"
    found = [
        (one["timestamp"], one["confidence"], one["name"], one["parent_name"])
        for one in rows(results, query)
    ]
    assert found == [
        (
            one["Timestamp"],
            *(one["ModerationLabel"][member] for member in ("Confidence", "Name", "ParentName")),
        )
        for one in told["ModerationLabels"]
    ]
    assert found
    (job,) = rows(results, f"SELECT * FROM content_moderation_jobs WHERE job_id = '{job_id}'")
    assert job["moderation_model_version"] == told.get("ModerationModelVersion")
    assert job["video_metadata_duration_millis"] == told["VideoMetadata"]["DurationMillis"]


@pytest.mark.parametrize(
    "name", ["get_label_detection-v3-full.json", "get_label_detection-v2-first-page.json"]
)
def test_the_job_and_its_video_are_as_recorded(name: str, results: Path, recordings: Path) -> None:
    told = json.loads((recordings / name).read_text())
    job_id = job_of(results, recordings / name)
    (row,) = rows(results, f"SELECT * FROM label_detection_jobs WHERE job_id = '{job_id}'")
    video = told["VideoMetadata"]
    assert row["job_status"] == told["JobStatus"]
    assert row["label_model_version"] == told["LabelModelVersion"]
    for member, column in (
        ("Codec", "codec"),
        ("DurationMillis", "duration_millis"),
        ("Format", "format"),
        ("FrameRate", "frame_rate"),
        ("FrameHeight", "frame_height"),
        ("FrameWidth", "frame_width"),
        ("ColorRange", "color_range"),
    ):
        assert row[f"video_metadata_{column}"] == video.get(member), member


def test_the_counts_are_those_of_the_recordings(results: Path) -> None:
    """Videos that stand for a recorded moderation have labels that are made up: not counted."""
    of_labels = (
        "job_id IN (SELECT job_id FROM job_requests"
        " WHERE input_s3_object_name LIKE '%get_label_detection%')"
    )
    (counts,) = rows(
        results,
        f"SELECT (SELECT count(*) FROM labels WHERE {of_labels}) AS labels, "
        f"(SELECT count(*) FROM label_instances WHERE {of_labels}) AS instances, "
        "(SELECT count(*) FROM moderation_images) AS images",
    )
    assert counts == {"labels": 857, "instances": 171, "images": 2}


@pytest.mark.parametrize(
    "name", ["detect_moderation_labels-v3.json", "detect_moderation_labels-v6.json"]
)
def test_every_value_of_a_recorded_image_is_in_its_table(
    name: str, results: Path, recordings: Path
) -> None:
    told = json.loads((recordings / name).read_text())
    stem = Path(name).stem
    (image,) = [
        row
        for row in rows(results, "SELECT * FROM moderation_images")
        if Path(row["source_ref_key"]).stem == stem
    ]
    assert image["moderation_model_version"] == told["ModerationModelVersion"]
    found = rows(
        results,
        f"SELECT * FROM moderation_labels WHERE image_index = {image['image_index']} "
        "ORDER BY label_index",
    )
    assert [
        (one["confidence"], one["name"], one["parent_name"], one["taxonomy_level"]) for one in found
    ] == [
        (one["Confidence"], one["Name"], one["ParentName"], one.get("TaxonomyLevel"))
        for one in told["ModerationLabels"]
    ]
