"""Every example of docs/connect.md runs, word for word, against a published file."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest

from transforms.ddl import identifier
from transforms.layout import Layout
from transforms.tables import TABLES
from transforms.warehouse import load, publish
from transforms.warehouse_connection import opened

PAGE = Path(__file__).resolve().parents[2] / "docs" / "connect.md"
BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
BESIDE_PYTHON = str(Path(sys.executable).parent)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `var/published/rekognition.duckdb` has one video in it."""
    root = tmp_path_factory.mktemp("connect")
    warehouse = root / "var" / "warehouse" / "rekognition.duckdb"
    load(Layout.at(str(root / "var")), warehouse)
    key = {"job_id": "v", "aggregate_by": "TIMESTAMPS"}
    ledger = {"operation": "label_detection", "schema_version": 1, "row_counts": []}
    ledger |= {"reconciled": True, "held_back": False}
    moments = [{"label_index": n, "timestamp": 500 * n, "name": "Cat"} for n in (0, 1)]
    made = {
        "label_detection_jobs": [key | {"job_status": "SUCCEEDED"}],
        "loads": [key | ledger],
        "labels": [key | moment for moment in moments],
    }
    with opened(warehouse, 0) as con:
        for table, rows in made.items():
            con.register("made", pa.Table.from_pylist(rows, TABLES[table].schema))
            con.execute(f"INSERT INTO {identifier(table)} SELECT * FROM made")
            con.unregister("made")
    publish(warehouse, root / "var" / "published" / "rekognition.duckdb")
    return root


def run(command: list[str], folder: Path) -> str:
    environment = {
        "PATH": f"{BESIDE_PYTHON}:/usr/bin:/bin",
        "HOME": str(folder),
        "REKOGNITION_RESULTS_URI": str(folder / "var"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


PYTHON = [text for kind, text in BLOCKS if kind == "python"]
SHELL = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


@pytest.mark.parametrize("block", PYTHON)
def test_a_python_example_runs_and_finds_something(folder: Path, block: str) -> None:
    if ".pl()" in block and find_spec("polars") is None:
        pytest.skip("polars is not installed")
    assert "Cat" in (out := run([sys.executable, "-c", block], folder)) or "'v'" in out


@pytest.mark.parametrize("line", SHELL)
def test_a_shell_example_runs(folder: Path, line: str) -> None:
    if line.startswith("duckdb ") and not shutil.which("duckdb"):
        pytest.skip("DuckDB's command line client is not installed")
    run(["sh", "-c", line], folder)


def test_every_way_that_the_page_promises_is_there() -> None:
    titles = re.findall(r"^## (.*)", PAGE.read_text(), re.MULTILINE)
    assert titles == ["Python", "Command line", "pandas", "Polars", "Without the warehouse"]
    assert (len(PYTHON), len(SHELL)) == (4, 3)
