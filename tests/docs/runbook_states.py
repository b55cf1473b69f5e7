"""Results roots and warehouses in the states that docs/runbook.md tells what to do about."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rekognition_tables.flatten.results import flatten
from rekognition_tables.jobs.requests import JobRecord
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.file.lock import warehouse_lock
from rekognition_tables.warehouse.load import load_and_publish

JOB = "job"
CAT = {"Timestamp": 0, "Label": {"Name": "Cat", "Confidence": 99.0}}
BAD = {"Timestamp": "soon", "Label": {"Name": "Cat", "Confidence": 99.0}}
VIDEO = ResultKey.of("label_detection", JOB)
IMAGES = ResultKey.of("media_analysis", JOB)


@dataclass(frozen=True)
class World:
    """A results root on this machine."""

    layout: Layout

    @classmethod
    def at(cls, root: Path) -> World:
        return cls(Layout.at(str(root)))

    def begin(self) -> None:
        """One video, `before`, is loaded and published."""
        key = ResultKey.of("label_detection", "before")
        self.landed(key)
        self.flattened(key)
        self.loaded()

    @property
    def root(self) -> Path:
        return Path(str(self.layout.root))

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse" / "rekognition.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published" / "rekognition.duckdb"

    def known(self, hours: float, operation: Operation = "label_detection") -> None:
        started = datetime.now(UTC) - timedelta(hours=hours)
        where = ("1", "us-east-1")
        JobRecord(operation, JOB, "t", 1, "started_here", *where, started).write(self.layout)

    def landed(self, key: ResultKey = VIDEO, *labels: Any) -> None:
        """One page with these labels, or with one cat."""
        attempt = LandingAttempt.resume_or_begin(self.layout, key)
        page = {"JobStatus": "SUCCEEDED", "JobId": key.job_id, "Labels": list(labels or [CAT])}
        attempt.add_page(json.dumps(page).encode(), None)
        attempt.succeed(status="SUCCEEDED")

    def flattened(self, key: ResultKey = VIDEO) -> None:
        flatten(self.layout, key)

    def loaded(self) -> None:
        load_and_publish(self.layout, self.warehouse, self.published)


def expiring(world: World) -> None:
    world.known(hours=6 * 24)


def landing_broke_off(world: World) -> None:
    world.known(hours=30)
    LandingAttempt.resume_or_begin(world.layout, VIDEO)


def waiting(world: World) -> None:
    world.known(hours=7)


def committed_only(world: World) -> None:
    world.landed()
    world.flattened()


def quarantined(world: World) -> None:
    world.landed(VIDEO, BAD, *[CAT] * 29)
    world.flattened()
    world.loaded()


def failed_job(world: World) -> None:
    attempt = LandingAttempt.resume_or_begin(world.layout, VIDEO)
    page = {"JobStatus": "FAILED", "JobId": JOB, "StatusMessage": "no video", "Labels": []}
    attempt.add_page(json.dumps(page).encode(), None)
    attempt.succeed(status="FAILED")
    world.flattened()


def damaged(world: World) -> None:
    world.landed()
    (part,) = world.root.glob("raw/*/job/*/pages-*.zst")
    part.write_bytes(part.read_bytes()[:-3])


def too_many_bad(world: World) -> None:
    world.landed(VIDEO, CAT, BAD)


def of_another_version(world: World) -> None:
    committed_only(world)
    place = Path(str(world.layout.commit(VIDEO)))
    told = json.loads(place.read_text())
    place.write_text(json.dumps(told | {"schema_version": 0}))


def held_back(world: World) -> None:
    """The summary tells of two images, the manifest holds one."""
    attempt = LandingAttempt.resume_or_begin(world.layout, IMAGES)
    answer = {"ModerationLabels": [], "ModerationModelVersion": "7.0"}
    line = {"source-ref": "s3://media/a.jpg", "detect-moderation-labels": answer}
    attempt.add_manifest([json.dumps(line).encode() + b"\n"])
    described = {"JobId": JOB, "Status": "SUCCEEDED", "CreationTimestamp": 1700000000.25}
    attempt.add_document("description.json", json.dumps(described).encode())
    counts = {"total-json-lines": 2, "valid-json-lines": 2, "invalid-json-lines": 0}
    summary = {"version": "1.0", "statistics": counts, "errors": []}
    attempt.add_document("summary.json", json.dumps(summary).encode())
    attempt.succeed(status="SUCCEEDED")
    world.flattened(IMAGES)
    world.loaded()


@contextmanager
def locked(world: World) -> Iterator[None]:
    with warehouse_lock(world.warehouse, 0):
        yield


def loader_killed(world: World) -> None:
    committed_only(world)
    beside = world.warehouse.parent
    world.warehouse.with_name("rekognition.duckdb.building").write_bytes(b"half")
    (beside / ".rekognition.duckdb.fetched-1").mkdir()
    world.warehouse.with_name("rekognition.duckdb.lock").write_text("999999\n")


def unpublished(world: World) -> None:
    world.published.unlink()


def tables_lost(world: World) -> None:
    committed_only(world)
    shutil.rmtree(world.root / "tables")


def only_the_landing_zone(world: World) -> None:
    committed_only(world)
    for folder in ("tables", "commits", "warehouse", "published"):
        shutil.rmtree(world.root / folder)


def as_it_should_be(world: World) -> None:
    pass


STATES: dict[str, Callable[[World], Any]] = {
    "RekognitionTaskFailed": as_it_should_be,
    "RekognitionResultsExpiring": expiring,
    "RekognitionResultUnlanded": landing_broke_off,
    "RekognitionJobWaitingTooLong": waiting,
    "RekognitionStalePublication": committed_only,
    "RekognitionQuarantine": quarantined,
    "RekognitionResultsHeldBack": held_back,
    "RekognitionNotMeasured": as_it_should_be,
    "RekognitionNoMetrics": as_it_should_be,
    "JobFailed": failed_job,
    "ResultsExpired": as_it_should_be,
    "IncompleteResults": damaged,
    "QuarantineLimit": too_many_bad,
    "SchemaMismatch": of_another_version,
    "ReconciliationFailed": held_back,
    "WarehouseLocked": locked,
    "A loader died": loader_killed,
    "The disk is full": committed_only,
    "The publication is lost": unpublished,
    "Rebuild the warehouse": committed_only,
    "Flatten again": tables_lost,
    "The warehouse and the tables are lost": only_the_landing_zone,
}
