"""The gauges: what stands in the results root and in the published tables, sent as metrics."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rekognition_results.observability import metrics
from rekognition_tables.jobs.unlanded import unlanded_jobs
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.lake.ducklake import DuckLake

if TYPE_CHECKING:
    from rekognition_tables.warehouse.measures import Published


def send_all(layout: Layout, readable: Path | DuckLake) -> dict[str, Any]:
    """Measure and send every gauge; give what was measured, for the log."""
    from rekognition_tables.warehouse.connection import read_only
    from rekognition_tables.warehouse.measures import oldest_unpublished, published

    told: dict[str, Any] = {}
    for operation in OPERATIONS:
        found = [job for job in unlanded_jobs(layout, operation) if not job.given_up]
        waiting = [job.age for job in found if not job.begun]
        for metric, value in (
            (metrics.JOBS_WAITING, len(waiting)),
            (metrics.OLDEST_WAITING_SECONDS, max(waiting, default=0.0)),
            (metrics.RESULTS_UNLANDED, len(found)),
            (metrics.OLDEST_UNLANDED_SECONDS, max((job.age for job in found), default=0.0)),
            (metrics.RESULTS_EXPIRING, sum(job.expires_within() for job in found)),
        ):
            metrics.gauge(metric, value, operation)
            told[metric.of(operation)] = value
    with ExitStack() as stack:
        try:
            con = stack.enter_context(read_only(readable))
        except FileNotFoundError:  # nothing published, or it is lost: everything waits for it
            con = None
        age = oldest_unpublished(layout, con)
        metrics.gauge(metrics.OLDEST_UNPUBLISHED_SECONDS, age)
        told[metrics.OLDEST_UNPUBLISHED_SECONDS.name] = age
        if con is not None:
            told |= _send_published(published(con))
    metrics.gauge(metrics.MEASURED_TIMESTAMP_SECONDS, time.time())
    return told


def send_published(readable: Path | DuckLake) -> None:
    """After a load: what readers see now. It fails no task."""
    from rekognition_tables.warehouse.connection import read_only
    from rekognition_tables.warehouse.measures import published

    with metrics.harmless("what is published"), read_only(readable) as con:
        _send_published(published(con))


def _send_published(found: Published) -> dict[str, Any]:
    told: dict[str, Any] = {
        metrics.PUBLISHED_RESULTS.name: found.results,
        metrics.HELD_BACK_RESULTS.name: found.held_back,
        metrics.QUARANTINED_RECORDS.name: found.quarantined,
    }
    metrics.gauge(metrics.PUBLISHED_RESULTS, found.results)
    metrics.gauge(metrics.HELD_BACK_RESULTS, found.held_back)
    metrics.gauge(metrics.QUARANTINED_RECORDS, found.quarantined)
    if found.newest_landed_at:
        age = (datetime.now(UTC) - found.newest_landed_at).total_seconds()
        metrics.gauge(metrics.FRESHNESS_SECONDS, age)
        told[metrics.FRESHNESS_SECONDS.name] = age
    for operation, usd in found.usd.items():
        metrics.gauge(metrics.ESTIMATED_USD, usd, operation)
        told[metrics.ESTIMATED_USD.of(operation)] = usd
    return told
