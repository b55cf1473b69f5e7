"""Table files are there whole or not at all."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from landed import VIDEO
from upath import UPath

from rekognition_tables.flatten import parquet_writer
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.operations.tables import TABLES

TABLE = TABLES["label_parents"]


def parents(count: int, first: int = 0) -> dict[str, list[object]]:
    return {
        "label_index": list(range(first, first + count)),
        "parent_index": [0] * count,
        "name": ["A", None] * (count // 2) + ["A"] * (count % 2),
    }


def files_in(folder: Path) -> TableFiles:
    return TableFiles(VIDEO, [TABLE], UPath(folder), lambda table: f"{table}.parquet")


def test_rows_have_the_key_of_their_result(tmp_path: Path) -> None:
    with files_in(tmp_path) as files:
        files.add("label_parents", parents(2))
        (told,) = files.finish()
    assert (told.table, told.path, told.rows) == ("label_parents", "label_parents.parquet", 2)
    assert pq.read_table(tmp_path / told.path).to_pylist() == [
        {"job_id": "job-1", "aggregate_by": "TIMESTAMPS", "label_index": n, "parent_index": 0}
        | {"name": name}
        for n, name in enumerate(["A", None])
    ]


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_writer, "ROW_GROUP", 10)
    with files_in(tmp_path) as files:
        for first in range(0, 36, 4):
            files.add("label_parents", parents(4, first))
        files.finish()
    found = pq.ParquetFile(tmp_path / "label_parents.parquet")
    sizes = [found.metadata.row_group(n).num_rows for n in range(found.num_row_groups)]
    assert sizes == [12, 12, 12]


def test_what_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), files_in(tmp_path) as files:
        files.add("label_parents", {"label_index": [0]})
    assert list(tmp_path.iterdir()) == []


def test_the_old_file_stands_until_the_new_ones_are_whole(tmp_path: Path) -> None:
    place = tmp_path / "label_parents.parquet"
    place.write_bytes(b"old")
    with files_in(tmp_path) as files:
        files.add("label_parents", parents(1))
        assert place.read_bytes() == b"old"
        files.finish()
    assert pq.read_metadata(place).num_rows == 1


def test_what_a_killed_writer_left_is_removed_and_a_living_ones_is_not(tmp_path: Path) -> None:
    rooms = tmp_path / ".writing" / "label_detection.job-1"
    dead = rooms / f"{socket.gethostname()}.{2**22 + 1}"  # above Linux's highest process number
    living = rooms / f"{socket.gethostname()}.{os.getppid()}"
    elsewhere = rooms / "elsewhere.1"
    for room in (dead, living, elsewhere):
        room.mkdir(parents=True)
        (room / "label_parents.parquet").write_bytes(b"half")
    with files_in(tmp_path) as files:
        files.finish()
    assert sorted(rooms.iterdir()) == sorted([living, elsewhere])


def test_files_are_put_to_an_object_store_whole() -> None:
    root = UPath("memory://results")
    with TableFiles(VIDEO, [TABLE], root, lambda table: f"{table}.parquet") as files:
        files.add("label_parents", parents(3))
        (told,) = files.finish()
    with (root / told.path).open("rb") as file:
        assert pq.read_table(file).num_rows == 3
