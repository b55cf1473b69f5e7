"""Runs the demo, and reads what it published."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from airflow_process import ROOT, environment

from rekognition_tables.operations.tables import TABLES

CLOCKS = {"started_at", "finished_at", "finished_seen_at", "landed_at", "flattened_at", "loaded_at"}
CLOCKS |= {"creation_timestamp", "completion_timestamp"}


AS_A_PERSON = [sys.executable, "-m", "local.demo"]
QUICKLY = [sys.executable, "-u", str(Path(__file__).with_name("quick_demo.py"))]


def demo_environment(results: Path) -> dict[str, str]:
    return environment(results) | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}


def run_demo(
    results: Path, *arguments: str, command: Sequence[str] = QUICKLY
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=demo_environment(results),
        capture_output=True,
        text=True,
        timeout=240,
    )


def rows(results: Path, query: str) -> list[dict[str, Any]]:
    path = results / "published" / "rekognition.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def everything(results: Path) -> dict[str, list[str]]:
    """All rows, clocks aside; a job goes by what it analysed, since its id is chance."""
    jobs = {
        row["job_id"]: f"job of {row['input_s3_object_name']}"
        for row in rows(results, "SELECT job_id, input_s3_object_name FROM job_requests")
    }
    return {
        name: sorted(
            _plain({k: v for k, v in row.items() if k not in CLOCKS}, jobs)
            for row in rows(results, f'SELECT * FROM "{name}"')
        )
        for name in TABLES
    }


def _plain(row: dict[str, Any], jobs: dict[str, str]) -> str:
    text = repr(row)
    for job_id, name in jobs.items():
        text = text.replace(job_id, name)
    return text
