"""Jobs that are known and have no result here: `internal.unlanded_jobs`, for the view job_status.

A load lists the jobs' records and reads those that changed since the last one: what it costs does
not grow with the jobs that are landed.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import pyarrow as pa

from rekognition_tables.flatten.commits import READS_AT_ONCE
from rekognition_tables.jobs.request_row import job_request_row, job_told
from rekognition_tables.operations.arrow_types import INSTANT, TEXT
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.results_root.files import marks
from rekognition_tables.results_root.layout import JOB_ID, Layout, ResultKey
from rekognition_tables.warehouse.connection import CATALOG

TABLE = f"{CATALOG}.internal.unlanded_jobs"
INSTANTS = ("started_at", "finished_at")
COLUMNS = (
    *("operation", "job_id", "mark", "found_by", "account", "region", "status"),
    *("input_s3_object_bucket", "input_s3_object_name", "input_s3_object_version"),
    *(*INSTANTS, "given_up"),
)
SCHEMA = pa.schema([(name, INSTANT if name in INSTANTS else TEXT) for name in COLUMNS])
Job = tuple[Operation, str]


def refresh_unlanded(
    con: duckdb.DuckDBPyConnection, layout: Layout, committed: Collection[ResultKey]
) -> bool:
    """Make the table what the records say now: True when it changed. Opens no transaction."""
    wanted = _unlanded(layout, {(key.operation, key.job_id) for key in committed})
    rows = con.execute(f"SELECT operation, job_id, mark FROM {TABLE}").fetchall()
    there = {(operation, job_id): mark for operation, job_id, mark in rows}
    old = [job for job, mark in there.items() if wanted.get(job) != mark]
    new = [job for job, mark in wanted.items() if there.get(job) != mark]
    if old:
        con.execute(
            f"DELETE FROM {TABLE} WHERE (operation, job_id) IN "
            "(SELECT (UNNEST($1::VARCHAR[]), UNNEST($2::VARCHAR[])))",
            [[operation for operation, _ in old], [job_id for _, job_id in old]],
        )
    if new:
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            read = list(pool.map(lambda job: _row(layout, job, wanted[job]), new))
        con.register("unlanded_rows", pa.Table.from_pylist(read, schema=SCHEMA))
        con.execute(
            f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) "
            f"SELECT {', '.join(COLUMNS)} FROM temp.main.unlanded_rows"
        )
        con.unregister("unlanded_rows")
    return bool(old or new)


def _unlanded(layout: Layout, committed: set[Job]) -> dict[Job, str]:
    """The mark of each job's record, of those that have no result here."""
    found: dict[Job, str] = {}
    for operation in OPERATIONS:
        for name, mark in marks(layout.jobs(operation), ".json").items():
            job_id = name.removesuffix(".json")
            if (operation, job_id) not in committed and JOB_ID.fullmatch(job_id):
                found[operation, job_id] = mark
    return found


def _row(layout: Layout, job: Job, mark: str) -> dict[str, Any]:
    key = ResultKey.of(*job)
    record = job_told(layout, key)
    request = job_request_row(layout, key, None)
    told = {name: request[name] for name in COLUMNS if name in request}
    return told | {
        "operation": key.operation,
        "job_id": key.job_id,
        "mark": mark,
        "status": record.get("status"),
        "finished_at": request["finished_seen_at"],
        "given_up": record.get("given_up"),
    }
