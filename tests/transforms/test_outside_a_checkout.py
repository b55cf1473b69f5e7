"""Installed from a wheel, nothing is written among the packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def site_packages(tmp_path: Path) -> Path:
    """A folder with what the wheel holds of the library."""
    folder = tmp_path / "site-packages"
    package, ignored = folder / "rekognition_tables", shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "transforms" / "rekognition_tables", package, ignore=ignored)
    shutil.copytree(ROOT / "sql", package / "sql")
    return folder


@pytest.mark.parametrize(
    "command", [["load"], ["publish"], ["flatten"], ["status"], ["unlanded"], ["sql", "SELECT 1"]]
)
def test_a_command_without_a_results_root_names_the_variable(
    command: list[str], site_packages: Path, tmp_path: Path
) -> None:
    before = sorted(site_packages.rglob("*"))
    environ = {**os.environ, "PYTHONPATH": str(site_packages), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "rekognition_tables.cli.main", *command],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.startswith("rekognition-results: REKOGNITION_RESULTS_URI is not set, and")
    assert ran.stderr.count("\n") == 1
    assert sorted(site_packages.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site-packages"]
