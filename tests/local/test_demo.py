"""`make demo`: the whole pipeline through Airflow, as a person runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from demo_runs import ROOT, environment, everything, run_demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo from nothing: its results root, and what it printed."""
    results = tmp_path_factory.mktemp("demo")
    ran = run_demo(results)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return results, ran.stdout


def test_it_prints_tables_answers_and_what_to_try_next(undisturbed: tuple[Path, str]) -> None:
    results, printed = undisturbed
    for line in (
        "Top labels by screen time",
        "Images that need review",
        "Jobs, and whether they reconcile",
        "4 results, all reconcile.",
        f"Published: {results}/published/rekognition.duckdb",
        "Next: uv run rekognition-results sql",
    ):
        assert line in printed
    assert (results / "warehouse" / "rekognition.duckdb").is_file()


def test_run_again_it_gives_the_same_rows(undisturbed: tuple[Path, str]) -> None:
    results, _ = undisturbed
    before = everything(results)
    assert run_demo(results).returncode == 0
    assert everything(results) == before


def test_cut_off_and_run_again_it_ends_as_if_undisturbed(
    undisturbed: tuple[Path, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "local.demo"],
        cwd=ROOT,
        env=environment(tmp_path),
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
    assert "holds no *.json: give a folder of recorded responses" in ran.stderr
