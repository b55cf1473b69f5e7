"""Known jobs without a whole result, and when Amazon drops what it found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rekognition_tables.jobs.found import known_jobs
from rekognition_tables.jobs.requests import JobRecord, given_up_tokens, read_job
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.files import names
from rekognition_tables.results_root.layout import SEGMENTS_SUFFIX, Layout, ResultKey

EXPIRING_WITHIN = timedelta(hours=48)


@dataclass(frozen=True)
class UnlandedJob:
    """`begun`: some of its result is landed. `given_up`: no run takes it up by itself."""

    record: JobRecord
    begun: bool
    given_up: bool

    @property
    def age(self) -> float:
        """Seconds since its start, or the earliest that is known of it."""
        return max((datetime.now(UTC) - self.record.since).total_seconds(), 0.0)

    @property
    def expires_at(self) -> datetime:
        """When Amazon drops what it found, counted from its end where that is known."""
        ended = self.record.finished_seen_at or self.record.since
        return ended + SPECS[self.record.operation].results_kept

    def expires_within(self, time: timedelta = EXPIRING_WITHIN) -> bool:
        """False, too, when it is gone already."""
        return timedelta() <= self.expires_at - datetime.now(UTC) <= time


def unlanded_jobs(layout: Layout, operation: Operation) -> Iterator[UnlandedJob]:
    """Known jobs of which no form is landed whole, in order of their ids."""
    committed = {
        name.removesuffix(".json").removesuffix(SEGMENTS_SUFFIX)
        for name in names(layout.commits(operation), ".json")
    }
    hopeless = given_up_tokens(layout, operation)
    for job_id in sorted(known_jobs(layout, operation) - committed):
        record = read_job(layout, operation, job_id)
        if record is None:
            continue
        begun = [key for key in _forms(operation, job_id) if names(layout.attempts(key))]
        if not any(newest_whole_attempt(layout, key) for key in begun):
            given_up = record.given_up is not None or record.token in hopeless
            yield UnlandedJob(record, bool(begun), given_up)


def _forms(operation: Operation, job_id: str) -> list[ResultKey]:
    return [ResultKey.of(operation, job_id, form) for form in SPECS[operation].forms]
