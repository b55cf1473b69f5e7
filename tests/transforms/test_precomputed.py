"""What a load derives is what the same question over all tables answers, a file's and a lake's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from committed import NOON, Rows, commit_result, image_rows, images, video

from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.ddl import identifier
from rekognition_tables.warehouse.load import Warehouse, load
from rekognition_tables.warehouse.precomputed import derived
from rekognition_tables.warehouse.sql_files import SQL, SqlFile, precomputed

NAMES = [file.name for file in precomputed()]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def a_video(frames: list[list[str]]) -> Rows:
    """A finished video with these labels in each frame, each with a box."""
    labels: list[dict[str, Any]] = []
    for frame, names in enumerate(frames):
        labels += [{"timestamp": 500 * frame, "name": name, "confidence": 90.0} for name in names]
    box = {f"bounding_box_{side}": 0.25 for side in ("left", "top", "width", "height")}
    duration = 500 * len(frames)
    job = {"job_status": "SUCCEEDED", "video_metadata_duration_millis": duration}
    return {
        "label_detection_jobs": [job],
        "labels": [{"label_index": n} | label for n, label in enumerate(labels)],
        "label_instances": [
            {"label_index": n, "instance_index": 0, "confidence": 80.0} | box
            for n, _ in enumerate(labels)
        ],
        "label_parents": [
            {"label_index": n, "parent_index": 0, "name": "Animal"}
            for n, label in enumerate(labels)
            if label["name"] != "Ant"
        ],
        "job_requests": [{"landed_at": NOON}],
    }


def assert_as_asked_of_all_tables(warehouse: Warehouse) -> dict[str, int]:
    """Each precomputed table has the rows of its statement over the whole warehouse. How many."""
    found = {}
    with read_only(warehouse) as con:
        for file in precomputed():
            con.execute(f"CREATE TEMP TABLE {identifier(file.name)} AS {file.statement}")
            asked = con.execute(f"FROM temp.main.{identifier(file.name)} ORDER BY ALL").fetchall()
            kept = con.execute(f"FROM precomputed.{identifier(file.name)} ORDER BY ALL").fetchall()
            assert kept == asked, file.name
            found[file.name] = len(kept)
    return found


def test_it_follows_every_result_that_comes_changes_or_is_held_back(
    layout: Layout, warehouse: Warehouse
) -> None:
    frames = [["Cat", "Dog"], ["Cat"], ["Cat", "Dog", "Ant"]]
    commit_result(layout, video("v"), a_video(frames))
    commit_result(layout, video("v", "SEGMENTS"), a_video(frames))
    commit_result(layout, video("w"), a_video(frames))
    commit_result(layout, images("m"), image_rows(["a.jpg"]))
    commit_result(layout, moderated("v"), a_moderated_video(3))  # a job of the same id
    load(layout, warehouse)
    before = assert_as_asked_of_all_tables(warehouse)
    assert before == {
        "box_heat_map": 6,
        "label_cooccurrence": 6,
        "label_detection_analyses": 3,
        "label_detection_steps": 2,
        "label_detection_samples": 6,
        "label_relations": 6,
        "object_counts": 12,
        "label_segments": 8,
        "moderation_findings": 1,
        "moderation_categories": 1,
        "moderation_levels": 1,
        "content_moderation_analyses": 1,
        "content_moderation_samples": 3,
        "content_moderation_steps": 1,
        "video_moderation_findings": 6,
        "video_moderation_moments": 3,
        "video_moderation_names": 2,
        "video_moderation_stretches": 4,
    }
    commit_result(layout, video("w"), a_video([["Cat"]]), generation=2)
    commit_result(layout, video("x"), a_video(frames))
    load(layout, warehouse)
    after = assert_as_asked_of_all_tables(warehouse)
    assert after["label_cooccurrence"] == 6
    assert after["label_detection_samples"] == 7
    assert after["label_detection_analyses"] == 4
    commit_result(layout, video("v"), a_video(frames), generation=3, reason="cut")
    load(layout, warehouse)
    assert assert_as_asked_of_all_tables(warehouse)["label_detection_samples"] == 4
    load(layout, warehouse, everything=True)
    assert assert_as_asked_of_all_tables(warehouse)["label_detection_samples"] == 4


def test_it_follows_the_results_of_images(layout: Layout, warehouse: Warehouse) -> None:
    def of_images() -> tuple[int, int, int]:
        found = assert_as_asked_of_all_tables(warehouse)
        assert found["label_segments"] == 2, "what was derived from the video stays"
        of = ("moderation_findings", "moderation_levels", "moderation_categories")
        findings, levels, categories = (found[name] for name in of)
        return findings, levels, categories

    commit_result(layout, video("v"), a_video([["Cat", "Dog"]]))
    commit_result(layout, images("m"), image_rows(["a.jpg", "b.jpg"]))
    load(layout, warehouse)
    assert of_images() == (2, 2, 2)
    commit_result(layout, images("m"), with_parents(["a.jpg", "b.jpg"]), generation=2)
    commit_result(layout, images("n"), image_rows(["a.jpg"]))
    load(layout, warehouse)
    assert of_images() == (7, 7, 3)
    with read_only(warehouse) as con:
        query = "SELECT DISTINCT job_id, category FROM precomputed.moderation_findings ORDER BY ALL"
        assert con.execute(query).fetchall() == [("m", "Violence"), ("n", "Violence")]
    commit_result(layout, images("m"), image_rows(["a.jpg"]), generation=3, reason="cut")
    load(layout, warehouse)
    assert of_images() == (1, 1, 1)


def test_it_follows_the_results_of_moderated_videos(layout: Layout, warehouse: Warehouse) -> None:
    def of_moderation() -> list[int]:
        found = assert_as_asked_of_all_tables(warehouse)
        assert found["label_segments"] == 2, "what was derived from labels stays"
        names = ("analyses", "samples", "steps")
        return [found[f"content_moderation_{name}"] for name in names] + [
            found[f"video_moderation_{name}"] for name in ("findings", "moments", "stretches")
        ]

    commit_result(layout, video("v"), a_video([["Cat", "Dog"]]))
    commit_result(layout, moderated("v"), a_moderated_video(3))
    commit_result(layout, moderated("v", "SEGMENTS"), a_moderated_video(3))
    load(layout, warehouse)
    assert of_moderation() == [2, 3, 1, 12, 6, 8]
    commit_result(layout, moderated("v"), a_moderated_video(1), generation=2)
    load(layout, warehouse)
    assert of_moderation() == [2, 1, 1, 8, 4, 8]
    commit_result(layout, moderated("v"), a_moderated_video(1), generation=3, reason="cut")
    load(layout, warehouse)
    assert of_moderation() == [1, 0, 0, 6, 3, 4]


def moderated(job_id: str, aggregate_by: str = "TIMESTAMPS") -> ResultKey:
    return ResultKey.of("content_moderation", job_id, aggregate_by)


def a_moderated_video(frames: int) -> Rows:
    """A finished video with a root and a child in each frame, the child's with a content type."""
    job = {"job_status": "SUCCEEDED", "moderation_model_version": "7.0"}
    labels = [
        {"label_index": 2 * n + level, "timestamp": 500 * n, "confidence": 90.0 + level}
        | {"start_timestamp_millis": 500 * n, "end_timestamp_millis": 500 * n + 500}
        | {"name": name, "parent_name": parent, "taxonomy_level": level + 1}
        for n in range(frames)
        for level, (name, parent) in enumerate([("Violence", ""), ("Weapons", "Violence")])
    ]
    return {
        "content_moderation_jobs": [job],
        "video_moderation_labels": labels,
        "video_moderation_label_content_types": [
            {"label_index": 2 * n + 1, "content_type_index": 0, "name": "Animated"}
            for n in range(frames)
        ],
        "job_requests": [{"landed_at": NOON}],
    }


def with_parents(keys: list[str]) -> Rows:
    """The rows of a bulk job with a finding of each level on each image."""
    rows = image_rows(keys)
    names = ["", "Violence", "Graphic Violence", "Self-Harm"]
    rows["moderation_labels"] = [
        {
            "image_index": n,
            "label_index": level - 1,
            "name": names[level],
            "parent_name": names[level - 1],
            "taxonomy_level": level,
            "confidence": 90.0,
        }
        for n, _ in enumerate(keys)
        for level in (1, 2, 3)
    ]
    return rows


def test_what_is_precomputed_is_made_anew_when_its_file_changes(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rekognition_tables.warehouse.precomputed.ROWS_AT_ONCE", 3)
    warehouse = tmp_path / "w.duckdb"
    for job in ("u", "v", "w"):
        commit_result(layout, video(job), a_video([["Cat", "Dog"]]))
        commit_result(layout, images(f"m{job}"), image_rows(["a.jpg", "b.jpg"]))
    load(layout, warehouse)
    with opened(warehouse, 0) as con:
        con.execute("UPDATE internal.load_lock SET views_digest = 'another'")
        con.execute("DROP TABLE precomputed.object_counts")
        con.execute("DELETE FROM precomputed.label_cooccurrence")
        con.execute("DELETE FROM precomputed.moderation_findings")
        con.execute("CREATE TABLE precomputed.of_old AS SELECT 1 AS one")
    load(layout, warehouse)
    assert assert_as_asked_of_all_tables(warehouse)["moderation_findings"] == 6
    with read_only(warehouse) as con:
        query = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'precomputed'"
        assert {name for (name,) in con.execute(query).fetchall()} == set(NAMES)


def test_each_file_is_derived_from_the_tables_of_one_operation() -> None:
    found = {name: [file.name for file in files] for name, files in derived().items()}
    assert sorted(name for names in found.values() for name in names) == sorted(NAMES)
    for of, names in found.items():
        for path in (SQL / of / "precomputed").glob("*.sql"):
            assert path.stem in names


@pytest.mark.parametrize(
    "statement, named",
    [("SELECT 1", "none"), ("FROM labels, moderation_labels", "label_detection, ")],
)
def test_a_file_that_reads_tables_of_no_operation_or_of_two_is_an_error(
    monkeypatch: pytest.MonkeyPatch, statement: str, named: str
) -> None:
    file = SqlFile("totals", "", {}, statement)
    monkeypatch.setattr("rekognition_tables.warehouse.precomputed.precomputed", lambda: [file])
    with pytest.raises(ValueError, match=rf"totals\.sql must .* of {named}"):
        derived.__wrapped__()
