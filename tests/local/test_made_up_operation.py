"""What an operation costs: a file in each place and a line in each registry, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from airflow_process import ROOT
from demo_runs import demo_environment

from rekognition_tables.operations.names import OPERATIONS

PARTS = (
    "transforms",
    "plugins",
    "emulator",
    "dags",
    "sql",
    "local",
    "benchmarks",
    "pyproject.toml",
)
MADE_UP = Path(__file__).with_name("made_up")
TABLES, EMULATED = (
    "transforms/rekognition_tables/operations",
    "emulator/rekognition_emulator/videos",
)
FILES = {
    "operations/text_detection.py": f"{TABLES}/text_detection.py",
    "dags/text_detection.py": "dags/text_detection.py",
    "sql": "sql/text_detection",
    "emulator/text_detection.py": f"{EMULATED}/operations/text_detection.py",
}
LINES = (
    (f"{TABLES}/names.py", '"content_moderation"]', '"content_moderation", "text_detection"]'),
    (
        f"{EMULATED}/registry.py",
        "import content_moderation,",
        "import text_detection, content_moderation,",
    ),
    (
        f"{EMULATED}/registry.py",
        "    content_moderation.OPERATION,\n",
        "    content_moderation.OPERATION,\n    text_detection.OPERATION,\n",
    ),
)

DEMO = """
import sys
from local import demo
demo.DAGS = ("text_detection", "load_warehouse")
sys.exit(demo.main())
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what runs, to which the operation's name is added."""
    copy = tmp_path / "checkout"
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / part)
    for path, before, after in LINES:
        text = (copy / path).read_text()
        assert before in text, path
        (copy / path).write_text(text.replace(before, after, 1))
    return copy


def run(checkout: Path, results: Path, *program: str) -> subprocess.CompletedProcess[str]:
    rooms = (checkout / room for room in ("transforms", "plugins", "emulator"))
    path = os.pathsep.join(map(str, (checkout, *rooms)))
    environ = demo_environment(results) | {"PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, *program], cwd=checkout, env=environ, capture_output=True, text=True
    )


def test_a_name_without_its_file_says_what_is_missing(checkout: Path, tmp_path: Path) -> None:
    ran = run(checkout, tmp_path, "-c", "import rekognition_tables.operations.spec")
    assert ran.returncode == 1
    assert (
        "rekognition_tables/operations/names.py names 'text_detection', and there is no "
        "rekognition_tables/operations/text_detection.py: write its OPERATION there, or take out "
        "the name."
    ) in ran.stderr


@pytest.mark.stack
@pytest.mark.timeout(600)
def test_one_file_in_each_place_is_a_whole_operation(checkout: Path, tmp_path: Path) -> None:
    for source, place in FILES.items():
        if (MADE_UP / source).is_dir():
            shutil.copytree(MADE_UP / source, checkout / place)
        else:
            shutil.copy(MADE_UP / source, checkout / place)
    results = tmp_path / "results"
    ran = run(checkout, results, "-c", DEMO)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with duckdb.connect(results / "published" / "rekognition.duckdb", read_only=True) as con:
        found = con.execute("FROM words_on_screen ORDER BY word").fetchall()
        jobs = con.execute(
            "SELECT COUNT(*) > 0, BOOL_AND(reconciled) FROM job_status"
            " WHERE operation = 'text_detection'"
        )
        assert jobs.fetchone() == (True, True)
    assert [word for word, _ in found] == ["Ausgang", "exit", "sortie"]
    assert len({corners for _, corners in found}) == 1
    assert found[0][1] > 0


PLACES = (
    "transforms/rekognition_tables/operations/{}.py",
    "dags/{}.py",
    "sql/{}",
)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("place", PLACES)
def test_every_operation_has_its_places(operation: str, place: str) -> None:
    path = place.format(operation)
    assert (ROOT / path).exists(), f"operation {operation} has no {path}: CONTRIBUTING.md says how"
