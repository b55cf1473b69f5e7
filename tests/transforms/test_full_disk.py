"""A disk that is really full, at each point of a load: nothing is lost, and a sentence says so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = ["unshare", "--map-root-user", "--mount"]  # where mounts are seen by one process alone


@pytest.fixture(scope="module", autouse=True)
def small_disks() -> None:
    try:
        tried = subprocess.run([*ALONE, "true"], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("needs unshare, of util-linux, to make a small disk")
    if tried.returncode:
        pytest.skip(f"may not make a small disk here: {tried.stderr.strip()}")


@pytest.mark.parametrize(
    "megabytes, told",
    [
        pytest.param(14, "Failed to commit: .*No space left", id="while-committing"),
        pytest.param(17, "Checkpoint failed .*No space left", id="while-checkpointing"),
        pytest.param(21, "Publishing .* needs .* bytes .*Make room", id="before-publishing"),
        pytest.param(34, "Publishing .* needs .* bytes .*Make room", id="after-three-loads"),
    ],
)
def test_what_was_published_stays_and_the_next_load_ends_the_work(
    tmp_path: Path, megabytes: int, told: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [*ALONE, sys.executable, HERE / "full_disk_child.py", tmp_path, disk, str(megabytes)]
    environ = os.environ | {"PYTHONPATH": str(HERE.parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environ)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (error,) = found["errors"]
    assert re.search(told, error), error
    *before, last = found["seen"]
    assert before == list(range(1, len(before) + 1))
    assert last == len(before), "readers have what was published before the disk was full"
    assert found["after"] == {f"v{number}": 20_000 for number in range(len(found["seen"]))}
