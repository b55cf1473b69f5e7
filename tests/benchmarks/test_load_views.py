"""What is measured of the views: each of them, and on rows."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from benchmarks.load_views import REBUILT, VIEWS, best, refuse_other_views
from benchmarks.load_views_input import filled
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.checks import checks
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.sql_files import SqlFile


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("views")
    filled(Layout.at(str(folder)), folder / "w.duckdb", 0.05)
    with read_only(folder / "w.duckdb") as con:
        yield con


def test_every_view_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_other_views()
    monkeypatch.delitem(VIEWS, "label_detection_response")
    with pytest.raises(RuntimeError, match="differ in label_detection_response"):
        refuse_other_views()


@pytest.mark.parametrize("view", VIEWS)
def test_every_question_is_answered_with_rows(
    smallest: duckdb.DuckDBPyConnection, view: str
) -> None:
    if condition := VIEWS[view]:
        best(smallest, view, f"WHERE {condition}", 1)
    if view not in REBUILT:
        best(smallest, view, "", 1)


def test_an_answer_without_rows_is_no_measurement(smallest: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(RuntimeError, match=r"label_timeline WHERE false has no rows"):
        best(smallest, "label_timeline", "WHERE false", 1)


@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.name)
def test_the_rows_pass_the_checks(smallest: duckdb.DuckDBPyConnection, check: SqlFile) -> None:
    assert smallest.execute(check.statement).fetchall() == []
