"""What the ledger keeps of a result's job, so that one that is held back has a row like others.

Its rows stay out of the tables, and with them what the service said of the job: status, input,
start, length, the counts of its manifest summary.
"""

from __future__ import annotations

from typing import Any

from rekognition_tables.operations.columns import INSTANT
from rekognition_tables.operations.every_operation import OF_THE_JOB

FACTS = {one.name: one.kind for one in OF_THE_JOB}
INSTANTS = [name for name, kind in FACTS.items() if kind == INSTANT]
Row = dict[str, Any]


def of_images(job: Row, summary: Row | None, lines: int) -> Row:
    """Of a bulk job: its row, its summary's scalars by JSON path, lines of the result manifest.

    What is charged is what the service says it analysed; the lines that came, where it does not.
    """
    told = summary or {}
    analysed = told.get("statistics.valid-json-lines")
    return {
        "status": job["status"],
        "status_message": job["failure_details_message"],
        **_input(job, "input_"),
        "started_at": job["creation_timestamp"],
        "finished_at": job["completion_timestamp"],
        "images": lines if analysed is None else analysed,
        "lines_sent": told.get("statistics.total-json-lines"),
        "lines_analysed": analysed,
        "lines_refused": told.get("statistics.invalid-json-lines"),
        "lines_received": lines,
    }


def of_video(job: Row) -> Row:
    """Of a video's job: the row of its jobs table."""
    return {
        "status": job["job_status"],
        "status_message": job["status_message"],
        **_input(job, "video_"),
        "video_metadata_duration_millis": job.get("video_metadata_duration_millis"),
    }


def with_request(facts: Row, request: Row) -> Row:
    """With what only the request knows, and what it knows where the answer says nothing."""
    known = {
        **{name: request[name] for name in ("account", "region", "found_by", "started_at")},
        **_input(request, "input_"),
        "finished_at": request["finished_seen_at"],
    }
    said = {name: value for name, value in facts.items() if value is not None}
    return {**dict.fromkeys(FACTS), **known, **said}


def _input(row: Row, prefix: str) -> Row:
    members = ("s3_object_bucket", "s3_object_name", "s3_object_version")
    return {f"input_{member}": row[prefix + member] for member in members}
