"""A process that has imported Airflow, and runs DAGs: each order in a fork of it (airflow_child).

Importing Airflow and preparing its database takes longer than most runs do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHILD = Path(__file__).with_name("airflow_child.py")


def environment(results: Path) -> dict[str, str]:
    """A clean one: nothing of the test's own Airflow or of a person's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "REKOGNITION_"))}
    return kept | {"REKOGNITION_RESULTS_URI": str(results), "COLUMNS": "100"}


@dataclass(frozen=True)
class Airflow:
    """`folder` holds its home with the metadata database of the last order, and its log."""

    folder: Path
    process: subprocess.Popen[str]

    def run(
        self, environment: Mapping[str, str], *runs: tuple[str, dict[str, Any]], die_at: int = 0
    ) -> list[dict[str, Any]] | None:
        """Runs of DAGs to their end, one after another; None when the process was killed.

        Each tells its `state` and its `tasks`, the state of each task instance.
        """
        assert self.process.stdin
        assert self.process.stdout
        order = {"environment": dict(environment), "die_at": die_at, "runs": runs}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        answer: list[dict[str, Any]] | None = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[Airflow]:
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(folder / "home")],
        cwd=ROOT,
        env=environment(folder / "results") | {"PYTHONPATH": str(ROOT)} | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Airflow(folder, process)
        assert process.stdin
        process.stdin.close()
