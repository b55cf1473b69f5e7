"""Bulk jobs of literal manifest lines: landed, flattened, loaded and published as real ones are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from rekognition_tables.flatten.results import flatten
from rekognition_tables.jobs.plans import MediaObject, PlannedRequest, digest, plan_requests
from rekognition_tables.jobs.requests import StartRequest, note_started
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.connection import attach_read_only, in_memory
from rekognition_tables.warehouse.load import load_and_publish

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT, REGION = "111122223333", "us-east-1"


@dataclass(frozen=True)
class Label:
    name: str
    confidence: float
    parent: str = ""
    level: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of a result manifest. `etag`: as the image was planned; None: nobody knows it."""

    key: str
    labels: Sequence[Label] = ()
    etag: str | None = "e1"
    model: str = "7.0"

    def encoded(self) -> bytes:
        labels = [
            {"Name": one.name, "ParentName": one.parent, "Confidence": one.confidence}
            | ({} if one.level is None else {"TaxonomyLevel": one.level})
            for one in self.labels
        ]
        answer = {"ModerationLabels": labels, "ModerationModelVersion": self.model}
        told = {"source-ref": f"s3://media/{self.key}", "detect-moderation-labels": answer}
        return json.dumps(told).encode()


@dataclass(frozen=True)
class Job:
    """A job of these lines, `created` so many days after new year.

    `analysed`: the lines that its manifest summary counts; None: as many as there are.
    """

    lines: Sequence[Line]
    min_confidence: float | None = 50
    created: float = 0
    analysed: int | None = None
    config: Mapping[str, Any] = field(default_factory=dict)


def plan(layout: Layout, job_id: str, job: Job) -> str:
    """Plan and start a job, as far as the results root knows of it. Its token."""
    known = [line for line in job.lines if line.etag is not None]
    images = tuple(
        MediaObject("media", line.key, None, line.etag or "", 1, None)
        for line in {line.key: line for line in known}.values()
    )
    config = {"DetectModerationLabels": _config(job)}
    place = {"S3Object": {"Bucket": "out", "Name": f"{job_id}.jsonl"}}
    members = {"OperationsConfig": config, "Input": place, "JobName": job_id}
    request = StartRequest.of(MEDIA_ANALYSIS, ACCOUNT, REGION, members, digest(images))
    if images:
        plan_requests(layout, MEDIA_ANALYSIS, [PlannedRequest(request, images)])
    else:
        request.claim(layout)
    started = note_started(layout, request, job_id)
    replace(started, started_at=JANUARY + timedelta(days=job.created)).write(layout)
    return request.token


def _config(job: Job) -> dict[str, Any]:
    lowest = {} if job.min_confidence is None else {"MinConfidence": job.min_confidence}
    return {**lowest, **job.config}


def land(layout: Layout, job_id: str, job: Job) -> None:
    key = ResultKey.of(MEDIA_ANALYSIS, job_id)
    attempt = LandingAttempt.resume_or_begin(layout, key)
    attempt.add_manifest([b"".join(line.encoded() + b"\n" for line in job.lines)])
    created = (JANUARY + timedelta(days=job.created)).timestamp()
    description = {
        "JobId": job_id,
        "Status": "SUCCEEDED",
        "CreationTimestamp": created,
        "CompletionTimestamp": created + 3600,
        "OperationsConfig": {"DetectModerationLabels": _config(job)},
        "Input": {"S3Object": {"Bucket": "out", "Name": f"{job_id}.jsonl"}},
    }
    attempt.add_document("description.json", json.dumps(description).encode())
    count = len(job.lines) if job.analysed is None else job.analysed
    counts = {"total-json-lines": count, "valid-json-lines": count, "invalid-json-lines": 0}
    summary = {"version": "1.0", "statistics": counts, "errors": []}
    attempt.add_document("summary.json", json.dumps(summary).encode())
    attempt.succeed()
    flatten(layout, key)


def publish(root: Path) -> Path:
    """Load what is committed under `root`; the published file."""
    published = root / "published" / "w.duckdb"
    load_and_publish(Layout.at(str(root)), root / "warehouse" / "w.duckdb", published)
    return published


def analysed(root: Path, jobs: Mapping[str, Job]) -> Path:
    """All of it, for each job in turn; the published file."""
    layout = Layout.at(str(root))
    for job_id, job in jobs.items():
        plan(layout, job_id, job)
        land(layout, job_id, job)
    return publish(root)


@contextmanager
def reader(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with in_memory(published.parent / "spill") as con:
        attach_read_only(con, published)
        yield con


def ask(published: Path, query: str, before: Iterable[str] = ()) -> list[tuple[Any, ...]]:
    with reader(published) as con:
        for statement in before:
            con.execute(statement)
        return con.execute(query).fetchall()
