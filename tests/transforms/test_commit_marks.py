"""A load reads the commits that were written since the last one, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import boto3
import pytest
from committed import commit_result, video, video_rows
from upath import UPath

from rekognition_emulator import Emulator
from rekognition_tables.flatten.commits import commit_marks
from rekognition_tables.results_root.files import marks, read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.load import Warehouse, load

LABELS = "SELECT job_id, aggregate_by, label_index, name FROM labels ORDER BY ALL"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


@pytest.fixture(params=["local", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UPath]:
    if request.param == "local":
        yield UPath(tmp_path)
        return
    access = {"aws_access_key_id": "test", "aws_secret_access_key": "testing"}
    with Emulator() as emulator:
        where = {"endpoint_url": emulator.url, "region_name": "us-east-1"}
        boto3.client("s3", **where, **access).create_bucket(Bucket="bucket")
        yield UPath(
            "s3://bucket/commits",
            endpoint_url=emulator.url,
            key=access["aws_access_key_id"],
            secret=access["aws_secret_access_key"],
        )


def rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with read_only(warehouse) as con:
        return con.execute(query).fetchall()


def test_a_mark_changes_when_its_file_is_written_and_then_alone(folder: UPath) -> None:
    for name in ("a.json", "b.json", "c.txt"):
        write_whole(folder / name, b"old")
    before = marks(folder, ".json")
    assert sorted(before) == ["a.json", "b.json"]
    assert marks(folder, ".json") == before
    write_whole(folder / "b.json", b"new")
    after = marks(folder, ".json")
    assert after["a.json"] == before["a.json"]
    assert after["b.json"] != before["b.json"]
    assert marks(folder / "nowhere") == {}


def test_no_commit_is_missing_while_one_is_being_written(layout: Layout) -> None:
    """Its hidden file comes and goes: a listing that gave up would build an empty warehouse."""
    for job in ("v1", "v2"):
        commit_result(layout, video(job), video_rows(["Cat"]))
    path = layout.commit(video("v1"))
    data, stopped = path.read_bytes(), Event()

    def written_again_and_again() -> None:
        while not stopped.is_set():
            write_whole(path, data)

    writers = [Thread(target=written_again_and_again) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        found = [len(commit_marks(layout)) for _ in range(2_000)]
    finally:
        stopped.set()
        for writer in writers:
            writer.join()
    assert set(found) == {2}


def test_a_load_reads_only_the_commits_that_were_written_since(
    layout: Layout, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(path: UPath) -> bytes | None:
        read.append(path.name)
        return read_if_there(path)

    monkeypatch.setattr("rekognition_tables.flatten.commits.read_if_there", counted)
    for job in ("v1", "v2", "v3"):
        commit_result(layout, video(job), video_rows(["Cat"]))
    load(layout, warehouse)
    assert len(read) == 3
    read.clear()
    commit_result(layout, video("v2"), video_rows(["Dog"]), generation=2)
    assert load(layout, warehouse).loaded == (video("v2"),)
    assert read == ["v2.json"]
    read.clear()
    load(layout, warehouse)
    assert read == []
    load(layout, warehouse, everything=True)
    assert len(read) == 3


def test_a_commit_written_again_word_for_word_loads_nothing(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    path = layout.commit(video("v1"))
    write_whole(path, path.read_bytes())
    assert load(layout, warehouse).loaded == ()
    assert rows(warehouse, LABELS) == [("v1", "TIMESTAMPS", 0, "Cat")]


def test_a_warehouse_of_a_program_that_kept_no_marks_loads_nothing_twice(
    layout: Layout, warehouse: Warehouse
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    with opened(warehouse, 0) as con:
        con.execute("DROP TABLE internal.commit_marks")
    assert load(layout, warehouse).loaded == ()
    lock = rows(warehouse, "FROM internal.load_lock")
    load(layout, warehouse)
    assert rows(warehouse, "FROM internal.load_lock") == lock
