"""Metrics as a StatsD server receives them, and as deploy/alerts maps them for Prometheus."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.observability.metrics.stats_utils import get_stats_factory
from pipeline_steps import (
    land_video,
    plan_images,
    plan_videos,
    put_images,
    put_video,
    start_images,
    start_video,
)
from statsd_listener import Listener, listening

from rekognition_emulator import Emulator
from rekognition_results.observability import metrics
from rekognition_results.observability.metrics import METRICS
from rekognition_results.operators.collect import RekognitionCollectMediaAnalysisJobsOperator
from rekognition_results.operators.measure import RekognitionMeasureResultsOperator
from rekognition_results.operators.results import (
    RekognitionFlattenOperator,
    RekognitionLoadWarehouseOperator,
)
from rekognition_results.sensors.label_detection import RekognitionLabelDetectionSensor
from rekognition_tables.jobs.requests import JobRecord, note_given_up
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey

Context = dict[str, Any]


@pytest.fixture
def statsd(monkeypatch: pytest.MonkeyPatch, layout: Layout) -> Iterator[Listener]:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(layout.root))
    with listening(monkeypatch) as listener:
        yield listener


def flatten(job_id: str) -> RekognitionFlattenOperator:
    return RekognitionFlattenOperator(task_id="flatten", operation="label_detection", job_id=job_id)


def load(context: Context) -> None:
    RekognitionLoadWarehouseOperator(task_id="load").execute(context)


def measure(context: Context) -> dict[str, Any]:
    return RekognitionMeasureResultsOperator(task_id="measure").execute(context)


def known_job(layout: Layout, job_id: str, hours: float, **more: Any) -> JobRecord:
    """A video job that was started so many hours ago."""
    started = datetime.now(UTC) - timedelta(hours=hours)
    record = JobRecord(
        "label_detection", job_id, f"t-{job_id}", 1, "started_here", "1", "us-east-1", started
    )
    record = replace(record, **more)
    record.write(layout)
    return record


def test_a_job_is_counted_at_each_step(
    s3: Any, layout: Layout, context: Context, amazon: Emulator, statsd: Listener
) -> None:
    each, all_of_them = "airflow.rekognition.label_detection.", "airflow.rekognition.warehouse."
    put_video(s3, "videos/a.mp4", 30)
    (token,) = plan_videos(layout).execute(context)
    job_id = start_video(layout, token).execute(context)
    assert start_video(layout, token).execute(context) == job_id
    assert statsd.values() == {each + "jobs_started": 1}
    amazon.clock.advance(60)
    RekognitionLabelDetectionSensor(task_id="wait", job_id=job_id, deferrable=True).execute(context)
    ((name, waited, kind),) = statsd.received()
    assert (name, kind) == (each + "wait_seconds", "ms")
    assert 0 <= waited < 60_000
    for _ in range(2):
        land_video(layout, job_id).execute(context)
    assert statsd.values() == {each + "results_landed": 1, each + "jobs_failed": 0}
    rows = flatten(job_id).execute(context)["rows"]
    assert statsd.values() == {each + "rows_written": rows, each + "records_quarantined": 0}
    load(context)
    told = statsd.values()
    assert told.pop(all_of_them + "freshness_seconds") >= 0
    assert told.pop(each + "estimated_usd") > 0
    assert told == {
        all_of_them + "results_loaded": 1,
        all_of_them + "rows_loaded": rows,
        all_of_them + "published_results": 1,
        all_of_them + "held_back_results": 0,
        all_of_them + "quarantined_records": 0,
        **{
            f"airflow.rekognition.{operation}.estimated_usd": 0
            for operation in OPERATIONS
            if operation != "label_detection"
        },
    }


def test_what_was_put_aside_is_counted(layout: Layout, context: Context, statsd: Listener) -> None:
    known_job(layout, "job", 1)
    attempt = LandingAttempt.resume_or_begin(layout, ResultKey.of("label_detection", "job"))
    labels = [{"Timestamp": 0, "Label": {"Name": "Cat", "Confidence": 99.0}} for _ in range(30)]
    labels[3]["Timestamp"] = "soon"  # type: ignore[index]
    page = {"JobStatus": "SUCCEEDED", "JobId": "job", "Labels": labels}
    attempt.add_page(json.dumps(page).encode(), None)
    attempt.succeed(status="SUCCEEDED")
    flatten("job").execute(context)
    load(context)
    told = statsd.values()
    assert told["airflow.rekognition.label_detection.records_quarantined"] == 1
    assert told["airflow.rekognition.warehouse.quarantined_records"] == 1


def test_found_jobs_are_counted(
    s3: Any, layout: Layout, context: Context, amazon: Emulator, statsd: Listener, tmp_path: Path
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    statsd.received()
    elsewhere = str(tmp_path / "of somebody else")
    for new in (1, 0):
        RekognitionCollectMediaAnalysisJobsOperator(
            task_id="collect", results_uri=elsewhere
        ).execute(context)
        assert statsd.values() == {"airflow.rekognition.media_analysis.jobs_found": new}


def test_what_waits_and_what_is_not_landed_is_measured(
    layout: Layout, context: Context, statsd: Listener
) -> None:
    known_job(layout, "waiting", 2)
    known_job(layout, "expiring", 6 * 24)
    known_job(layout, "landing", 30)
    LandingAttempt.resume_or_begin(layout, ResultKey.of("label_detection", "landing"))
    known_job(layout, "gone", 24 * 30, found_by="sns_notification", token=None, given_up="gone")
    hopeless = known_job(layout, "hopeless", 24 * 30)
    note_given_up(layout, "label_detection", hopeless.token or "", "too large")
    known_job(layout, "segments", 24 * 30)
    key = ResultKey.of("label_detection", "segments", "SEGMENTS")
    LandingAttempt.resume_or_begin(layout, key).succeed(status="SUCCEEDED")
    measure(context)
    told = statsd.values()
    each = "airflow.rekognition.label_detection."
    assert told[each + "jobs_waiting"] == 2
    assert told[each + "oldest_waiting_seconds"] == pytest.approx(6 * 86_400, abs=60)
    assert told[each + "results_unlanded"] == 3
    assert told[each + "oldest_unlanded_seconds"] == pytest.approx(6 * 86_400, abs=60)
    assert told[each + "results_expiring"] == 1
    assert told["airflow.rekognition.media_analysis.oldest_unlanded_seconds"] == 0
    assert told["airflow.rekognition.warehouse.oldest_unpublished_seconds"] == 0
    now = datetime.now(UTC).timestamp()
    stamp = told["airflow.rekognition.warehouse.measured_timestamp_seconds"]
    assert stamp == pytest.approx(now, abs=60)


def test_a_result_that_nobody_loads_and_a_lost_publication_are_seen(
    layout: Layout, context: Context, statsd: Listener
) -> None:
    name = "rekognition.warehouse.oldest_unpublished_seconds"
    attempt = LandingAttempt.resume_or_begin(layout, ResultKey.of("label_detection", "job"))
    attempt.add_page(b'{"JobStatus":"SUCCEEDED","JobId":"job","Labels":[]}', None)
    attempt.succeed(status="SUCCEEDED")
    flatten("job").execute(context)
    assert measure(context)[name] > 0
    load(context)
    assert measure(context)[name] == 0
    (Path(str(layout.root)) / "published" / "rekognition.duckdb").unlink()
    assert measure(context)[name] > 0


def test_no_metric_fails_a_task(
    layout: Layout, context: Context, statsd: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    for name in ("incr", "gauge", "timing"):
        monkeypatch.setattr(metrics.stats, name, broken)
    load(context)
    assert measure(context)
    metrics.count(metrics.JOBS_STARTED, 1)  # without its operation: a mistake of ours
    assert statsd.received() == []


def test_settings_that_make_no_sense_fail_no_task(
    context: Context, statsd: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_PORT", "many")
    metrics.stats.initialize(factory=get_stats_factory(), export_legacy_names=True)
    load(context)
    assert statsd.received() == []


def test_a_negative_age_is_no_change_of_a_gauge(statsd: Listener) -> None:
    metrics.gauge(metrics.FRESHNESS_SECONDS, -3.0)
    assert statsd.received() == [("airflow.rekognition.warehouse.freshness_seconds", 0.0, "g")]


def test_every_metric_has_a_name_of_its_own_that_says_its_unit() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS) == 21
    assert len({metric.prometheus for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert re.fullmatch(r"rekognition\.(\{operation\}|warehouse)\.[a-z_]+", metric.name)
        assert metric.meaning.endswith(".")
        if "seconds" in metric.unit:
            assert metric.name.endswith("_seconds")


def test_every_metric_is_sent_somewhere() -> None:
    code = "".join(
        path.read_text()
        for path in Path(metrics.__file__).parents[1].rglob("*.py")
        if path.name != "metrics.py"
    )
    for name, value in vars(metrics).items():
        if isinstance(value, metrics.Metric):
            assert f"metrics.{name}" in code, name


def test_the_runbook_has_every_metric_as_the_code_tells_it() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "runbook.md").read_text()
    rows = [
        f"| `{one.name}` | {one.type} | {one.unit} | {one.meaning} | {one.sent_by} |"
        for one in METRICS
    ]
    assert page.rstrip().endswith("\n".join(rows))
