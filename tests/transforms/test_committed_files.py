"""Parquet files are read from where they are: this disk, or an object store; never unchecked."""

from __future__ import annotations

import uuid
from pathlib import Path

import duckdb
import pytest
from committed import commit_result, image_rows, images, video, video_rows
from warehouse_state import state

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.flatten.commits import Commit, read_commit
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.committed_files import sources
from rekognition_tables.warehouse.ddl import identifier
from rekognition_tables.warehouse.load import load


def test_a_remote_results_root_loads_the_same_rows_as_a_local_one(tmp_path: Path) -> None:
    for name, layout in (
        ("local", Layout.at(str(tmp_path / "results"))),
        ("remote", Layout.at(f"memory://{uuid.uuid4().hex}")),
    ):
        commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
        commit_result(layout, images("m1"), image_rows(["a.jpg"]))
        load(layout, tmp_path / f"{name}.duckdb")
    assert state(tmp_path / "remote.duckdb") == state(tmp_path / "local.duckdb")
    assert not list(tmp_path.glob(".*fetched-*"))


def test_what_a_killed_load_had_fetched_is_cleared_away(tmp_path: Path) -> None:
    left, of_another = tmp_path / ".w.duckdb.fetched-x", tmp_path / ".v.duckdb.fetched-x"
    for folder in (left, of_another):
        folder.mkdir()
        (folder / "file").write_bytes(b"half")
    load(Layout.at(str(tmp_path / "results")), tmp_path / "w.duckdb")
    assert not left.exists()
    assert of_another.exists()


def test_many_small_files_give_the_same_rows_as_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout.at(str(tmp_path / "results"))
    for number in range(5):
        commit_result(layout, video(f"v{number}"), video_rows(["Cat"] * number))
        commit_result(layout, images(f"m{number}"), image_rows(["a.jpg"]))
    load(layout, tmp_path / "few.duckdb")
    monkeypatch.setattr("rekognition_tables.warehouse.committed_files.FILES_AT_ONCE", 2)
    load(layout, tmp_path / "many.duckdb")
    assert state(tmp_path / "many.duckdb") == state(tmp_path / "few.duckdb")


def test_no_file_is_read_with_the_column_that_its_folder_names(tmp_path: Path) -> None:
    """DuckDB 1.5.5 ends max() of such a column over one file with an internal error."""
    layout = Layout.at(str(tmp_path / "results"))
    commit = commit_result(layout, video("v1"), video_rows(["Cat"]))
    for file in commit.files:
        place = tmp_path / file.table / "landed_on=2026-05-01" / "v1.parquet"
        place.parent.mkdir(parents=True)
        Path(str(layout.root / file.path)).rename(place)
        with duckdb.connect() as con, sources(con, {file.table: [place]}) as found:
            columns = [row[0] for row in con.execute(f"FROM {found[file.table]}").description]
            for column in columns:
                con.execute(f"SELECT max({identifier(column)}) FROM {found[file.table]}")
            assert columns == TABLES[file.table].schema.names


def test_a_remote_file_that_is_gone_is_named(tmp_path: Path) -> None:
    layout = Layout.at(f"memory://{uuid.uuid4().hex}")
    commit = commit_result(layout, video("v1"), video_rows(["Cat"]))
    (layout.root / commit.files[0].path).unlink()
    with pytest.raises(IncompleteResults, match="is gone"):
        load(layout, tmp_path / "w.duckdb")


def test_a_result_flattened_again_under_a_load_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit that was read names files that its successor has already taken away."""
    layout = Layout.at(str(tmp_path / "results"))
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    again = [video_rows(["Dog"])]

    def flattened_once_it_is_read(layout: Layout, key: ResultKey) -> Commit | None:
        found = read_commit(layout, key)
        if again:
            commit_result(layout, key, again.pop(), generation=2)
        return found

    monkeypatch.setattr("rekognition_tables.flatten.commits.read_commit", flattened_once_it_is_read)
    load(layout, tmp_path / "w.duckdb")
    assert [row[4] for row in state(tmp_path / "w.duckdb")["labels"]] == ["Dog"]


def test_a_file_that_holds_other_rows_than_its_commit_says_is_refused(tmp_path: Path) -> None:
    layout = Layout.at(str(tmp_path / "results"))
    commit = commit_result(layout, video("v1"), video_rows(["Cat"]))
    text = layout.commit(commit.key).read_text()
    layout.commit(commit.key).write_text(text.replace('"rows": 1', '"rows": 2'))
    with pytest.raises(IncompleteResults, match=r"name 2 rows of \w+, their files hold 1"):
        load(layout, tmp_path / "w.duckdb")
