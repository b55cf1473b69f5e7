"""How the pipeline stands, in numbers: from the results root, and from the published tables.

Nothing here asks Amazon Rekognition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from transforms.commits import read_commit
from transforms.files import names
from transforms.found_jobs import VIDEO_RESULTS_KEPT, known_jobs
from transforms.landing import newest_whole_attempt
from transforms.layout import (
    LABEL_DETECTION,
    MEDIA_ANALYSIS,
    OPERATIONS,
    SEGMENTS_SUFFIX,
    Layout,
    Operation,
    ResultKey,
)
from transforms.requests import JobRecord, given_up_tokens, read_job
from transforms.sql_files import read

EXPIRING_WITHIN = timedelta(hours=48)
# A bulk job's results stand in a bucket of ours; Amazon keeps its details for a year:
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html
RESULTS_KEPT = {LABEL_DETECTION: VIDEO_RESULTS_KEPT, MEDIA_ANALYSIS: timedelta(days=365)}


@dataclass(frozen=True)
class UnlandedJob:
    """A known job without a whole result. `begun`: some of it is landed."""

    record: JobRecord
    begun: bool

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return max((datetime.now(UTC) - self.record.started_at).total_seconds(), 0.0)

    @property
    def expires_at(self) -> datetime:
        """When Amazon drops what it found, counted from its end where that is known."""
        kept = RESULTS_KEPT[self.record.operation]
        return (self.record.finished_seen_at or self.record.started_at) + kept

    @property
    def expiring(self) -> bool:
        return timedelta() <= self.expires_at - datetime.now(UTC) <= EXPIRING_WITHIN


def unlanded_jobs(layout: Layout, operation: Operation) -> Iterator[UnlandedJob]:
    """Known jobs of which no form is landed whole, without those that were given up."""
    committed = {
        name.removesuffix(".json").removesuffix(SEGMENTS_SUFFIX)
        for name in names(layout.commits(operation), ".json")
    }
    hopeless = given_up_tokens(layout, operation)
    for job_id in sorted(known_jobs(layout, operation) - committed):
        record = read_job(layout, operation, job_id)
        if record is None or record.given_up or record.token in hopeless:
            continue
        begun = [key for key in _forms(operation, job_id) if names(layout.attempts(key))]
        if not any(newest_whole_attempt(layout, key) for key in begun):
            yield UnlandedJob(record, bool(begun))


def _forms(operation: Operation, job_id: str) -> list[ResultKey]:
    if operation == LABEL_DETECTION:
        forms = ("TIMESTAMPS", "SEGMENTS")
        return [ResultKey.of(operation, job_id, form) for form in forms]
    return [ResultKey.of(operation, job_id)]


@dataclass(frozen=True)
class Published:
    """What readers see. `newest_landed_at` is None when nothing is loaded; `usd` by operation."""

    results: int
    held_back: int
    quarantined: int
    newest_landed_at: datetime | None
    usd: dict[Operation, float]


def published(con: duckdb.DuckDBPyConnection) -> Published:
    """From an open connection to the published tables."""
    rows = con.execute(read("queries", "how_the_published_tables_stand").statement).fetchall()
    told = {operation: rest for operation, *rest in rows}
    newest = [one[3] for one in told.values() if one[3]]
    return Published(
        sum(one[0] for one in told.values()),
        sum(one[1] for one in told.values()),
        sum(one[2] for one in told.values()),
        max(newest, default=None),
        {operation: float(one[4]) for operation, one in told.items()},
    )


def oldest_unpublished(layout: Layout, con: duckdb.DuckDBPyConnection | None) -> float:
    """Age in seconds of the oldest commit that is not in the ledger; None: nothing is published."""
    there: set[ResultKey] = set()
    if con is not None:
        rows = con.execute("SELECT operation, job_id, aggregate_by FROM loads").fetchall()
        there = {ResultKey(*row) for row in rows}
    moments = []
    for operation in OPERATIONS:
        for name in names(layout.commits(operation), ".json"):
            key = ResultKey.from_name(operation, name.removesuffix(".json"))
            if key not in there and (commit := read_commit(layout, key)):
                moments.append(commit.flattened_at)
    return max((datetime.now(UTC) - min(moments)).total_seconds(), 0.0) if moments else 0.0
