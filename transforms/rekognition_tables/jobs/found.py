"""Jobs that are known and whose results are not committed; among them those nobody here started.

jobs/{operation}/{job_id}.json                     their records (rekognition_tables.jobs.requests)
listings/media_analysis/{account}.{region}.json    how far ListMediaAnalysisJobs must be read
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rekognition_tables.jobs.requests import LONG_AGO, FoundBy, JobRecord, read_job
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.files import names, read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout, ResultKey

FULL_LISTING_EVERY = timedelta(days=1)


def known_jobs(layout: Layout, operation: Operation) -> set[str]:
    """Ids of all jobs that have a record."""
    found = names(layout.jobs(operation), ".json")
    return {name.removesuffix(".json") for name in found}


def note_found(
    layout: Layout,
    operation: Operation,
    job_id: str,
    found_by: FoundBy,
    account: str,
    region: str,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> bool:
    """Give a job its record if it has none; True when this call did."""
    record = JobRecord(
        operation,
        job_id,
        None,
        None,
        found_by,
        account,
        region,
        started_at,
        finished_seen_at=ended_at,
        found_at=datetime.now(UTC),
    )
    return record.write_if_new(layout)


def uncommitted_jobs(
    layout: Layout, operation: Operation, aggregate_by: str | None = None
) -> list[JobRecord]:
    """Every known job whose result, in this form, is not committed; the oldest first."""
    done = {name.removesuffix(".json") for name in names(layout.commits(operation), ".json")}
    missing = (
        job_id
        for job_id in known_jobs(layout, operation)
        if ResultKey.of(operation, job_id, aggregate_by).name not in done
    )
    records = [record for job_id in missing if (record := read_job(layout, operation, job_id))]
    return sorted(records, key=lambda record: (record.since, record.job_id))


def found_elsewhere(
    layout: Layout,
    operation: Operation,
    account: str,
    region: str,
    aggregate_by: str | None = None,
    again: bool = False,
) -> list[JobRecord]:
    """Found jobs to land and flatten, the oldest first; those that were given up only `again`."""
    return [
        record
        for record in uncommitted_jobs(layout, operation, aggregate_by)
        if record.found_by != "started_here"
        and (record.account, record.region) == (account, region)
        and (again or record.given_up is None)
    ]


def give_up(layout: Layout, record: JobRecord, reason: str) -> None:
    """Write down why a found job's result cannot be had: it is not tried again by itself."""
    replace(record, given_up=reason).write(layout)


@dataclass(frozen=True)
class Listing:
    """Every job created before `down_to` was final and recorded when last listed."""

    down_to: datetime = LONG_AGO
    full_at: datetime = LONG_AGO

    @classmethod
    def read(cls, layout: Layout, account: str, region: str) -> Listing:
        data = read_if_there(layout.root / "listings/media_analysis" / f"{account}.{region}.json")
        if data is None:
            return cls()
        told = json.loads(data)
        return cls(*(datetime.fromisoformat(told[name]) for name in ("down_to", "full_at")))

    def write(self, layout: Layout, account: str, region: str) -> None:
        told = {"down_to": self.down_to.isoformat(), "full_at": self.full_at.isoformat()}
        path = layout.root / "listings/media_analysis" / f"{account}.{region}.json"
        write_whole(path, json.dumps(told).encode())

    @property
    def due_in_full(self) -> bool:
        return datetime.now(UTC) - self.full_at >= FULL_LISTING_EVERY
