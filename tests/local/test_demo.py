"""`make demo`: the whole pipeline through Airflow, as a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from airflow_process import ROOT
from demo_runs import AS_A_PERSON, QUICKLY, demo_environment, everything, run_demo

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo from nothing: its results root, and what it printed."""
    results = tmp_path_factory.mktemp("demo")
    ran = run_demo(results, command=AS_A_PERSON)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return results, ran.stdout


def test_it_prints_tables_answers_and_what_to_try_next(undisturbed: tuple[Path, str]) -> None:
    results, printed = undisturbed
    for line in (
        "Top labels by screen time",
        "Images that need review",
        "Jobs, and whether they reconcile",
        "7 results, all reconcile.",
        f"Published: {results}/published/rekognition.duckdb",
    ):
        assert line in printed
    assert (results / "warehouse" / "rekognition.duckdb").is_file()


def test_the_commands_it_prints_run_with_nothing_else_on_the_path(
    undisturbed: tuple[Path, str],
) -> None:
    results, printed = undisturbed
    _, _, hint = printed.partition("Next: ")
    commands = "\n".join(line.strip() for line in hint.splitlines()[:2])
    assert commands.splitlines()[0] == "source .venv/bin/activate"
    ran = subprocess.run(
        ["/bin/bash", "-e", "-c", commands],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "REKOGNITION_RESULTS_URI": str(results)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert "name" in ran.stdout


def test_run_again_it_gives_the_same_rows(undisturbed: tuple[Path, str]) -> None:
    results, _ = undisturbed
    before = everything(results)
    assert run_demo(results).returncode == 0
    assert everything(results) == before


def test_cut_off_and_run_again_it_ends_as_if_undisturbed(
    undisturbed: tuple[Path, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        QUICKLY,
        cwd=ROOT,
        env=demo_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as printed:
        for line in printed:
            if line.startswith("success  media_analysis"):
                break
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    ran = run_demo(tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert everything(tmp_path) == everything(undisturbed[0])


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    ran = run_demo(tmp_path, "--recordings", str(tmp_path))
    assert ran.returncode == 2
    assert "holds no recorded response that can be served: give a folder" in ran.stderr
