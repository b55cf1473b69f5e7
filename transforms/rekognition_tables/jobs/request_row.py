"""How a job came to be: one row from jobs/ and requests/; NULLs for a job nobody here started."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from rekognition_tables.operations.every_operation import JOB_REQUESTS
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.files import read_if_there
from rekognition_tables.results_root.layout import Layout, ResultKey

_OURS = ("token", "generation", "account", "region")


def job_request_row(
    layout: Layout | None, key: ResultKey, landed_at: datetime | None
) -> dict[str, Any]:
    """The row of job_requests but for its key, one value a column."""
    row = JOB_REQUESTS.row({}) | {"landed_at": landed_at}
    job = job_told(layout, key)
    row |= {name: job.get(name) for name in (*_OURS, "found_by")}
    row |= {name: moment(job.get(name)) for name in ("started_at", "finished_seen_at")}
    if row["token"]:
        sent = _read(layout and layout.request(key.operation, row["token"]))
        for name in _OURS:
            row[name] = sent.get(name) if row[name] is None else row[name]
        row["input_etag"] = sent.get("etag")
        if "request" in sent:
            row["request"] = json.dumps(sent["request"], ensure_ascii=False)
            row |= request_columns(sent["request"])
    return row


def job_told(layout: Layout | None, key: ResultKey) -> dict[str, Any]:
    """The job's record as it was written; empty where there is none."""
    return _read(layout and layout.job(key.operation, key.job_id))


def objects_told(layout: Layout, operation: Operation, token: str | None) -> str | None:
    """The digest of what a request analyses; None where no request is known."""
    sent = _read(layout.request(operation, token)) if token else {}
    return sent.get("objects")


def _read(path: Any) -> dict[str, Any]:
    data = read_if_there(path) if path else None
    return json.loads(data) if data else {}


def moment(text: str | None) -> datetime | None:
    """A moment as files write it; in UTC where they name no zone."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def job_input(told: dict[str, Any]) -> dict[str, Any]:
    """The S3Object that a request, or the service's description of a job, names as its input."""
    return _at(told, "Input", "S3Object") or _at(told, "Video", "S3Object")


def request_columns(request: dict[str, Any]) -> dict[str, Any]:
    """The members of a Start... request as columns.

    What a bulk job keeps in its OperationsConfig has the same path as in a video's request.
    """
    told = {
        **_leaves(_at(request, "OperationsConfig", "DetectModerationLabels")),
        **_leaves({**request, "Input": {"S3Object": job_input(request)}}),
    }
    paths = JOB_REQUESTS.paths.items()
    return {name: told.get(path) for name, path in paths if name not in _OURS}


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    """All that is no object, by its JSON path."""
    if not isinstance(value, dict):
        return {path: value}
    found: dict[str, Any] = {}
    for name, inside in value.items():
        found |= _leaves(inside, f"{path}.{name}" if path else name)
    return found


def _at(request: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        request = request.get(name) or {}
    return request
