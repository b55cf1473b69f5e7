"""What the checks of a load see: what is being loaded, and results that were there already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from committed import commit_result, image_rows, images, video, video_rows

from rekognition_tables.errors import ReconciliationFailed
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.load import Warehouse, load

IN_A_RESULT = {"mode": "'bulk'", "landed_at": "now()", "schema_version": "1", "held_back": "false"}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def refused(layout: Layout, warehouse: Warehouse) -> ReconciliationFailed:
    with pytest.raises(ReconciliationFailed) as raised:
        load(layout, warehouse)
    with read_only(warehouse) as con:
        assert con.execute("SELECT count(*) FROM loads").fetchall() == [(0,)]
    return raised.value


@pytest.mark.parametrize(
    "table", ["label_detection_jobs", "media_analysis_jobs", "manifest_summaries", "job_requests"]
)
def test_a_result_beside_one_that_somebody_put_there_is_refused(
    layout: Layout, warehouse: Warehouse, table: str
) -> None:
    load(layout, warehouse)
    key = images("x") if "label_detection" not in TABLES[table].operations else video("x")
    names = {"job_id": "'x'", "operation": f"'{key.operation}'"}
    if key.aggregate_by:
        names["aggregate_by"] = f"'{key.aggregate_by}'"
    told = {
        name: value
        for name, value in (names | IN_A_RESULT).items()
        if name in TABLES[table].schema.names
    }
    with opened(warehouse, 0) as con:
        values = ", ".join(f"{value} AS {name}" for name, value in told.items())
        con.execute(f"INSERT INTO {table} BY NAME SELECT {values}")
    rows = video_rows(["Cat"]) if key == video("x") else image_rows(["a.jpg"])
    summary = {} if key == video("x") else {"manifest_summaries": [{"version": "1.0"}]}
    commit_result(layout, key, {**rows, **summary})
    commit_result(layout, video("good"), video_rows(["Cat"]))
    error = refused(layout, warehouse)
    assert (error.check, error.job_id) == ("results_are_unique", "x")
    assert f"{table} has 2 rows of it instead of one" in str(error)


def test_rows_that_are_another_result_s_by_their_commit_are_refused(
    layout: Layout, warehouse: Warehouse
) -> None:
    """The sum over both is right."""
    for name, labels, said in (("a", 1, 2), ("b", 2, 1)):
        commit = commit_result(layout, video(name), video_rows(["Cat"] * labels))
        files = [
            replace(file, rows=said) if file.table == "labels" else file for file in commit.files
        ]
        replace(commit, files=tuple(files)).write(layout)
    error = refused(layout, warehouse)
    assert error.check == "row_counts_match_the_ledger"
    assert "the ledger says" in str(error)


def test_children_of_a_label_that_is_not_there_are_refused(
    layout: Layout, warehouse: Warehouse
) -> None:
    alias = [{"label_index": 1, "alias_index": 0, "name": "Kitty"}]
    commit_result(layout, video("v"), {**video_rows(["Cat"]), "label_aliases": alias})
    error = refused(layout, warehouse)
    assert error.check == "rows_belong_to_a_parent"
    assert "label_aliases has a row at label_index 1, where there is no label" in str(error)


def test_what_is_loaded_in_several_batches_passes(
    layout: Layout, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rekognition_tables.warehouse.statements.RESULTS_AT_ONCE", 2)
    for name in "abc":
        commit_result(layout, video(name), video_rows(["Cat"]))
        commit_result(layout, video(name, "SEGMENTS"), video_rows(["Cat"]))
        commit_result(layout, images(name), image_rows(["a.jpg"]))
        commit_result(layout, images(f"held-{name}"), image_rows(["b.jpg"]), reason="cut")
    load(layout, warehouse)
    commit_result(layout, video("a"), video_rows(["Cat", "Dog"]), generation=2)
    assert load(layout, warehouse).loaded == (video("a"),)
