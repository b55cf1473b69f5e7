"""Whole DAG runs without a bulk job of ours: images one by one, jobs that others started."""

from __future__ import annotations

import json
import time
from pathlib import Path

import boto3
import duckdb
import pytest
from airflow_process import Airflow
from botocore import xform_name
from planted_secrets import leaks, planted

from local.environment import MEDIA_BUCKET, OUTPUT_BUCKET, local_amazon_environment
from rekognition_emulator import Clock, Emulator
from rekognition_emulator.sample_media import image, video
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def others_jobs(amazon: Emulator) -> str:
    """A bulk job that FAILED, video jobs that are told in a queue, media; gives the queue's URL."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    s3, sqs, rekognition = (
        session.client(name, endpoint_url=amazon.url) for name in ("s3", "sqs", "rekognition")
    )
    for bucket in (MEDIA_BUCKET, OUTPUT_BUCKET):
        s3.create_bucket(Bucket=bucket)
    for name in ("a.jpg", "b.jpg"):
        s3.put_object(Bucket=MEDIA_BUCKET, Key=f"images/{name}", Body=image(name))
    place = {"Bucket": MEDIA_BUCKET, "Name": "theirs/a.mp4"}
    s3.put_object(Bucket=MEDIA_BUCKET, Key=place["Name"], Body=video("a"), Metadata={"labels": "9"})
    url = str(sqs.create_queue(QueueName="completions")["QueueUrl"])
    for spec in VIDEO_OPERATIONS.values():
        start = getattr(rekognition, xform_name(spec.start))
        job_id = start(Video={"S3Object": place})["JobId"]
        told = {"JobId": job_id, "Status": "SUCCEEDED", "API": spec.start}
        for body in (json.dumps(told), json.dumps({"Message": json.dumps(told)}), "nonsense"):
            sqs.send_message(QueueUrl=url, MessageBody=body)
    s3.put_object(Bucket=MEDIA_BUCKET, Key="theirs/manifest.jsonl", Body=b"no manifest")
    amazon.faults.fail_job(operation="StartMediaAnalysisJob", code="INVALID_MANIFEST")
    rekognition.start_media_analysis_job(
        OperationsConfig={"DetectModerationLabels": {}},
        Input={"S3Object": {"Bucket": MEDIA_BUCKET, "Name": "theirs/manifest.jsonl"}},
        OutputConfig={"S3Bucket": OUTPUT_BUCKET, "S3KeyPrefix": "theirs"},
    )
    amazon.clock.advance(60)
    for client in (s3, sqs, rekognition):
        client.close()
    return url


def test_images_one_by_one_and_jobs_of_others_are_loaded(airflow: Airflow, tmp_path: Path) -> None:
    with Emulator(port=0, clock=Clock.manual(start=time.time())) as amazon:
        given = planted(local_amazon_environment(amazon.url)) | {
            "REKOGNITION_RESULTS_URI": str(tmp_path),
            "REKOGNITION_COMPLETIONS_QUEUE_URL": others_jobs(amazon),
        }
        for mode, *dags in (
            ("image", "media_analysis", "collect_finished_jobs", "expiring_results"),
            ("bulk", "collect_finished_jobs", "reflatten", "load_warehouse"),
        ):
            runs = [(dag_id, {}) for dag_id in dags]
            ran = airflow.run(given | {"REKOGNITION_MODE": mode}, *runs)
            assert ran is not None
            assert {one["state"] for one in ran} == {"success"}, ran
            assert leaks(tmp_path) == leaks(airflow.folder) == []
        assert amazon.counters.images_analysed["DetectModerationLabels"] == 2
        assert amazon.counters.jobs_started["StartMediaAnalysisJob"] == 1  # theirs
    path = tmp_path / "published" / "rekognition.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        jobs = con.execute("SELECT mode, status FROM media_analysis_jobs").fetchall()
        found = con.execute("SELECT found_by FROM job_requests").fetchall()
        (images,) = con.sql("SELECT count(*) FROM moderation_images").fetchall()
        elements = {
            spec.name: con.table(spec.elements_table.name).shape[0]
            for spec in VIDEO_OPERATIONS.values()
        }
    assert sorted(jobs) == [("bulk", "FAILED"), ("image", "SUCCEEDED")]
    assert sorted(found) == [
        ("list_media_analysis_jobs",),
        *[("sns_notification",)] * len(VIDEO_OPERATIONS),
        ("started_here",),
    ]
    assert images == (2,)
    assert elements == dict.fromkeys(VIDEO_OPERATIONS, 9)
