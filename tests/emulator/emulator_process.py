"""The command as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def command(
    *arguments: str, program: Sequence[str] = ("-m", "rekognition_emulator")
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, once it listens, and its URL; killed with the test."""
    full = [sys.executable, *program, "--port", "0", *arguments]
    with subprocess.Popen(full, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Rekognition emulator listening on http://127.0.0.1:")
            yield process, line.split()[-1]
        finally:
            if process.poll() is None:
                process.kill()
