"""The checks as Airflow shows them, and any SQL through a DuckDB connection of Airflow."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from rekognition_results.operators.checks import RekognitionCheckWarehouseOperator
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.checks import checks
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.load import load, publish


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty warehouse, published."""
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    load(Layout.at(str(tmp_path)), tmp_path / "w.duckdb")
    publish(tmp_path / "w.duckdb", tmp_path / "published" / "rekognition.duckdb")
    return tmp_path


def checked(results: Path) -> RekognitionCheckWarehouseOperator:
    publish(results / "w.duckdb", results / "published" / "rekognition.duckdb")
    return RekognitionCheckWarehouseOperator(task_id="check", aws_conn_id=None)


def test_each_check_is_one_that_airflow_knows_of(results: Path) -> None:
    operator = checked(results)
    operator.execute({})
    assert {one.name for one in operator.check_results} == checks().keys()
    assert all(one.success for one in operator.check_results)


def test_where_nothing_is_published_there_is_nothing_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    operator = RekognitionCheckWarehouseOperator(task_id="check", aws_conn_id=None)
    with pytest.raises(AirflowSkipException, match=r"rekognition\.duckdb is not there yet"):
        operator.execute({})


def test_what_somebody_wrote_past_the_loader_is_found_and_named(results: Path) -> None:
    with opened(results / "w.duckdb", 0) as con:
        con.execute(
            "INSERT INTO labels BY NAME SELECT 'v' AS job_id, 'TIMESTAMPS' AS aggregate_by,"
            " 7 AS label_index, 101.0 AS confidence FROM range(2)"
        )
    operator = checked(results)
    with pytest.raises(AirflowFailException) as failed:
        operator.execute({})
    assert str(failed.value).startswith("3 of 11 checks of the published tables failed. ")
    assert "label_detection v TIMESTAMPS labels has a percentage of 101.0" in str(failed.value)
    assert "labels has 2 rows instead of 1 at label_index 0 to 63" in str(failed.value)
    assert [one.name for one in operator.check_results if not one.success] == [
        "confidences_are_percentages",
        "row_counts_match_the_ledger",
        "video_positions_are_unique",
    ]
