"""What a pipeline that has done very many jobs pays at each run: CPU time, requests to S3, money.

    python -m benchmarks.scale [--jobs 1000 10000 100000] [--open 20]

A results root as so many video jobs leave it (plans of 1,024 requests, requests, job records,
commits), made by the library's own functions in a store in memory that counts requests as S3 would
(`benchmarks.counted_store`). Then what each scheduled run does. All but `--open` jobs are committed
and loaded. `--jobs 1000000` takes half an hour and about 6 GB.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from benchmarks import counted_store as store
from benchmarks.results import machine, put_section
from rekognition_results.planning.planner import Planner
from rekognition_tables.flatten.commits import Commit, TableFile
from rekognition_tables.flatten.results import flatten
from rekognition_tables.jobs.found import found_elsewhere, known_jobs
from rekognition_tables.jobs.plans import MediaObject, PlannedRequest, digest, plan_requests, taken
from rekognition_tables.jobs.requests import StartRequest, note_committed, note_started
from rekognition_tables.jobs.unlanded import unlanded_jobs
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.tables import written_by
from rekognition_tables.results_root.layout import Layout, ResultKey, table_path
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.load import load

OPERATION: Operation = "label_detection"
ACCOUNT, REGION = "123456789012", "us-east-1"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
JOBS_PER_PLAN = 1024  # what a run starts at most
SECONDS_PER_REQUEST = 0.03  # to S3 in the same region, one after the other
PAGES, LABELS = 3, 1000


def planned(number: int) -> PlannedRequest:
    """A request for one video."""
    etag = hashlib.md5(str(number).encode()).hexdigest()
    video = MediaObject("media", f"videos/{number:09d}.mp4", None, etag, 10**8, NOON)
    members = {"Video": {"S3Object": {"Bucket": video.bucket, "Name": video.key}}}
    members |= {"MinConfidence": 50.0, "Features": ["GENERAL_LABELS"]}  # type: ignore[dict-item]
    request = StartRequest.of(OPERATION, ACCOUNT, REGION, members, digest([video]))
    return PlannedRequest(request, (video,))


def job_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def commit_of(key: ResultKey) -> Commit:
    files = tuple(
        TableFile(name, table_path(name, NOON, key), 10, key.job_id)
        for name in (table.name for table in written_by(OPERATION))
    )
    return Commit(key, "00001", SPECS[OPERATION].schema_version, NOON, NOON, files)


def fill(layout: Layout, jobs: int, still_open: int) -> None:
    """What so many jobs leave; of the last ones no result is there yet."""
    for first in range(0, jobs, JOBS_PER_PLAN):
        plan = [planned(number) for number in range(first, min(first + JOBS_PER_PLAN, jobs))]
        plan_requests(layout, OPERATION, plan)
        for number, one in enumerate(plan, first):
            request = one.request.claim(layout)
            record = note_started(layout, request, job_id(number))
            if number < jobs - still_open:
                record.finished(layout, "SUCCEEDED")
                commit_of(ResultKey.of(OPERATION, record.job_id)).write(layout)
                note_committed(layout, OPERATION, request.token)


def fill_ledger(layout: Layout, warehouse: Path, jobs: int) -> None:
    """A warehouse that has loaded these jobs."""
    load(Layout.at(str(warehouse.parent / "empty")), warehouse)
    names = pa.table({"job_id": [job_id(number) for number in range(jobs)]})
    with opened(warehouse, 0) as con:
        con.register("done", names)
        con.execute(
            "INSERT INTO loads BY NAME SELECT job_id, ? AS operation, 'TIMESTAMPS' AS aggregate_by,"
            " '00001' AS attempt, ? AS schema_version, map {} AS row_counts, true AS reconciled,"
            " false AS held_back, ?::TIMESTAMPTZ AS landed_at, ?::TIMESTAMPTZ AS flattened_at"
            " FROM done",
            [OPERATION, SPECS[OPERATION].schema_version, NOON, NOON],
        )
        con.unregister("done")
    load(layout, warehouse)  # finds nothing new, and has read the commits


@dataclass(frozen=True)
class Cost:
    """CPU seconds and requests of one step."""

    cpu: float
    requests: Counter[str]

    def __str__(self) -> str:
        number = sum(self.requests.values())
        told = " + ".join(f"{count:,} {kind}" for kind, count in sorted(self.requests.items()))
        minutes = number * SECONDS_PER_REQUEST / 60
        return f"{self.cpu:.2f} | {told or 'none'} | {minutes:.1f} | {store.usd(self.requests):.4f}"


def cost(step: Callable[[], object]) -> Cost:
    gc.collect()
    store.REQUESTS.clear()
    began = time.process_time()
    step()
    return Cost(time.process_time() - began, Counter(store.REQUESTS))


def land(layout: Layout, key: ResultKey) -> None:
    """Three pages of 1,000 labels, as the landing task writes them."""
    attempt = LandingAttempt.resume_or_begin(layout, key)
    for page in range(PAGES):
        labels = [
            {"Timestamp": page * 10**6 + n, "Label": {"Name": "Cat", "Confidence": 99.0}}
            for n in range(LABELS)
        ]
        more = {"NextToken": f"t{page}"} if page < PAGES - 1 else {}
        body = {"JobStatus": "SUCCEEDED", "JobId": key.job_id, "Labels": labels, **more}
        attempt.add_page(json.dumps(body).encode(), more.get("NextToken"))
    attempt.succeed(status="SUCCEEDED")


def one_job(layout: Layout, number: int) -> dict[str, Cost]:
    """The steps of one new job; its result is committed at the end."""
    key = ResultKey.of(OPERATION, job_id(number))
    one = planned(number).request

    def end() -> None:
        flatten(layout, key)
        note_committed(layout, OPERATION, one.token)

    return {
        "start": cost(lambda: note_started(layout, one.claim(layout), key.job_id)),
        "land": cost(lambda: land(layout, key)),
        "flatten": cost(end),
    }


def every_run(layout: Layout, warehouse: Path) -> dict[str, Cost]:
    """What each scheduled run does before, or besides, its work on new jobs."""
    planner = Planner(layout, OPERATION, ACCOUNT, REGION)
    return {
        "plan": cost(lambda: (planner.left_over(), taken(layout, OPERATION))),
        "collect": cost(
            lambda: (
                known_jobs(layout, OPERATION),
                found_elsewhere(layout, OPERATION, ACCOUNT, REGION),
            )
        ),
        "load one new result": cost(lambda: load(layout, warehouse)),
        "measure": cost(lambda: list(unlanded_jobs(layout, OPERATION))),
    }


def measured(jobs: int, still_open: int) -> list[str]:
    """Rows of the table for a root of so many jobs."""
    with store.counted(), TemporaryDirectory() as folder:
        layout = Layout.at("memory://bench/results")
        warehouse = Path(folder) / "warehouse.duckdb"
        began = time.process_time()
        fill(layout, jobs, still_open)
        filling = time.process_time() - began
        there = store.objects()
        fill_ledger(layout, warehouse, jobs - still_open)
        before = store.objects()
        steps = {f"one job: {name}": found for name, found in one_job(layout, jobs).items()}
        print(f"{jobs:,} jobs: {there:,} objects, filled in {filling:.0f} CPU-s.", flush=True)
        print(f"One more job of {PAGES} pages adds {store.objects() - before} objects.")
        steps |= every_run(layout, warehouse)
    return [f"| {jobs:,} | {name} | {found} |" for name, found in steps.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--open", type=int, default=20, help="of them without a result yet")
    options = parser.parse_args()
    lines = [
        machine(),
        f"`python -m benchmarks.scale`: a root in which so many jobs stand, {options.open} of them "
        f"open. Minutes are of requests of {SECONDS_PER_REQUEST * 1000:.0f} ms one after the "
        "other; dollars are S3's list price in us-east-1.\n",
        "| jobs there | step | CPU-s | requests to S3 | minutes | USD |",
        "|--:|---|--:|---|--:|--:|",
    ]
    for jobs in options.jobs:
        lines += measured(jobs, options.open)
    print("\n".join(lines))
    put_section("Scale", "\n".join(lines))


if __name__ == "__main__":
    main()
