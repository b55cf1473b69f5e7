"""What the next DuckDB wrote opens in the one that is locked, and the other way round.

`make test-duckdb2` runs this, and the tests of the warehouse as a file, under the next DuckDB.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import pytest
from committed import commit_result, image_rows, images, video, video_rows
from warehouse_state import state

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load, load_and_publish
from rekognition_tables.warehouse.sql_files import views

pytestmark = pytest.mark.duckdb2
ROOT = Path(__file__).resolve().parent.parent.parent
LOCKED = ROOT / ".venv" / "bin" / "python"
OLDEST = ROOT / ".tools" / "duckdb-oldest" / "bin" / "python"
ASK = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as con:
    labels = con.execute("SELECT job_id, name FROM labels ORDER BY ALL").fetchall()
    seen = con.execute("SELECT count(*) FROM label_screen_time").fetchall()
    print(json.dumps([duckdb.__version__, labels, seen]))
"""
ASK_ALL = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as con:
    views = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    for (name,) in views:
        con.execute(f'SELECT count(*) FROM (SELECT * FROM "{name}")')
    print(len(views))
"""
LOAD = """
import sys
from pathlib import Path
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load
load(Layout.at(sys.argv[1]), Path(sys.argv[2]))
"""


def locked(script: str, *arguments: object, python: Path = LOCKED) -> str:
    """What a script prints under the DuckDB that is locked, or another one."""
    command = [python, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.at(str(tmp_path / "results"))
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    commit_result(layout, images("m1"), image_rows(["a.jpg"]))
    return layout


def test_a_file_of_the_next_version_opens_in_the_locked_one(layout: Layout, tmp_path: Path) -> None:
    load_and_publish(layout, tmp_path / "w.duckdb", tmp_path / "p.duckdb")
    assert duckdb.__version__.startswith("2.")
    for file in ("w.duckdb", "p.duckdb"):
        version, labels, seen = json.loads(locked(ASK, tmp_path / file))
        assert version.startswith("1.5.")
        assert labels == [["v1", "Cat"], ["v1", "Dog"]]
        assert seen == [[2]]


def test_the_oldest_version_that_the_docs_name_answers_every_view(
    layout: Layout, tmp_path: Path
) -> None:
    locked(LOAD, layout.root, tmp_path / "locked.duckdb")
    load(layout, tmp_path / "next.duckdb")
    for file in ("locked.duckdb", "next.duckdb"):
        assert int(locked(ASK_ALL, tmp_path / file, python=OLDEST)) == len(views())


def test_both_load_into_one_file_in_turn(layout: Layout, tmp_path: Path) -> None:
    shared, alone = tmp_path / "shared.duckdb", tmp_path / "alone.duckdb"
    for number in range(4):
        names = ["Fish"] * (number + 1)
        commit_result(layout, video("v1"), video_rows(names), generation=number + 2)
        commit_result(layout, video(f"w{number}"), video_rows(names))
        if number % 2:
            load(layout, shared)
        else:
            locked(LOAD, layout.root, shared)
    load(layout, alone)
    assert state(shared) == state(alone)
