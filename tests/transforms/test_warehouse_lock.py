"""One loader at a time, by threads and by processes; the one that gives up names the other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from committed import commit_result, video, video_rows
from warehouse_state import state

from rekognition_tables.errors import WarehouseLocked
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.file.lock import warehouse_lock
from rekognition_tables.warehouse.load import load, load_and_publish

CHILD = Path(__file__).with_name("load_child.py")
HOLDER = """
import sys
from pathlib import Path
from rekognition_tables.warehouse.file.lock import warehouse_lock
with warehouse_lock(Path(sys.argv[1]), 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(warehouse: Path) -> Iterator[int]:
    """Another process holds the lock for this block; its pid."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
        holder.communicate()


def test_a_lock_held_by_another_process_is_named_with_its_pid(tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    with held_elsewhere(warehouse) as pid, pytest.raises(WarehouseLocked) as raised:
        load(Layout.at(str(tmp_path)), warehouse, lock_timeout=0)
    assert raised.value.pid == pid
    assert f"w.duckdb.lock has been held by process {pid}" in str(raised.value)


def test_a_lock_is_free_when_its_holder_has_died(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "w.duckdb"):
        pass
    with warehouse_lock(tmp_path / "w.duckdb", 0):
        pass


def test_two_threads_exclude_each_other(tmp_path: Path) -> None:
    with warehouse_lock(tmp_path / "w.duckdb", 0):
        with pytest.raises(WarehouseLocked) as raised, warehouse_lock(tmp_path / "w.duckdb", 0.02):
            pass
        assert raised.value.pid == os.getpid()


def test_a_waiter_gets_in_as_soon_as_the_holder_is_done(tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    with warehouse_lock(warehouse, 0):
        waiter = threading.Thread(target=load, args=(Layout.at(str(tmp_path)), warehouse))
        waiter.start()
        assert not warehouse.exists()
    waiter.join(60)
    assert warehouse.exists()


@pytest.mark.parametrize("everything", [False, True])
def test_another_program_that_has_the_file_open_is_waited_for_and_then_named(
    tmp_path: Path, everything: bool
) -> None:
    warehouse, layout = tmp_path / "w.duckdb", Layout.at(str(tmp_path))
    load(layout, warehouse)
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input();"
        "c.execute('CREATE TABLE theirs AS SELECT 42 AS answer'); c.close()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(WarehouseLocked) as raised:
            load(layout, warehouse, everything=everything, lock_timeout=0.1)
        assert raised.value.pid == other.pid
        assert "outside the loader" in str(raised.value)
        other.communicate(b"\n")
    with read_only(warehouse) as con:
        assert con.execute("FROM theirs").fetchall() == [(42,)]
    load(layout, warehouse, everything=everything, lock_timeout=0)


def test_nobody_gets_into_the_old_file_while_a_new_one_is_built(tmp_path: Path) -> None:
    warehouse, layout = tmp_path / "w.duckdb", Layout.at(str(tmp_path))
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, warehouse)
    told: list[str] = []

    def come_in(*_: int) -> None:
        script = "import duckdb, sys; duckdb.connect(sys.argv[1])"
        command = [sys.executable, "-c", script, str(warehouse)]
        told.append(subprocess.run(command, capture_output=True, text=True).stderr)

    load(layout, warehouse, everything=True, progress=come_in)
    assert ["Conflicting lock is held" in one for one in told] == [True]


def test_the_file_open_elsewhere_in_this_process_is_named_too(tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    load(Layout.at(str(tmp_path)), warehouse)
    with (
        duckdb.connect(str(warehouse)),
        pytest.raises(WarehouseLocked) as raised,
        opened(warehouse, 0),
    ):
        pass
    assert raised.value.pid == os.getpid()


def test_two_loaders_at_once_load_every_result_once(tmp_path: Path) -> None:
    layout = Layout.at(str(tmp_path / "results"))
    for number in range(20):
        commit_result(layout, video(f"v{number}"), video_rows(["Cat"] * 20))
    shared, alone = tmp_path / "shared.duckdb", tmp_path / "alone.duckdb"
    command = [
        sys.executable,
        str(CHILD),
        str(layout.root),
        str(shared),
        str(tmp_path / "p.duckdb"),
    ]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    told = [child.communicate(timeout=120)[0] for child in children]
    assert told == [b"begins\ndone\n"] * 2
    load(layout, alone)
    assert state(shared) == state(alone)
    assert state(tmp_path / "p.duckdb") == state(alone)


def test_threads_of_one_process_load_at_once_without_an_error(tmp_path: Path) -> None:
    layout = Layout.at(str(tmp_path / "results"))
    failed: list[BaseException] = []

    def commit_and_load(number: int) -> None:
        try:
            commit_result(layout, video(f"v{number}"), video_rows(["Cat"]))
            load_and_publish(layout, tmp_path / "w.duckdb", tmp_path / "p.duckdb")
        except BaseException as error:
            failed.append(error)

    loaders = [threading.Thread(target=commit_and_load, args=(n,)) for n in range(4)]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join(120)
    assert failed == []
    assert {row[0] for row in state(tmp_path / "p.duckdb")["labels"]} == {"v0", "v1", "v2", "v3"}
