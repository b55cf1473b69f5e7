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
    OPERATIONS,
    SEGMENTS_SUFFIX,
    Layout,
    Operation,
    ResultKey,
)
from transforms.requests import JobRecord, given_up_tokens, read_job
from transforms.sql_files import read

EXPIRING_WITHIN = timedelta(hours=48)


@dataclass(frozen=True)
class Unlanded:
    """Known jobs without a whole result, without those that were given up. Ages in seconds."""

    waiting: int = 0
    oldest_waiting: float = 0.0
    unlanded: int = 0
    oldest_unlanded: float = 0.0
    expiring: int = 0


def unlanded(layout: Layout, operation: Operation) -> Unlanded:
    """Jobs of one operation; of a video's job any form that is landed counts."""
    now = datetime.now(UTC)
    waiting, all_ages, expiring = [], [], 0
    for record, begun in _without_result(layout, operation):
        age = max((now - record.started_at).total_seconds(), 0.0)
        all_ages.append(age)
        if not begun:
            waiting.append(age)
        ends = (record.finished_seen_at or record.started_at) + VIDEO_RESULTS_KEPT
        expiring += operation == LABEL_DETECTION and now <= ends <= now + EXPIRING_WITHIN
    return Unlanded(
        len(waiting), max(waiting, default=0.0), len(all_ages), max(all_ages, default=0.0), expiring
    )


def _without_result(layout: Layout, operation: Operation) -> Iterator[tuple[JobRecord, bool]]:
    """Each such job, and whether its landing has begun."""
    committed = {
        name.removesuffix(".json").removesuffix(SEGMENTS_SUFFIX)
        for name in names(layout.commits(operation), ".json")
    }
    hopeless = given_up_tokens(layout, operation)
    for job_id in sorted(known_jobs(layout, operation) - committed):
        record = read_job(layout, operation, job_id)
        if record is None or record.given_up or record.token in hopeless:
            continue
        forms = _forms(operation, job_id)
        if any(newest_whole_attempt(layout, key) for key in forms):
            continue  # landed, and not flattened: its red task says why
        yield record, any(names(layout.attempts(key)) for key in forms)


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
