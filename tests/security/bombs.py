"""Flattens a bomb in a child of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("bomb_child.py")


def in_a_process_of_its_own(way: str, path: Path, operation: str, *more: str) -> dict[str, Any]:
    """What became of it (`told`), the most `megabytes` it took, and its CPU `seconds`."""
    ran = subprocess.run(
        [sys.executable, str(CHILD), way, str(path), operation, *more],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
