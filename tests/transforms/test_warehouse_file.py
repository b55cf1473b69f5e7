"""What a load does to a warehouse that is a DuckDB file."""

from __future__ import annotations

from pathlib import Path

import pytest
from committed import commit_result, image_rows, images, video, video_rows

from transforms.errors import SchemaMismatch
from transforms.layout import Layout
from transforms.warehouse.connection import read_only
from transforms.warehouse.load import load


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "w.duckdb"


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with read_only(database) as con:
        return con.execute(query).fetchall()


def test_everything_leaves_nothing_beside_the_file_but_its_lock(
    layout: Layout, warehouse: Path
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    load(layout, warehouse, everything=True)
    assert {path.name for path in warehouse.parent.iterdir()} == {"w.duckdb", "w.duckdb.lock"}


def test_a_file_that_is_no_database_is_a_schema_mismatch(layout: Layout, warehouse: Path) -> None:
    warehouse.parent.mkdir()
    warehouse.write_text("not a database, but long enough to be looked at as one" * 100)
    with pytest.raises(SchemaMismatch, match="does not open as a DuckDB database"):
        load(layout, warehouse)
    load(layout, warehouse, everything=True)
    assert rows(warehouse, "FROM loads") == []


def test_names_that_sql_or_a_glob_would_take_apart_are_only_names(tmp_path: Path) -> None:
    layout = Layout.at(str(tmp_path / "it's [a] *root?"))
    commit_result(layout, images("m1"), image_rows(["'); DROP TABLE loads; --"]))
    warehouse = tmp_path / 'o\'ne "two".duckdb'
    load(layout, warehouse)
    assert rows(warehouse, "SELECT source_ref_key FROM moderation_images") == [
        ("'); DROP TABLE loads; --",)
    ]
