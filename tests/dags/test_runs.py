"""Whole DAG runs through Airflow, with what can go wrong in between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest
from airflow_process import Airflow, started
from planted_secrets import leaks, planted

from local.environment import MEDIA_BUCKET, OUTPUT_BUCKET, local_amazon_environment
from rekognition_emulator import Emulator
from rekognition_emulator.sample_media import image, video

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture
def amazon() -> Iterator[Emulator]:
    with Emulator(port=0, seconds_per_video_job=0.2, seconds_per_bulk_job=0.2) as emulator:
        session = boto3.Session("test", "test", region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=emulator.url)
        for bucket in (MEDIA_BUCKET, OUTPUT_BUCKET):
            s3.create_bucket(Bucket=bucket)
        for name in ("a", "b", "c"):
            key, body = f"videos/{name}.mp4", video(name)
            s3.put_object(Bucket=MEDIA_BUCKET, Key=key, Body=body, Metadata={"labels": "30"})
        s3.put_object(Bucket=MEDIA_BUCKET, Key="images/a.jpg", Body=image("a.jpg"))
        s3.close()
        yield emulator


def run(airflow: Airflow, amazon: Emulator, tmp_path: Path, *dag_ids: str) -> list[dict[str, Any]]:
    given = planted(local_amazon_environment(amazon.url))
    given |= {"REKOGNITION_RESULTS_URI": str(tmp_path)}
    ran = airflow.run(given, *((dag_id, {}) for dag_id in dag_ids))
    assert ran is not None
    assert leaks(tmp_path) == leaks(airflow.folder) == []
    return ran


def query(tmp_path: Path, sql: str) -> list[tuple[Any, ...]]:
    path = tmp_path / "published" / "rekognition.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_failed_job_is_loaded_and_red_and_the_others_go_on(
    amazon: Emulator, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    amazon.faults.fail_job(times=1, operation="StartLabelDetection")
    lineage = tmp_path / "lineage.jsonl"
    told = {"type": "file", "log_file_path": str(lineage), "append": True}
    with started(
        tmp_path_factory.mktemp("airflow"),
        AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(told),
        AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD="True",
    ) as airflow:
        labels, load = run(airflow, amazon, tmp_path, "label_detection", "load_warehouse")
    states = Counter(
        state for task, state in labels["tasks"].items() if task.startswith("job.flatten")
    )
    assert states == {"success": 2, "failed": 1}
    assert labels["tasks"]["announce[-1]"] == "success"
    assert labels["state"] == "failed"
    assert load["state"] == "success"
    found = query(tmp_path, "SELECT job_status, count(*) FROM label_detection_jobs GROUP BY ALL")
    assert dict(found) == {"SUCCEEDED": 2, "FAILED": 1}
    assert query(tmp_path, "SELECT count(DISTINCT job_id) FROM labels") == [(2,)]
    check_lineage(tmp_path, [json.loads(line) for line in lineage.read_text().splitlines()])


def check_lineage(root: Path, events: list[dict[str, Any]]) -> None:
    """What reached OpenLineage's file: each video to its tables, all tables to the warehouse."""
    told: dict[str, list[tuple[set[str], set[str]]]] = {}
    for event in events:
        if event["eventType"] in ("COMPLETE", "FAIL"):
            sides = (
                {f"{one['namespace']}/{one['name']}" for one in event.get(side, ())}
                for side in ("inputs", "outputs")
            )
            told.setdefault(event["job"]["name"], []).append((next(sides), next(sides)))
    videos = {f"s3://{MEDIA_BUCKET}/videos/{name}.mp4" for name in ("a", "b", "c")}
    landed = {f"file/{path.parent}" for path in root.glob("raw/*/*/*/_SUCCESS.json")}
    assert {one for i, _ in told["label_detection.job.start"] for one in i} == videos
    assert {one for i, _ in told["label_detection.job.land"] for one in i} == videos
    assert {one for _, o in told["label_detection.job.land"] for one in o} == landed
    for inputs, outputs in told["label_detection.job.flatten"]:  # of the failed job, too
        assert inputs <= landed
        assert f"file/{root}/tables/labels" in outputs
    ((inputs, outputs),) = told["load_warehouse.load"]
    assert f"file/{root}/tables/labels" in inputs
    assert outputs == {
        f"file/{root}/warehouse/rekognition.duckdb",
        f"file/{root}/published/rekognition.duckdb",
    }


def test_a_result_that_does_not_reconcile_is_held_back_and_red(
    airflow: Airflow, amazon: Emulator, tmp_path: Path
) -> None:
    amazon.faults.drop_result_lines(lines=1, times=1)
    images, load = run(airflow, amazon, tmp_path, "media_analysis", "load_warehouse")
    assert images["tasks"]["job.flatten[0]"] == "failed"
    assert (images["state"], load["state"]) == ("failed", "success")
    ((reconciled, held_back, reason),) = query(
        tmp_path, "SELECT reconciled, held_back, reason FROM loads"
    )
    assert (reconciled, held_back) == (False, True)
    assert "1" in reason
    assert "0" in reason
    assert query(tmp_path, "SELECT count(*) FROM moderation_images") == [(0,)]
