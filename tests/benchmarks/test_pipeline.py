"""The benchmark of the whole pipeline: its parts cheaply, and all of it as the stack runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks import pipeline
from benchmarks.of_pipeline.process_cpu import REST, cpu_by_role

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"


def test_cpu_of_children_that_ended_is_counted() -> None:
    ended = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n"
    command = [sys.executable, "-c", f"{ended}print('done', flush=True)\ninput()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        assert cpu_by_role(process.pid)[REST] >= 0.3
        process.communicate(b"\n")


def test_rows_of_another_number_are_no_measurement(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as con:
        con.execute("CREATE TABLE labels AS FROM range(3)")
    with pytest.raises(RuntimeError, match="has 3 rows in labels, not 4"):
        pipeline._refuse_other_rows(tmp_path / "a.duckdb", "labels", 4)
