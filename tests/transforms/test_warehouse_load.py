"""What a load puts into the tables, and what it refuses: a file's and a lake's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from committed import commit_result, image_rows, images, of_other_version, video, video_rows

from rekognition_tables.errors import (
    IncompleteResults,
    ReconciliationFailed,
    ResultsError,
    SchemaMismatch,
)
from rekognition_tables.flatten.commits import accept
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.load import Warehouse, load


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with read_only(warehouse) as con:
        return con.execute(query).fetchall()


def change(warehouse: Warehouse, *statements: str) -> None:
    """What another program did to it."""
    with opened(warehouse, 0) as con:
        for statement in statements:
            con.execute(statement)


LABELS = "SELECT job_id, aggregate_by, label_index, name FROM labels ORDER BY ALL"
LEDGER = "SELECT operation, job_id, aggregate_by, held_back FROM loads ORDER BY ALL"


def test_a_load_puts_every_row_of_every_committed_result_into_its_table(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    commit_result(layout, images("m1"), image_rows(["a.jpg"]))
    report = load(layout, warehouse)
    assert report.loaded == (images("m1"), video("v1"))
    assert report.row_counts == {
        "job_requests": 2,
        "label_detection_jobs": 1,
        "labels": 2,
        "label_parents": 2,
        "media_analysis_jobs": 1,
        "moderation_images": 1,
        "moderation_labels": 1,
    }
    assert rows(warehouse, LABELS) == [
        ("v1", "TIMESTAMPS", 0, "Cat"),
        ("v1", "TIMESTAMPS", 1, "Dog"),
    ]
    assert rows(warehouse, LEDGER) == [
        ("label_detection", "v1", "TIMESTAMPS", False),
        ("media_analysis", "m1", None, False),
    ]
    assert rows(warehouse, "SELECT row_counts['labels'] FROM loads WHERE job_id = 'v1'") == [(2,)]


def test_a_second_load_finds_nothing_to_do(layout: Layout, warehouse: Warehouse) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    lock = rows(warehouse, "FROM internal.load_lock")
    assert load(layout, warehouse).loaded == ()
    assert rows(warehouse, LABELS) == [("v1", "TIMESTAMPS", 0, "Cat")]
    assert rows(warehouse, "FROM internal.load_lock") == lock


def test_a_result_flattened_again_takes_the_place_of_its_old_rows_and_of_no_other(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    commit_result(layout, video("v1", "SEGMENTS"), video_rows(["Cat"]))
    commit_result(layout, video("v2"), video_rows(["Bird"]))
    load(layout, warehouse)
    commit_result(layout, video("v1"), video_rows(["Fish"]), generation=2)
    assert load(layout, warehouse).loaded == (video("v1"),)
    assert rows(warehouse, LABELS) == [
        ("v1", "SEGMENTS", 0, "Cat"),
        ("v1", "TIMESTAMPS", 0, "Fish"),
        ("v2", "TIMESTAMPS", 0, "Bird"),
    ]
    assert rows(warehouse, "SELECT count(*) FROM loads") == [(3,)]


def test_a_media_job_and_a_video_job_of_one_id_do_not_take_each_others_rows(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("same"), video_rows(["Cat"]))
    commit_result(layout, images("same"), image_rows(["a.jpg"]))
    load(layout, warehouse)
    commit_result(layout, images("same"), image_rows(["b.jpg"]), generation=2)
    load(layout, warehouse)
    assert rows(warehouse, "SELECT operation FROM job_requests ORDER BY 1") == [
        ("label_detection",),
        ("media_analysis",),
    ]
    assert rows(warehouse, "SELECT source_ref_key FROM moderation_images") == [("b.jpg",)]


def test_a_result_that_does_not_reconcile_is_in_the_ledger_only_until_it_is_accepted(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]), reason="one label is missing")
    report = load(layout, warehouse)
    assert (report.loaded, report.held_back) == ((), (video("v1"),))
    assert rows(warehouse, "SELECT reason, held_back, loaded_at FROM loads") == [
        ("one label is missing", True, None)
    ]
    assert rows(warehouse, LABELS) == []
    accept(layout, video("v1"), "looked at it")
    assert load(layout, warehouse).loaded == (video("v1"),)
    assert rows(warehouse, LABELS) == [("v1", "TIMESTAMPS", 0, "Cat")]
    assert rows(warehouse, "SELECT accepted_reason, held_back FROM loads") == [
        ("looked at it", False)
    ]


def test_a_loaded_result_that_is_held_back_later_leaves_the_tables(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    commit_result(layout, video("v1"), video_rows(["Cat"]), generation=2, reason="cut")
    load(layout, warehouse)
    for table in ("labels", "label_parents", "label_detection_jobs", "job_requests"):
        assert rows(warehouse, f"SELECT count(*) FROM {table}") == [(0,)]
    assert rows(warehouse, LEDGER) == [("label_detection", "v1", "TIMESTAMPS", True)]


def test_a_failed_job_has_its_row_and_nothing_else(layout: Layout, warehouse: Warehouse) -> None:
    failed = {"label_detection_jobs": [{"job_status": "FAILED", "status_message": "no video"}]}
    commit_result(layout, video("v1"), failed)
    load(layout, warehouse)
    assert rows(warehouse, "SELECT job_status, status_message FROM label_detection_jobs") == [
        ("FAILED", "no video")
    ]


def test_the_order_of_commits_does_not_change_the_tables(
    layout: Layout, warehouse: Warehouse, tmp_path: Path
) -> None:
    other, file = Layout.at(str(tmp_path / "other")), tmp_path / "other.duckdb"
    for root, order, place in ((layout, "abc", warehouse), (other, "cab", file)):
        for job in order:
            commit_result(root, video(job), video_rows([f"Label of {job}"]))
            load(root, place)
    assert rows(warehouse, LABELS) == rows(file, LABELS)


def test_everything_builds_the_same_tables_anew_without_what_is_no_longer_committed(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    commit_result(layout, video("v2"), video_rows(["Dog"]))
    load(layout, warehouse)
    layout.commit(video("v2")).unlink()
    assert load(layout, warehouse, everything=True).loaded == (video("v1"),)
    assert rows(warehouse, LABELS) == [("v1", "TIMESTAMPS", 0, "Cat")]


def test_a_warehouse_of_an_older_schema_version_is_built_anew(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    change(
        warehouse,
        "UPDATE internal.load_lock SET schema_version = 0",
        "ALTER TABLE labels DROP COLUMN confidence",
    )
    assert load(layout, warehouse).loaded == (video("v1"),)
    assert rows(warehouse, "SELECT confidence FROM labels") == [(90.0,)]


def test_a_warehouse_of_version_1_has_its_lock_among_the_tables_of_readers(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    change(
        warehouse,
        "CREATE TABLE main.load_lock AS"
        " SELECT * REPLACE (1 AS schema_version) FROM internal.load_lock",
        "DROP TABLE internal.load_lock",
    )
    assert load(layout, warehouse).loaded == (video("v1"),)
    tables = "SELECT schema_name FROM duckdb_tables() WHERE table_name = 'load_lock'"
    assert rows(warehouse, tables) == [("internal",)]


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE internal.load_lock SET schema_version = 99", "DROP TABLE internal.load_lock"],
)
def test_what_is_not_ours_or_of_a_later_version_is_left_alone(
    layout: Layout, warehouse: Warehouse, statement: str, everything: bool
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    change(warehouse, statement)
    with pytest.raises(SchemaMismatch, match=re.escape(str(warehouse))):
        load(layout, warehouse, everything=everything)
    assert rows(warehouse, LABELS) == [("v1", "TIMESTAMPS", 0, "Cat")]


def test_a_commit_of_another_schema_version_is_refused_by_name(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit = commit_result(layout, video("v1"), video_rows(["Cat"]))
    of_other_version(commit, layout, 0)
    with pytest.raises(SchemaMismatch, match="v1 was flattened to schema version 0"):
        load(layout, warehouse)


def test_a_missing_parquet_file_is_named_and_nothing_is_loaded(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, images("m1"), image_rows(["a.jpg"]))
    commit = commit_result(layout, video("v1"), video_rows(["Cat"]))
    (gone,) = [file for file in commit.files if file.table == "labels"]
    (layout.root / gone.path).unlink()
    with pytest.raises(IncompleteResults, match="is gone") as raised:
        load(layout, warehouse)
    assert raised.value.file == gone.path
    assert rows(warehouse, LEDGER) == []
    assert rows(warehouse, "SELECT count(*) FROM moderation_images") == [(0,)]


def test_a_parquet_file_with_other_bytes_than_committed_is_named(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit = commit_result(layout, video("v1"), video_rows(["Cat"]))
    commit_result(layout, video("v1"), video_rows(["Dog"]))
    commit.write(layout)
    with pytest.raises(IncompleteResults, match=r"labels.*does not have the checksum"):
        load(layout, warehouse)


def test_a_check_that_finds_something_names_check_and_result_and_loads_nothing(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("good"), video_rows(["Cat"]))
    twice = video_rows(["Cat"])
    commit_result(layout, video("bad"), {**twice, "labels": [*twice["labels"], *twice["labels"]]})
    with pytest.raises(ReconciliationFailed) as raised:
        load(layout, warehouse)
    error = raised.value
    assert (error.check, error.job_id) == ("video_positions_are_unique", "bad")
    assert "bad TIMESTAMPS: labels has 2 rows instead of 1 at label_index 0" in str(error)
    assert rows(warehouse, LEDGER) == []


def test_what_duckdb_cannot_do_is_told_in_a_sentence_and_changes_nothing(
    layout: Layout, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    commit_result(layout, video("v1"), video_rows(["Dog"]), generation=2)
    monkeypatch.setattr(
        "rekognition_tables.warehouse.committed_files.parquet", lambda table, files: "no_such_table"
    )
    with pytest.raises(ResultsError, match=r"DuckDB could not load into .*no_such_table"):
        load(layout, warehouse)
    assert rows(warehouse, LABELS) == [("v1", "TIMESTAMPS", 0, "Cat")]


def test_many_results_are_read_with_one_statement_a_table_and_batch(
    layout: Layout, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rekognition_tables.warehouse.statements.RESULTS_AT_ONCE", 3)
    told: list[tuple[int, int]] = []
    for number in range(7):
        commit_result(layout, video(f"v{number}"), video_rows(["Cat"]))
    load(layout, warehouse, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 7), (6, 7), (7, 7)]
    assert rows(warehouse, "SELECT count(*), count(DISTINCT job_id) FROM labels") == [(7, 7)]


def test_every_table_is_there_with_its_columns_and_comments(
    layout: Layout, warehouse: Warehouse
) -> None:
    load(layout, warehouse)
    with read_only(warehouse) as con:
        for table in TABLES.values():
            query = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ?"
            found = dict(con.execute(query, [table.name]).fetchall())
            assert list(found) == table.schema.names
            assert all(found.values())
