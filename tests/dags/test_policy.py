"""What holds for every DAG."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rekognition_results.dag_defaults import POOLS

ROOT = Path(__file__).resolve().parent.parent.parent
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
TASK_CODE = [*DAG_FILES, *sorted((ROOT / "plugins").rglob("*.py"))]


@pytest.fixture(scope="module")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(ROOT / "dags", load_op_links=False)


def test_every_file_is_one_dag_of_its_name(bag: Any) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == [path.stem for path in DAG_FILES]
    assert {"media_analysis", "label_detection", "load_warehouse"} <= set(bag.dags)


def test_every_dag_says_what_it_is_and_whose(bag: Any) -> None:
    for dag in bag.dags.values():
        assert "rekognition" in dag.tags
        assert "**A red task**" in dag.doc_md
        assert dag.catchup is False
        assert dag.max_active_runs == 1


def test_every_task_has_retries_a_timeout_and_a_pool_that_we_make(bag: Any) -> None:
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert task.owner == "rekognition-results"
            assert task.retries >= 2 or task.task_id == "red_jobs", task.task_id
            assert task.execution_timeout, task.task_id
            assert task.pool in {*POOLS, "default_pool"}


def test_a_dag_without_its_uri_has_no_schedule(bag: Any) -> None:
    from airflow.sdk.definitions.timetables.simple import NullTimetable

    for dag_id in ("media_analysis", "label_detection"):
        assert isinstance(bag.dags[dag_id].timetable, NullTimetable)


@pytest.mark.parametrize("path", TASK_CODE, ids=lambda path: path.stem)
def test_no_task_reaches_the_metadata_database(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert not name.startswith(("airflow.models", "airflow.settings", "emulator", "local"))


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)
def test_a_dag_file_is_wiring_only(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 120


def test_triggers_import_without_the_dags_folder() -> None:
    code = (
        "import sys; sys.path[:] = [p for p in sys.path if not p.endswith('dags')]\n"
        "import rekognition_results.triggers.media_analysis\n"
        "import rekognition_results.triggers.label_detection\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_library_imports_neither_airflow_nor_boto3() -> None:
    code = (
        "import sys, pkgutil, transforms\n"
        "for found in pkgutil.walk_packages(transforms.__path__, 'transforms.'):\n"
        "    __import__(found.name)\n"
        "bad = {'airflow', 'boto3', 'botocore', 'emulator'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
