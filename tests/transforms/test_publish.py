"""The published copy: swapped in whole, read while a load runs, never in the loader's way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from committed import commit_result, image_rows, images, video, video_rows

from rekognition_tables.errors import IncompleteResults, ResultsError, SchemaMismatch
from rekognition_tables.operations.tables import SETTINGS_TABLES, TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.load import load, load_and_publish, publish


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.at(str(tmp_path / "results"))
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    commit_result(layout, images("m1"), image_rows(["a.jpg"]))
    return layout


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / "w.duckdb"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "w.duckdb"


def labels(database: Path) -> int:
    with read_only(database) as con:
        return int(con.execute("SELECT count(*) FROM labels").fetchall()[0][0])


CLIENT = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as con:
    query = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"
    names = [name for name, in con.execute(query).fetchall()]
    print(json.dumps({name: len(con.execute(f"FROM {name}").fetchall()) for name in names}))
"""


def a_plain_client(database: Path) -> dict[str, int]:
    """Every table's row count, as another process sees it that knows nothing of this project."""
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, str(database)], capture_output=True, text=True, check=True
    )
    found: dict[str, int] = json.loads(done.stdout)
    return found


@contextmanager
def a_load_that_runs(layout: Layout, warehouse: Path, published: Path) -> Iterator[None]:
    """A load in this block, in the middle of its transaction."""
    inside, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def progress(done: int, total: int) -> None:
        inside.set()
        assert go_on.wait(60)

    def run() -> None:
        try:
            load_and_publish(layout, warehouse, published, progress=progress)
        except BaseException as error:
            failed.append(error)
            inside.set()

    loader = threading.Thread(target=run)
    loader.start()
    try:
        assert inside.wait(60)
        yield
    finally:
        go_on.set()
        loader.join()
    assert not failed


def test_a_plain_client_reads_each_table_while_a_load_runs(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    commit_result(layout, video("v2"), video_rows(["Bird"]))
    with a_load_that_runs(layout, warehouse, published):
        seen = a_plain_client(published)
    assert seen.keys() == {*TABLES, *SETTINGS_TABLES}
    assert (seen["labels"], seen["moderation_labels"], seen["loads"]) == (2, 1, 2)
    assert a_plain_client(published)["labels"] == 3


def test_an_open_reader_keeps_its_snapshot_and_a_new_one_sees_the_load(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    with read_only(published) as con:
        query = "SELECT count(*) FROM labels"
        assert con.execute(query).fetchall() == [(2,)]
        commit_result(layout, video("v2"), video_rows(["Bird"]))
        load_and_publish(layout, warehouse, published)
        assert con.execute(query).fetchall() == [(2,)]
        assert labels(published) == 3


def test_what_is_loaded_is_published_even_when_the_last_publish_did_not_come_to_pass(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load(layout, warehouse)
    report = load_and_publish(layout, warehouse, published)
    assert (report.loaded, report.published) == ((), published)
    assert labels(published) == 2


def test_a_load_that_finds_nothing_leaves_the_published_file_as_it_is(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    before = published.stat().st_ino
    load_and_publish(layout, warehouse, published)
    assert published.stat().st_ino == before


def test_a_failed_load_publishes_nothing(layout: Layout, warehouse: Path, published: Path) -> None:
    commit = commit_result(layout, video("v2"), video_rows(["Bird"]))
    (layout.root / commit.files[0].path).unlink()
    with pytest.raises(IncompleteResults):
        load_and_publish(layout, warehouse, published)
    assert not published.exists()


def test_publishing_leaves_one_file_that_nobody_writes_to_by_mistake(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load(layout, warehouse)
    published.parent.mkdir()
    published.with_name("w.duckdb.new").write_text("left by a publish that was killed")
    assert publish(warehouse, published) == published
    assert [path.name for path in published.parent.iterdir()] == ["w.duckdb"]
    assert published.stat().st_mode & 0o777 == 0o444


def test_publishing_without_room_says_how_much_is_needed(
    layout: Layout, warehouse: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(layout, warehouse)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(100, 90, 10))
    with pytest.raises(ResultsError, match="where 10 are free"):
        publish(warehouse, published)
    assert list(published.parent.iterdir()) == []


def test_publishing_before_any_load_says_so(warehouse: Path, published: Path) -> None:
    with pytest.raises(FileNotFoundError, match="load` first"):
        publish(warehouse, published)


def test_a_file_of_somebody_else_is_not_published(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    before = published.read_bytes()
    warehouse.unlink()
    with duckdb.connect(str(warehouse)) as con:
        con.execute("CREATE TABLE precious AS SELECT 1 AS value")
    with pytest.raises(SchemaMismatch, match=re.escape(str(warehouse))):
        publish(warehouse, published)
    assert published.read_bytes() == before


def test_a_published_file_that_is_damaged_is_put_anew(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    published.unlink()
    published.write_bytes(b"damaged" * 5000)
    with pytest.raises(ResultsError, match="could not read"):
        labels(published)
    load_and_publish(layout, warehouse, published)
    assert labels(published) == 2


WRITER = """
import duckdb, os, sys
os.chmod(sys.argv[1], 0o644)
con = duckdb.connect(sys.argv[1])
con.execute("CREATE TABLE mine AS SELECT 1 AS a")
os._exit(0)
"""


def test_what_a_reader_wrote_all_the_same_does_not_get_into_the_next_copy(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    subprocess.run([sys.executable, "-c", WRITER, str(published)], check=True)
    assert published.with_name("w.duckdb.wal").exists()
    publish(warehouse, published)
    assert a_plain_client(published).keys() == {*TABLES, *SETTINGS_TABLES}


def test_the_views_of_the_published_file_work_under_any_name(
    layout: Layout, warehouse: Path, published: Path
) -> None:
    load_and_publish(layout, warehouse, published)
    with read_only(published) as con:
        con.execute("USE memory")
        con.execute(f"ATTACH '{published}' AS any_name (READ_ONLY)")
        query = "SELECT name FROM any_name.label_screen_time ORDER BY name"
        assert con.execute(query).fetchall() == [("Cat",), ("Dog",)]
