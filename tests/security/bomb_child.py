"""Reads a bomb in a process of its own; prints what became of it and the memory it took.

python bomb_child.py FILE OPERATION MAX_LINE_BYTES
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path

from transforms.errors import ResultsError
from transforms.loose_files import flatten_loose


def main(path: str, operation: str, max_line_bytes: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as out:
        try:
            (result,) = flatten_loose(
                [Path(path)],
                operation,  # type: ignore[arg-type]
                Path(out),
                job_id="bomb",
                quarantine_limit=1.0,
                max_line_bytes=int(max_line_bytes),
            )
            told = f"quarantined {result.quarantined}"
        except ResultsError as error:
            told = str(error)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"told": told, "megabytes": (after - before) // 1024}))


main(*sys.argv[1:])
