"""What a load does to a warehouse that is a DuckDB file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from committed import commit_result, image_rows, images, of_other_version, video, video_rows

from rekognition_tables.errors import SchemaMismatch
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.load import load


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


NO_DATABASE = b"not a database, but long enough to be looked at as one" * 100


@pytest.mark.parametrize("cut", [False, True])
def test_a_damaged_file_is_named_and_everything_keeps_it_beside_the_new_one(
    layout: Layout, warehouse: Path, caplog: pytest.LogCaptureFixture, cut: bool
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    damaged = warehouse.read_bytes()[: 3 * 4096] if cut else NO_DATABASE
    warehouse.write_bytes(damaged)
    log = warehouse.with_name("w.duckdb.wal")
    log.write_bytes(b"its log")
    with pytest.raises(SchemaMismatch, match="does not open as a DuckDB database"):
        load(layout, warehouse)
    load(layout, warehouse, everything=True)
    assert rows(warehouse, "SELECT name FROM labels") == [("Cat",)]
    aside, log_aside = sorted(warehouse.parent.glob("w.duckdb.damaged-*"))
    assert (aside.read_bytes(), log_aside.read_bytes()) == (damaged, b"its log")
    assert log_aside.name == f"{aside.name}.wal"
    assert caplog.messages == [
        f"{warehouse} was damaged: it is kept as {aside.name} until you remove it."
    ]


def test_a_damaged_file_stays_where_it_is_when_nothing_can_take_its_place(
    layout: Layout, warehouse: Path
) -> None:
    of_other_version(commit_result(layout, video("v1"), video_rows(["Cat"])), layout, 0)
    warehouse.parent.mkdir()
    warehouse.write_bytes(NO_DATABASE)
    with pytest.raises(SchemaMismatch, match="v1 was flattened to schema version 0"):
        load(layout, warehouse, everything=True)
    assert warehouse.read_bytes() == NO_DATABASE


@pytest.mark.parametrize("everything", [False, True])
def test_a_file_that_does_not_open_and_is_not_damaged_is_left_alone(
    layout: Layout, warehouse: Path, everything: bool
) -> None:
    warehouse.parent.mkdir()
    with duckdb.connect() as con:
        con.execute("SET force_mbedtls_unsafe = 'true'")
        con.execute(f"ATTACH '{warehouse}' AS theirs (ENCRYPTION_KEY 'theirs')")
        con.execute("CREATE TABLE theirs.precious (a INTEGER)")
    before = warehouse.read_bytes()
    with pytest.raises(SchemaMismatch, match="without a key"):
        load(layout, warehouse, everything=everything)
    assert warehouse.read_bytes() == before


def test_names_that_sql_or_a_glob_would_take_apart_are_only_names(tmp_path: Path) -> None:
    layout = Layout.at(str(tmp_path / "it's [a] *root?"))
    commit_result(layout, images("m1"), image_rows(["'); DROP TABLE loads; --"]))
    warehouse = tmp_path / 'o\'ne "two".duckdb'
    load(layout, warehouse)
    assert rows(warehouse, "SELECT source_ref_key FROM moderation_images") == [
        ("'); DROP TABLE loads; --",)
    ]
