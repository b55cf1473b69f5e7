"""Answers of GetLabelDetection as JSON, through flatten, load and the published file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.results_root.files import write_whole
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.load import load_and_publish

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HALF_SECOND = 500


@dataclass(frozen=True)
class Job:
    """One job of a video: what was asked, and what the service answers in each form that is landed.

    `labels` are the service's own entries. `request` has members of StartLabelDetection besides
    Video; None for a job that was found. `etag` is what planning saw. None for `millis`: the
    answer names no length.
    """

    job_id: str
    labels: Sequence[Mapping[str, Any]] = ()
    segments: Sequence[Mapping[str, Any]] | None = None
    millis: int | None = None
    key: str = "a.mp4"
    version: str | None = None
    etag: str | None = None
    request: Mapping[str, Any] | None = field(default_factory=dict)
    hours_ago: float = 1
    model: str = "3.0"
    timestamps: bool = True

    def page(self, form: str) -> dict[str, Any]:
        place = {"Bucket": "media", "Name": self.key, "Version": self.version}
        return {
            "JobStatus": "SUCCEEDED",
            "JobId": self.job_id,
            "LabelModelVersion": self.model,
            "Video": {"S3Object": {name: value for name, value in place.items() if value}},
            "VideoMetadata": {} if self.millis is None else {"DurationMillis": self.millis},
            "GetRequestMetadata": {"SortBy": "TIMESTAMP", "AggregateBy": form},
            "Labels": list((self.segments if form == "SEGMENTS" else self.labels) or ()),
        }

    def land(self, layout: Layout) -> None:
        """The files that starting or finding the job leaves, its pages, and its tables."""
        started = (NOON - timedelta(hours=self.hours_ago)).isoformat()
        ours = self.request is not None
        record = {
            "token": self.job_id if ours else None,
            "found_by": "started_here" if ours else "sns_notification",
            "started_at": started,
        }
        operation = "label_detection"
        write_whole(layout.job(operation, self.job_id), json.dumps(record).encode())
        if self.request is not None:
            video = {"Video": {"S3Object": self.page("TIMESTAMPS")["Video"]["S3Object"]}}
            sent = {"request": video | dict(self.request), "etag": self.etag}
            write_whole(layout.request(operation, self.job_id), json.dumps(sent).encode())
        forms = ["TIMESTAMPS"] * self.timestamps + ["SEGMENTS"] * (self.segments is not None)
        for form in forms:
            key = ResultKey.of(operation, self.job_id, form)
            attempt = LandingAttempt.resume_or_begin(layout, key)
            attempt.add_page(json.dumps(self.page(form)).encode(), None)
            attempt.succeed()
            assert flatten(layout, key).reconciled


def published(folder: Path, jobs: Iterable[Job], empty: Path) -> Path:
    """The published file after these jobs were landed and loaded, into a copy of `empty`."""
    layout = Layout.at(str(folder / "results"))
    for job in jobs:
        job.land(layout)
    file = folder / "published.duckdb"
    shutil.copyfile(empty, folder / "warehouse.duckdb")
    load_and_publish(layout, folder / "warehouse.duckdb", file)
    return file


def ask(file: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(query).fetchall()


class Case(NamedTuple):
    """Jobs, and the rows that queries must give once they are published."""

    jobs: list[Job]
    answers: dict[str, list[tuple[Any, ...]]]

    def check(self, folder: Path, empty: Path) -> None:
        file = published(folder, self.jobs, empty)
        for query, rows in self.answers.items():
            assert ask(file, query) == rows, query


def seen(
    name: str, *moments: int, confidence: float = 90.0, parents: Sequence[str] = (), boxes: int = 0
) -> list[dict[str, Any]]:
    """Entries of one label at these moments, with as many boxes each."""
    box = {"BoundingBox": dict.fromkeys(("Left", "Top", "Width", "Height"), 0.25)}
    label: dict[str, Any] = {"Name": name, "Confidence": confidence}
    label["Parents"] = [{"Name": parent} for parent in parents]
    label["Instances"] = [box | {"Confidence": confidence}] * boxes
    return [{"Timestamp": at, "Label": label} for at in moments]


def every(name: str, until: int, step: int = HALF_SECOND, **more: Any) -> list[dict[str, Any]]:
    """Entries of a label in every sample from 0 to before `until`."""
    return seen(name, *range(0, until, step), **more)


def stretch(name: str, start: int, end: int) -> dict[str, Any]:
    """An entry of a SEGMENTS answer."""
    return {
        "Timestamp": start,
        "StartTimestampMillis": start,
        "EndTimestampMillis": end,
        "DurationMillis": end - start,
        "Label": {"Name": name, "Confidence": 90.0},
    }


def only(*names: str) -> dict[str, Any]:
    """The members of a request that asks for these labels alone."""
    return {"Settings": {"GeneralLabels": {"LabelInclusionFilters": list(names)}}}
