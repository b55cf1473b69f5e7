"""Each command and query of docs/runbook.md runs, in the state that its section is about.

Those of Airflow need a running one: tests/stack has it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import duckdb
import pytest
import yaml
from runbook_page import AIRFLOWS, ALERTS, COMMANDS, SECTIONS
from runbook_states import JOB, STATES, World

from rekognition_tables import errors
from rekognition_tables.cli.main import main

COMPOSE = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yaml").read_text())
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
    "RekognitionResultsHeldBack": "media_analysis",
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
    given = {"ROOT": str(root), "JOB": JOB, "REKOGNITION_RESULTS_URI": str(root)}
    given["WAREHOUSE"] = str(World.at(root).warehouse)
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
        for command in COMMANDS[title]:
            if not command.is_airflows:
                status = run(command.line, monkeypatch)
                assert status == command.status, (command, capfd.readouterr())
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


def test_every_alert_has_what_it_means_how_to_look_and_what_to_do() -> None:
    assert len(ALERTS) == 10
    for title in ALERTS:
        for word in ("**Means**", "**Look**", "**Do**"):
            assert SECTIONS[title].count(word) == 1, (title, word)


def test_a_command_is_told_to_run_where_it_can() -> None:
    """Workers know no metadata database; `config` asks for none."""
    for command in (command for some in COMMANDS.values() for command in some):
        environ = COMPOSE["services"][command.service]["environment"]
        knows = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in environ
        wants = command.is_airflows and not command.line.startswith("airflow config ")
        assert knows == wants, command


def test_every_error_and_accident_has_a_section_that_says_what_to_do() -> None:
    tree = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.ResultsError)
    }
    for name in tree - {"ResultsError"}:
        assert "**Means**" in SECTIONS[name]
        assert "**Do**" in SECTIONS[name] or "**Look**" in SECTIONS[name]


def test_airflow_understands_its_commands() -> None:
    from airflow.cli.cli_parser import get_parser

    assert len(AIRFLOWS) > 8
    for command in AIRFLOWS:
        words = shlex.split(command.line)[1:]
        assert callable(get_parser().parse_args(words).func), command
