"""Flattens a bomb in a process of its own; prints what became of it, and what it took.

python bomb_child.py landed ROOT OPERATION
python bomb_child.py loose FILE OPERATION MAX_LINE_BYTES
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rekognition_tables.errors import ResultsError
from rekognition_tables.flatten.results import flatten
from rekognition_tables.loose.files import flatten_loose
from rekognition_tables.results_root.layout import Layout, ResultKey

STATUS = Path("/proc/self/status")


def peak_megabytes() -> int:
    """The most this program had in memory.

    Linux's ru_maxrss would not do: it begins with what the parent had when it forked.
    """
    if not STATUS.exists():  # macOS counts bytes, and from the start of the program
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024


def landed(root: str, operation: Any) -> str:
    counts = flatten(Layout.at(root), ResultKey.of(operation, "bomb")).row_counts
    return f"accepted {json.dumps({name: rows for name, rows in counts.items() if rows})}"


def loose(path: str, operation: Any, max_line_bytes: str) -> str:
    with tempfile.TemporaryDirectory() as out:
        (result,) = flatten_loose(
            [Path(path)],
            operation,
            Path(out),
            job_id="bomb",
            quarantine_limit=1.0,
            max_line_bytes=int(max_line_bytes),
        )
    return f"quarantined {result.quarantined}"


def main(way: str, *arguments: str) -> None:
    begun = time.process_time()
    try:
        told = {"landed": landed, "loose": loose}[way](*arguments)
    except ResultsError as error:
        told = f"{type(error).__name__}: {error}"
    seconds = time.process_time() - begun
    print(json.dumps({"told": told, "megabytes": peak_megabytes(), "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
