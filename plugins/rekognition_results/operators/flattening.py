"""Flattening as the operators do it: with the settings' limits, and told to planning."""

from __future__ import annotations

from typing import Any

from rekognition_tables.flatten.commits import Commit
from rekognition_tables.jobs.requests import note_committed, read_job
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.settings import Settings


def flatten_and_note(layout: Layout, key: ResultKey) -> Commit:
    """Flatten what is landed of a result, commit it, and let planning forget its request."""
    from rekognition_tables.flatten.results import flatten  # pyarrow

    settings = Settings.from_env()
    commit = flatten(
        layout,
        key,
        quarantine_limit=settings.quarantine_limit,
        max_line_bytes=settings.max_line_bytes,
    )
    record = read_job(layout, key.operation, key.job_id)
    if record and record.token:
        note_committed(layout, key.operation, record.token)
    return commit


def told(commit: Commit) -> dict[str, Any]:
    """A commit for XCom and the asset event: which result, how many rows, does it reconcile."""
    return {
        "operation": commit.key.operation,
        "result": commit.key.name,
        "rows": sum(commit.row_counts.values()),
        "reconciled": commit.reconciled,
    }
