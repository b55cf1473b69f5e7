"""A loader that is killed leaves what was there or what should be there, nothing in between."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from committed import commit_result, image_rows, images, video, video_rows
from warehouse_state import State, state

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.load import load_and_publish

CHILD = Path(__file__).with_name("load_child.py")
FOUND = "SELECT job_id, count(*) FROM labels GROUP BY job_id ORDER BY job_id"
WANTED = """
SELECT job_id, row_counts['labels'] FROM loads
WHERE NOT held_back AND row_counts['labels'] > 0 ORDER BY job_id
"""
Answer = list[tuple[object, ...]]  # how many labels each result has


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results root that is loaded and published, with new and changed results committed since."""
    root = tmp_path_factory.mktemp("before")
    layout = Layout.at(str(root))
    for number in range(6):
        commit_result(layout, video(f"v{number}"), video_rows(["Cat", "Dog"] * 50))
    commit_result(layout, images("m"), image_rows(["a.jpg", "b.jpg"]))
    load_and_publish(layout, root / "w.duckdb", root / "p.duckdb")
    commit_result(layout, video("v1"), video_rows(["Bird"] * 300), generation=2)
    commit_result(layout, video("v2"), video_rows(["Fish"]), generation=2, reason="cut")
    commit_result(layout, video("new"), video_rows(["Ant", "Bee"] * 500))
    commit_result(layout, images("m"), image_rows(["c.jpg"]), generation=2)
    return root


@dataclass(frozen=True)
class Undisturbed:
    """What stands before the load, what must stand after it, and how long it takes in seconds."""

    old: State
    new: State
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    root = tmp_path_factory.mktemp("after") / "root"
    shutil.copytree(before, root)
    old = state(root / "p.duckdb")
    seconds = run_child(root, everything=False, kill_after=None)
    return Undisturbed(old, state(root / "p.duckdb"), seconds)


def run_child(root: Path, everything: bool, kill_after: float | None) -> float:
    """Load in a child and kill it so many seconds after its first word. Seconds it ran."""
    places = [str(root), str(root / "w.duckdb"), str(root / "p.duckdb")]
    command = [sys.executable, str(CHILD), *places, *(["everything"] if everything else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"begins\n"
        began = time.monotonic()
        try:
            child.wait(kill_after)
        except subprocess.TimeoutExpired:
            child.kill()
        return time.monotonic() - began


@contextmanager
def a_reader(published: Path) -> Iterator[list[Answer]]:
    """Asks again and again for this block, each time on a connection of its own: all is whole.

    Its answers; the last one was asked for after the block.
    """
    stop, answers, failed = threading.Event(), [], []

    def ask() -> None:
        last = False
        while not last:
            last = stop.is_set()
            try:
                with read_only(published) as con:
                    answers.append(con.execute(FOUND).fetchall())
                    assert answers[-1] == con.execute(WANTED).fetchall()
            except BaseException as error:
                failed.append(error)
            stop.wait(0.05)  # the loader is to have most of the processor

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        yield answers
    finally:
        stop.set()
        reader.join()
    assert failed == []


def survives(before: Path, root: Path, undisturbed: Undisturbed, seed: int) -> None:
    shutil.copytree(before, root)
    moment = random.Random(seed).uniform(0, undisturbed.seconds)
    new = undisturbed.new
    with a_reader(root / "p.duckdb") as answers:
        run_child(root, everything=seed % 3 == 2, kill_after=moment)
        assert state(root / "p.duckdb") in (undisturbed.old, new)
        load_and_publish(Layout.at(str(root)), root / "w.duckdb", root / "p.duckdb")
    assert answers[-1] == sorted(Counter(row[0] for row in new["labels"]).items())
    assert state(root / "w.duckdb") == new
    assert state(root / "p.duckdb") == new
    beside = {path.name for path in root.iterdir() if path.name.startswith(("w.", "p.", "."))}
    assert beside == {"w.duckdb", "w.duckdb.lock", "p.duckdb"}


@pytest.mark.parametrize(
    "seed", [0, 5, *(pytest.param(seed, marks=pytest.mark.lake) for seed in range(1, 5))]
)
def test_after_a_kill_readers_see_whole_results_and_the_next_load_ends_the_work(
    before: Path, undisturbed: Undisturbed, tmp_path: Path, seed: int
) -> None:
    survives(before, tmp_path / "root", undisturbed, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6, 210))
def test_many_more_kills(before: Path, undisturbed: Undisturbed, tmp_path: Path, seed: int) -> None:
    survives(before, tmp_path / "root", undisturbed, seed)
