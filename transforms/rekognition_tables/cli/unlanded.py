"""`unlanded`: jobs that are known and not landed whole. 1 when one is lost within two days."""

from __future__ import annotations

import argparse

import pyarrow as pa

from rekognition_tables.cli.printed.answer import put
from rekognition_tables.jobs.unlanded import unlanded_jobs
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.settings import Settings

MOMENT = pa.timestamp("s", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("operation", pa.string()),
        pa.field("job_id", pa.string()),
        pa.field("found_by", pa.string()),
        pa.field("status", pa.string()),
        pa.field("started_at", MOMENT),
        pa.field("landing_begun", pa.bool_()),
        pa.field("expires_at", MOMENT),
    ]
)


def run(options: argparse.Namespace, settings: Settings) -> int:
    layout = settings.layout()
    found = sorted(
        (
            job
            for operation in OPERATIONS
            for job in unlanded_jobs(layout, operation)
            if not job.given_up
        ),
        key=lambda job: (job.expires_at, job.record.job_id),
    )
    rows = [
        {
            "operation": job.record.operation,
            "job_id": job.record.job_id,
            "found_by": job.record.found_by,
            "status": job.record.status,
            "started_at": job.record.started_at,
            "landing_begun": job.begun,
            "expires_at": job.expires_at,
        }
        for job in found
    ]
    put(SCHEMA, iter(pa.Table.from_pylist(rows, SCHEMA).to_batches()), options)
    return 1 if any(job.expires_within() for job in found) else 0
