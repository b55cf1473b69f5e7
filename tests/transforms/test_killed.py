"""Killed at any moment and run again, the files have the names and rows of an undisturbed run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from landed import label, land_pages, page

from rekognition_tables.flatten.commits import commits
from rekognition_tables.results_root.layout import Layout

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = Path(__file__).with_name("killed.py")


def outcome(root: Path) -> tuple[dict[str, bytes], list[object]]:
    """Every file of tables/ and of where they are written, and what the commits name."""
    tables = {
        str(path.relative_to(root)): path.read_bytes()
        for folder in ("tables", ".writing")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    return tables, [(one.key, one.attempt, one.files) for one in commits(Layout.at(str(root)))]


def check(tmp_path: Path, first: int, last: int) -> None:
    landed, folder = tmp_path / "landed", tmp_path / "roots"
    labels = [label(f"L{n}", Parents=[{"Name": f"P{n % 7}"}]) for n in range(300)]
    pages = [
        page([{**labels[0], "Timestamp": n}, *labels[1:]], NextToken=str(n)) for n in range(66)
    ]
    land_pages(Layout.at(str(landed)), [*pages, page()])
    told = subprocess.run(
        [sys.executable, SCRIPT, landed, folder, str(first), str(last)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    ).stdout
    undisturbed = outcome(folder / "undisturbed")
    assert undisturbed[0].keys() == {file.path for file in undisturbed[1][0][2]}  # type: ignore[index]
    for seed in range(first, last):
        assert outcome(folder / str(seed)) == undisturbed, told
    assert "killed" in told


def test_ten_kills_change_nothing(tmp_path: Path) -> None:
    check(tmp_path, 0, 10)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_two_hundred_kills_change_nothing(tmp_path: Path) -> None:
    check(tmp_path, 1_000, 1_200)
