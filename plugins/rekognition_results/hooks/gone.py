"""Jobs that Amazon does not have: expired, or never there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rekognition_tables.errors import RequestRefused, ResultsExpired
from rekognition_tables.jobs.requests import read_job
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:
    from rekognition_results.hooks.rekognition import RekognitionHook


@contextmanager
def gone_explained(
    layout: Layout, operation: Operation, job_id: str, hook: RekognitionHook
) -> Iterator[None]:
    """Tell a job whose results have expired from one that was never here.

    :raises ResultsExpired: the job's record says that it is older than Amazon keeps results
    :raises RequestRefused: there is no such job in this account and region
    """
    try:
        yield
    except RequestRefused as error:
        if error.code != "ResourceNotFoundException":
            raise
        record = read_job(layout, operation, job_id)
        kept = SPECS[operation].results_kept
        if record and datetime.now(UTC) - record.since > kept:
            raise ResultsExpired(
                f"Job {job_id} is of {record.since:%Y-%m-%d %H:%M} UTC, and Amazon keeps its "
                f"results for {kept.days} days: they are gone.",
                operation=operation,
                job_id=job_id,
            ) from error
        raise RequestRefused(
            f"There is no job {job_id} in account {hook.account()}, region {hook.region} "
            f"({error.message})",
            operation=operation,
            job_id=job_id,
            code=error.code,
        ) from error
