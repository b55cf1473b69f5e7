"""What holds for every DAG."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rekognition_results.dag_defaults import POOLS
from rekognition_results.observability.callbacks import tell_failure

ROOT = Path(__file__).resolve().parent.parent.parent
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
FORBIDDEN = (
    "airflow.models.",
    "airflow.settings.",
    "airflow.utils.db.",
    "airflow.utils.session.",
    "sqlalchemy.",
    "rekognition_emulator.",
    "local.",
)
TASK_CODE = [*DAG_FILES, *sorted((ROOT / "plugins").rglob("*.py"))]


@pytest.fixture(scope="module")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(ROOT / "dags", load_op_links=False)


def test_every_file_is_one_dag_of_its_name(bag: Any) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == [path.stem for path in DAG_FILES]
    assert len(bag.dags) >= 6


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
            assert task.retries >= 2, task.task_id
            assert task.execution_timeout, task.task_id
            assert task.pool in {*POOLS, "default_pool"}


def test_every_task_names_its_failure(bag: Any) -> None:
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert list(task.on_failure_callback) == [tell_failure], task.task_id


def test_the_documentation_is_the_modules(bag: Any) -> None:
    for path in DAG_FILES:
        assert bag.dags[path.stem].doc_md == ast.get_docstring(ast.parse(path.read_text()), False)


def test_a_dag_without_its_uri_has_no_schedule(bag: Any) -> None:
    from airflow.sdk.definitions.timetables.simple import NullTimetable

    for dag_id in ("media_analysis", "label_detection", "collect_finished_jobs"):
        assert isinstance(bag.dags[dag_id].timetable, NullTimetable)


QUEUE = "https://sqs.us-east-1.amazonaws.com/1/completions"
COLLECTS: list[tuple[dict[str, str], str]] = [
    ({}, "NullTimetable"),
    ({"IMAGES_URI": "s3://media/images"}, "CronTriggerTimetable"),
    ({"COMPLETIONS_QUEUE_URL": QUEUE}, "AssetOrTimeSchedule"),
    ({"COMPLETIONS_QUEUE_URL": QUEUE, "SCHEDULE": "none"}, "AssetTriggeredTimetable"),
]


def test_parsing_touches_neither_network_nor_results(tmp_path: Path) -> None:
    """Each DAG's timetable, as parsed where network and results root are out of reach."""
    settings = [{"RESULTS_URI": str(tmp_path)} | given for given, _ in COLLECTS]
    given = [{f"REKOGNITION_{name}": value for name, value in one.items()} for one in settings]
    ran = subprocess.run(
        [sys.executable, Path(__file__).with_name("dag_parse_child.py"), *map(json.dumps, given)],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert [sorted(one) for one in found] == [[path.stem for path in DAG_FILES]] * len(COLLECTS)
    assert [one["collect_finished_jobs"] for one in found] == [kind for _, kind in COLLECTS]
    assert list(tmp_path.iterdir()) == []


def rows_of_the_readme() -> dict[str, list[str]]:
    lines = (ROOT / "dags" / "README.md").read_text().splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    return {cell[0].strip().strip("`"): [part.strip() for part in cell[1:]] for cell in cells}


def test_the_readme_has_each_dag_with_its_schedule_and_assets(bag: Any) -> None:
    from airflow.sdk import Asset

    rows = rows_of_the_readme()
    assert sorted(rows) == sorted(bag.dags)
    for dag_id, (schedule, _, output, red) in rows.items():
        dag = bag.dags[dag_id]
        crons = re.findall(r"`([\d*/]+(?: [\d*/]+){4})`", schedule)
        timetable = getattr(dag.timetable, "timetable", dag.timetable)
        expression = getattr(timetable, "expression", None)
        assert crons == [expression] * (expression is not None)
        assert ("`REKOGNITION_SCHEDULE`" in schedule) == ("again" in dag.params)
        assert (schedule == "by hand") == (not crons and "again" not in dag.params)
        outlets = {o.name for task in dag.tasks for o in task.outlets if isinstance(o, Asset)}
        assert all(f"`{name}`" in output for name in outlets) or output == "the same"
        assert red


@pytest.mark.parametrize("path", TASK_CODE, ids=lambda path: path.stem)
def test_no_task_reaches_the_metadata_database(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            assert not f"{name}.".startswith(FORBIDDEN), name


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


def test_a_dag_file_imports_nothing_heavy() -> None:
    """Five processes of each video import one; what a task needs is imported when it runs."""
    code = (
        "import sys, importlib, airflow.sdk\n"
        "from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator\n"
        "from airflow.providers.amazon.aws.sensors.base_aws import AwsBaseSensor\n"
        "heavy = {'pyarrow', 'numpy', 'pandas', 'duckdb', 'aiobotocore', 's3fs', 'moto'}\n"
        "assert not heavy & set(sys.modules), 'Airflow itself imports it'\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    assert not heavy & set(sys.modules), (name, heavy & set(sys.modules))\n"
    )
    names = [path.stem for path in DAG_FILES]
    assert len(names) > 5
    path = {"PYTHONPATH": str(ROOT / "dags")}
    subprocess.run([sys.executable, "-c", code, *names], check=True, env=os.environ | path)


def test_the_library_imports_neither_airflow_nor_boto3() -> None:
    code = (
        "import sys, pkgutil, rekognition_tables\n"
        "for found in pkgutil.walk_packages(rekognition_tables.__path__, 'rekognition_tables.'):\n"
        "    __import__(found.name)\n"
        "bad = {'airflow', 'boto3', 'botocore', 'rekognition_emulator'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
