"""Killed at any moment and run again, the files have the names and rows of an undisturbed run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from landed import Videos

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


def check(videos: Videos, tmp_path: Path, first: int, last: int) -> None:
    landed, folder = tmp_path / "landed", tmp_path / "roots"
    some = [videos.element(f"L{n}") for n in range(300)]
    pages = [
        videos.page([{**some[0], "Timestamp": n}, *some[1:]], NextToken=str(n)) for n in range(66)
    ]
    videos.land_pages(Layout.at(str(landed)), [*pages, videos.page()])
    told = subprocess.run(
        [sys.executable, SCRIPT, videos.spec.name, landed, folder, str(first), str(last)],
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


def test_five_kills_of_each_operation_change_nothing(videos: Videos, tmp_path: Path) -> None:
    check(videos, tmp_path, 0, 5)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_two_hundred_kills_change_nothing(videos: Videos, tmp_path: Path) -> None:
    check(videos, tmp_path, 1_000, 1_200)
