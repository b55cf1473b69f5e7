"""Each command and query of docs/runbook.md runs, in the state that its section is about."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import duckdb
import pytest
from runbook_states import JOB, STATES, World

from local.environment import airflow_environment
from transforms import errors
from transforms.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "runbook.md").read_text()
SECTIONS = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]
}
COMMANDS = {
    title: [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
    ]
    for title, text in SECTIONS.items()
}
# What a section's commands leave in the published file: (results, shown labels, held back)
LEAVES = {
    "RekognitionStalePublication": (2, 2, 0),
    "RekognitionQuarantine": (2, 30, 0),
    "JobFailed": (2, 1, 0),
    "QuarantineLimit": (2, 2, 0),
    "SchemaMismatch": (2, 2, 0),
    "ReconciliationFailed": (2, 1, 0),
    "A loader died": (2, 2, 0),
    "The disk is full": (2, 2, 0),
    "The publication is lost": (1, 1, 0),
    "Rebuild the warehouse": (2, 2, 0),
    "Flatten again": (2, 2, 0),
    "The warehouse and the tables are lost": (2, 2, 0),
}
# What its commands must have told
TELLS = {
    "RekognitionResultsExpiring": "job",
    "RekognitionResultUnlanded": "00001",
    "RekognitionJobWaitingTooLong": "label_detection,job,started_here",
    "RekognitionQuarantine": "soon",
    "JobFailed": "no video",
    "IncompleteResults": "checksum",
    "QuarantineLimit": "records",
    "SchemaMismatch": "schema version 0",
    "ReconciliationFailed": "media_analysis",
    "WarehouseLocked": "held by process",
    "The disk is full": "raw",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "var"
    World.at(root).begin()
    return root


@pytest.fixture
def world(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    root = tmp_path / "var"
    shutil.copytree(template, root)
    given = {"ROOT": str(root), "JOB": JOB, "DAG": "label_detection", "RUN": "manual__1"}
    given |= {"REKOGNITION_RESULTS_URI": str(root), "REKOGNITION_LOCK_TIMEOUT": "0"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return World.at(root)


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """One line as a shell would; our command in this process, since it starts faster."""
    words = shlex.split(os.path.expandvars(line))
    with monkeypatch.context() as environment:
        while "=" in words[0]:
            environment.setenv(*words.pop(0).split("=", 1))
        if words[0] == "rekognition-results":
            return main(words[1:])
        return subprocess.run(["sh", "-c", line]).returncode


def status_wanted(line: str) -> tuple[str, int]:
    command, _, comment = line.partition("  # exit status ")
    return command, int(comment or 0)


@pytest.mark.parametrize("title", STATES)
def test_a_section_does_what_it_says(
    title: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    state = STATES[title](world)
    holding: AbstractContextManager[None] = state or nullcontext()
    with holding:
        for line in COMMANDS[title]:
            command, wanted = status_wanted(line)
            if not command.startswith("airflow "):
                assert run(command, monkeypatch) == wanted, (command, capfd.readouterr())
    told = "".join(capfd.readouterr())
    assert TELLS.get(title, "") in told, told
    if title in LEAVES:
        with duckdb.connect(str(world.published), read_only=True) as con:
            left = con.execute(
                "SELECT (SELECT count(*) FROM loads), (SELECT count(*) FROM labels), "
                "(SELECT count(*) FROM loads WHERE held_back)"
            ).fetchall()
        assert left == [LEAVES[title]]


def test_every_section_with_commands_has_its_state() -> None:
    assert {title for title, commands in COMMANDS.items() if commands} == set(STATES)


def test_every_error_and_accident_has_a_section_that_says_what_to_do() -> None:
    tree = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.ResultsError)
    }
    for name in tree - {"ResultsError"}:
        assert "**Means**" in SECTIONS[name]
        assert "**Do**" in SECTIONS[name] or "**Look**" in SECTIONS[name]


AIRFLOWS = [line for some in COMMANDS.values() for line in some if line.startswith("airflow ")]


def test_airflow_understands_its_commands() -> None:
    from airflow.cli.cli_parser import get_parser

    assert len(AIRFLOWS) > 8
    for line in AIRFLOWS:
        words = shlex.split(line)[1:]
        assert callable(get_parser().parse_args(words).func), line


A_RED_RUN = """
import sys
from pathlib import Path
from local.dag_runs import dag_bag, fresh_database
fresh_database(Path(sys.argv[1]))
run = dag_bag()["measure_results"].test()
assert str(run.state) == "failed", run.state
print(run.run_id)
"""


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_airflows_commands_run_on_a_dag_with_a_red_run(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "REKOGNITION_"))}
    environ = kept | airflow_environment(tmp_path / "airflow")
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    environ["REKOGNITION_RESULTS_URI"] = str(tmp_path / "var")
    wrong = {"REKOGNITION_WAREHOUSE_URI": "s3://no/warehouse"}  # so measuring ends red

    def said(command: list[str], more: dict[str, str] | None = None, wanted: int = 0) -> str:
        ran = subprocess.run(
            command, cwd=ROOT, env=environ | (more or {}), capture_output=True, text=True
        )
        assert ran.returncode == wanted, (command, ran.stdout, ran.stderr)
        return ran.stdout

    run_id = said([sys.executable, "-c", A_RED_RUN, environ["AIRFLOW_HOME"]], wrong).splitlines()
    environ |= {"DAG": "measure_results", "RUN": run_id[-1]}
    said(["airflow", "dags", "reserialize"])
    for line in AIRFLOWS:
        nothing_is_up = line.startswith("airflow jobs check")
        told = said(["sh", "-c", line], wanted=int(nothing_is_up))
        if line.startswith('airflow dags list-runs "$DAG"'):
            assert environ["RUN"] in told
    states = said(["sh", "-c", 'airflow tasks states-for-dag-run "$DAG" "$RUN" --output plain'])
    assert "failed" not in states
