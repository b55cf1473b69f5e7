"""The load task and a DuckLake on S3: reached with the connection, and with nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rekognition_emulator import Emulator
from rekognition_results.aws.storage import lake_with_access
from rekognition_results.operators.results import (
    RekognitionFlattenOperator,
    RekognitionLoadWarehouseOperator,
)
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.ducklake import DuckLake

PAGE = b'{"JobStatus": "SUCCEEDED", "JobId": "job-1", "Labels": [%s]}'
LABEL = b'{"Timestamp": 0, "Label": {"Name": "Car", "Confidence": 99.5}}'


@pytest.mark.usefixtures("s3")
def test_a_lake_on_s3_is_loaded_with_the_connection_s_keys_and_endpoint(
    amazon: Emulator,
    layout: Layout,
    tmp_path: Path,
    context: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(layout.root))
    monkeypatch.setenv("REKOGNITION_WAREHOUSE_URI", f"ducklake:sqlite:{tmp_path}/catalog.sqlite")
    monkeypatch.setenv("REKOGNITION_WAREHOUSE_DATA_URI", "s3://output/lake")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    key = ResultKey.of("label_detection", "job-1")
    attempt = LandingAttempt.resume_or_begin(layout, key)
    attempt.add_page(PAGE % b", ".join([LABEL] * 20), None)
    attempt.succeed(status="SUCCEEDED")
    flatten = RekognitionFlattenOperator(
        task_id="flatten", operation="label_detection", job_id="job-1"
    )
    flatten.execute(context)
    told = RekognitionLoadWarehouseOperator(task_id="load").execute(context)
    assert told["loaded"] == 1
    lake = DuckLake(f"ducklake:sqlite:{tmp_path}/catalog.sqlite", "s3://output/lake")
    with read_only(lake_with_access(lake, "aws_default", "")) as con:
        assert con.execute("SELECT count(*) FROM labels").fetchall() == [(20,)]
        files = con.execute("SELECT file FROM glob('s3://output/lake/main/labels/*')").fetchall()
    assert len(files) == 1
    assert amazon.url


def test_a_file_and_a_lake_on_this_disk_ask_for_no_connection() -> None:
    lake = DuckLake("ducklake:sqlite:/c.sqlite", "/data/lake")
    assert lake_with_access(lake, "no such connection", "") is lake
    assert lake_with_access(Path("/w.duckdb"), "no such connection", "") == Path("/w.duckdb")
