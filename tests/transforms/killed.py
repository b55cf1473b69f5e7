"""Flatten in processes that are killed.

`python killed.py OPERATION LANDED FOLDER FIRST_SEED LAST_SEED`

One copy of the results root LANDED for each seed, in FOLDER; in each, a flatten is killed after a
time that the seed tells, and then one is left to end. Processes are forked, so that a kill costs
milliseconds; a test must not fork itself, since other tests may have started threads.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pandas  # noqa: F401  # Arrow imports it at its first array: here once for all

from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout, ResultKey

KEY = ResultKey.of(sys.argv[1], "job-1")  # type: ignore[arg-type]


def begun(root: Path) -> int:
    """The process number of a flatten."""
    child = os.fork()
    if not child:
        flatten(Layout.at(str(root)), KEY)
        os._exit(0)
    return child


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(landed: Path, folder: Path, first: int, last: int) -> None:
    shutil.copytree(landed, folder / "undisturbed")
    ended(begun(folder / "undisturbed"))  # the first one has Arrow to warm up
    start = time.perf_counter()
    assert ended(begun(folder / "undisturbed")) == 0
    usual = time.perf_counter() - start
    for seed in range(first, last):
        root = folder / str(seed)
        shutil.copytree(landed, root)
        child = begun(root)
        time.sleep(random.Random(seed).uniform(0, usual))
        os.kill(child, signal.SIGKILL)
        killed = ended(child) == -signal.SIGKILL
        left = [
            sum(path.is_file() for path in (root / folder).rglob("*"))
            for folder in ("tables", ".writing")
        ]
        print(f"{seed} {'killed' if killed else 'ended'} {left}")
        assert ended(begun(root)) == 0


if __name__ == "__main__":
    main(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
