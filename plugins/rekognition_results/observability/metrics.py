"""Every metric of the pipeline: its name, type, unit and meaning, in one table.

They go where Airflow's own go (`[metrics]` of its configuration: StatsD, Datadog, OpenTelemetry),
through the Task SDK's client, so that no worker needs the metadata database. StatsD puts
`[metrics] statsd_prefix` before each name. Triggers send nothing: the client is the task's.

Sending never fails a task: what cannot be sent is told in the log of level DEBUG.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from airflow.sdk.observability import stats

from rekognition_tables.operations.names import Operation

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Metric:
    """`name` holds `{operation}` where each operation has its own; `sent_by` is who sends it."""

    name: str
    type: Literal["counter", "gauge", "timer"]
    unit: str
    meaning: str
    sent_by: str

    def of(self, operation: Operation | None) -> str:
        """The name as it is sent. ValueError for a metric of operations without one."""
        if ("{operation}" in self.name) != (operation is not None):
            raise ValueError(f"{self.name} and operation {operation} do not fit.")
        return self.name.format(operation=operation)

    @property
    def prometheus(self) -> str:
        """The name that deploy/alerts/statsd_mapping.yaml gives it."""
        plain = self.name.replace("{operation}.", "").replace(".", "_")
        return f"{plain}_total" if self.type == "counter" else plain


def _each(name: str, *rest: str) -> Metric:
    return Metric(f"rekognition.{{operation}}.{name}", *rest)  # type: ignore[arg-type]


def _warehouse(name: str, *rest: str) -> Metric:
    return Metric(f"rekognition.warehouse.{name}", *rest)  # type: ignore[arg-type]


JOBS_STARTED = _each(
    "jobs_started",
    "counter",
    "jobs",
    "Jobs that were started; a job that is found again does not count.",
    "start",
)
JOBS_FOUND = _each(
    "jobs_found",
    "counter",
    "jobs",
    "Jobs started elsewhere that got their record.",
    "collect_finished_jobs",
)
JOBS_FAILED = _each(
    "jobs_failed", "counter", "jobs", "Jobs that Amazon calls FAILED, when landed.", "land"
)
WAIT_SECONDS = _each(
    "wait_seconds",
    "timer",
    "milliseconds in StatsD, seconds in Prometheus",
    "From the beginning of a wait to the job's final status.",
    "wait",
)
RESULTS_LANDED = _each("results_landed", "counter", "results", "Results landed whole.", "land")
ROWS_WRITTEN = _each(
    "rows_written",
    "counter",
    "rows",
    "Rows written to Parquet; a result that is flattened again counts again.",
    "flatten",
)
RECORDS_QUARANTINED = _each(
    "records_quarantined",
    "counter",
    "records",
    "Records quarantined while flattening, counted as above.",
    "flatten",
)
RESULTS_LOADED = _warehouse(
    "results_loaded", "counter", "results", "Results taken into the tables.", "load"
)
ROWS_LOADED = _warehouse("rows_loaded", "counter", "rows", "Their rows, of all tables.", "load")

PUBLISHED_RESULTS = _warehouse(
    "published_results", "gauge", "results", "Results in the published tables.", "load, measure"
)
HELD_BACK_RESULTS = _warehouse(
    "held_back_results",
    "gauge",
    "results",
    "Results that do not reconcile and that nobody accepted.",
    "load, measure",
)
QUARANTINED_RECORDS = _warehouse(
    "quarantined_records",
    "gauge",
    "records",
    "Rows of the published `quarantined_records`.",
    "load, measure",
)
FRESHNESS_SECONDS = _warehouse(
    "freshness_seconds",
    "gauge",
    "seconds",
    "Age of the newest published result, counted from its landing.",
    "load, measure",
)
ESTIMATED_USD = _each(
    "estimated_usd",
    "gauge",
    "US dollars",
    "What the published jobs may have cost, at the prices of the view `prices`.",
    "load, measure",
)
OLDEST_UNPUBLISHED_SECONDS = _warehouse(
    "oldest_unpublished_seconds",
    "gauge",
    "seconds",
    "Age of the oldest committed result that is not in the published ledger; 0 without one.",
    "measure",
)
JOBS_WAITING = _each(
    "jobs_waiting",
    "gauge",
    "jobs",
    "Known jobs of which nothing is landed yet; without those given up.",
    "measure",
)
OLDEST_WAITING_SECONDS = _each(
    "oldest_waiting_seconds",
    "gauge",
    "seconds",
    "Age of the oldest of them, since its start; 0 without one.",
    "measure",
)
RESULTS_UNLANDED = _each(
    "results_unlanded",
    "gauge",
    "results",
    "The waiting jobs, and those whose landing has begun and is not whole.",
    "measure",
)
OLDEST_UNLANDED_SECONDS = _each(
    "oldest_unlanded_seconds",
    "gauge",
    "seconds",
    "Age of the oldest of them, since its start; 0 without one.",
    "measure",
)
RESULTS_EXPIRING = _each(
    "results_expiring",
    "gauge",
    "results",
    "Of them, those that Amazon drops within 48 hours.",
    "measure",
)
MEASURED_TIMESTAMP_SECONDS = _warehouse(
    "measured_timestamp_seconds",
    "gauge",
    "seconds of the epoch",
    "When `measure_results` last ended well.",
    "measure",
)

METRICS = tuple(found for found in list(globals().values()) if isinstance(found, Metric))


def count(metric: Metric, by: int = 1, operation: Operation | None = None) -> None:
    """Add to a counter; 0 makes it known, so that its first increase can be seen."""
    with harmless(metric.name):
        stats.incr(metric.of(operation), by)


def gauge(metric: Metric, value: float, operation: Operation | None = None) -> None:
    """Set a gauge. Below 0 StatsD would take it for a change, and no gauge of ours is."""
    with harmless(metric.name):
        stats.gauge(metric.of(operation), round(max(value, 0), 4))


def took(metric: Metric, seconds: float, operation: Operation | None = None) -> None:
    """Add one duration to a timer."""
    with harmless(metric.name):
        stats.timing(metric.of(operation), timedelta(seconds=max(seconds, 0)))


@contextmanager
def harmless(what: str) -> Iterator[None]:
    """Go on after whatever goes wrong in here: seeing must not cost a result."""
    try:
        yield
    except Exception as error:
        log.debug("%s was not sent: %r", what, error)
