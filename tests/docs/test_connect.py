"""Every example of docs/connect runs, word for word, against a published file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.ddl import identifier
from rekognition_tables.warehouse.load import load, publish
from rekognition_tables.warehouse.precomputed import compute

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted((DOCS / "connect").glob("*.md"))
DBT = DOCS / "examples" / "dbt"
BESIDE_PYTHON = str(Path(sys.executable).parent)
PUBLISHED = "var/published/rekognition.duckdb"


def blocks(page: str, kind: str) -> list[str]:
    text = (DOCS / "connect" / f"{page}.md").read_text()
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `var/published/rekognition.duckdb` has one video in it."""
    root = tmp_path_factory.mktemp("connect")
    warehouse = root / "var" / "warehouse" / "rekognition.duckdb"
    load(Layout.at(str(root / "var")), warehouse)
    put_video(warehouse, "v")
    publish(warehouse, root / PUBLISHED)
    return root


def put_video(warehouse: Path, job_id: str) -> None:
    key = {"job_id": job_id, "aggregate_by": "TIMESTAMPS"}
    ledger = {"operation": "label_detection", "schema_version": 1, "row_counts": []}
    ledger |= {"reconciled": True, "held_back": False, "landed_at": datetime.now(UTC)}
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
        compute(con)


def run(command: list[str], folder: Path) -> str:
    environment = {
        "PATH": f"{BESIDE_PYTHON}:/usr/bin:/bin",
        "HOME": str(folder),
        "REKOGNITION_RESULTS_URI": str(folder / "var"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


PYTHON = [
    (page, n)
    for page in ("python", "pandas", "polars", "sqlalchemy")
    for n in range(len(blocks(page, "python")))
]


@pytest.mark.parametrize("page, n", PYTHON)
def test_a_python_example_runs_and_finds_something(folder: Path, page: str, n: int) -> None:
    command = [sys.executable, "-W", "error", "-c", blocks(page, "python")[n]]
    assert "Cat" in (out := run(command, folder)) or "'v'" in out


@pytest.mark.parametrize(
    "line", [line for text in blocks("command-line", "sh") for line in text.splitlines()]
)
def test_a_shell_example_runs(folder: Path, line: str) -> None:
    run(["sh", "-c", line], folder)


def test_a_new_sqlalchemy_connection_sees_the_newest_file_while_another_one_is_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(blocks("sqlalchemy", "python")[0], names)
    engine, text = names["engine"], names["text"]
    query = text("SELECT count(DISTINCT job_id) FROM labels")
    with engine.connect() as first:
        assert first.execute(query).scalar_one() == 1
        warehouse = folder / "var" / "warehouse" / "rekognition.duckdb"
        put_video(warehouse, "w")
        publish(warehouse, folder / PUBLISHED)
        assert first.execute(query).scalar_one() == 1
        with engine.connect() as second:
            assert second.execute(query).scalar_one() == 2


def test_airflow_asks_through_its_connection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((name, value),) = re.findall(r"^export (\w+)='(.*)'$", blocks("airflow", "sh")[0].strip())
    monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(blocks("airflow", "python")[0], names)
    (task,) = names["dag"].tasks
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = task.execute({})
    assert {row[0] for row in answer} == {"Cat"}


@pytest.mark.slow
def test_the_dbt_project_builds_its_model_on_the_published_file(
    folder: Path, tmp_path: Path
) -> None:
    dbt = DBT / ".venv" / "bin" / "dbt"
    if not dbt.exists():
        pytest.skip("dbt has an environment of its own: `make test` installs it")
    models = tmp_path / "analysis.duckdb"
    places = {"REKOGNITION_PUBLISHED": str(folder / PUBLISHED), "DBT_DUCKDB_FILE": str(models)}
    done = subprocess.run(
        [str(dbt), "build", "--target-path", str(tmp_path), "--log-path", str(tmp_path)],
        cwd=DBT,
        env=os.environ | places,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "PASS=5" in done.stdout
    ask = ["duckdb", "-readonly", "-csv", str(models), "SELECT name FROM longest_labels"]
    assert run(ask, folder) == "name\nCat\n"


def test_every_page_is_linked_and_every_way_that_is_promised_is_there() -> None:
    linked = re.findall(
        r"\| \[[\w-]+\]\(connect/([\w-]+)\.md\) \|", (DOCS / "connect.md").read_text()
    )
    assert sorted(linked) == [page.stem for page in PAGES]
    assert len(PYTHON) == 6
    assert "Untested" in (DOCS / "connect" / "jdbc-odbc.md").read_text()
