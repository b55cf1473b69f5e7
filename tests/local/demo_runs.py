"""Runs the demo as a person does, and reads what it published."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
from airflow_process import ROOT, environment

from transforms.tables import TABLES

CLOCKS = {"started_at", "finished_at", "finished_seen_at", "landed_at", "flattened_at", "loaded_at"}
CLOCKS |= {"creation_timestamp", "completion_timestamp"}


def run_demo(results: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.demo", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(results), capture_output=True, text=True, timeout=240
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
