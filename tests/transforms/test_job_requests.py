"""How a job came to be, from the files of the session that started or found it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from landed import IMAGES, JOB, VIDEO, land_manifest, land_video, rows

from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def put(layout: Layout, key: ResultKey, job: dict[str, Any], request: Any = None) -> None:
    path = layout.job(key.operation, key.job_id)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(job))
    if request:
        path = layout.request(key.operation, job["token"])
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(request))


def the_row(layout: Layout) -> dict[str, Any]:
    from rekognition_tables import read_table

    (row,) = read_table(layout.root, "job_requests").to_pylist()
    return {name: value for name, value in row.items() if value is not None}


REQUEST = {
    "Video": {"S3Object": {"Bucket": "videos", "Name": "a.mp4"}},
    "ClientRequestToken": "t1",
    "MinConfidence": 60,
    "Features": ["GENERAL_LABELS"],
    "Settings": {"GeneralLabels": {"LabelInclusionFilters": ["Car", "Bus"]}},
    "NotificationChannel": {"SNSTopicArn": "arn:topic", "RoleArn": "arn:role"},
    "JobTag": "tägliche",
}
FOUND = {
    "operation": "label_detection",
    "job_id": JOB,
    "token": "t1",
    "generation": 2,
    "found_by": "started_here",
    "account": None,
    "region": "eu-west-1",
    "started_at": "2026-01-02T03:04:05+01:00",
    "finished_seen_at": "2026-01-02T03:10:00Z",
    "status": "SUCCEEDED",
    "a key of later versions": 1,
}


def test_a_video_request_stands_whole_and_in_columns(layout: Layout) -> None:
    put(layout, VIDEO, FOUND, {"account": "1234", "request": REQUEST, "etag": "e1"})
    attempt = land_video(layout, [])
    flatten(layout, VIDEO)
    row = the_row(layout)
    assert json.loads(row.pop("request")) == REQUEST
    assert row == {
        "job_id": JOB,
        "operation": "label_detection",
        "aggregate_by": "TIMESTAMPS",
        "token": "t1",
        "generation": 2,
        "found_by": "started_here",
        "account": "1234",
        "region": "eu-west-1",
        "input_s3_object_bucket": "videos",
        "input_s3_object_name": "a.mp4",
        "input_etag": "e1",
        "min_confidence": 60.0,
        "features": ["GENERAL_LABELS"],
        "label_inclusion_filters": ["Car", "Bus"],
        "notification_channel_sns_topic_arn": "arn:topic",
        "notification_channel_role_arn": "arn:role",
        "job_tag": "tägliche",
        "started_at": datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC),
        "finished_seen_at": datetime(2026, 1, 2, 3, 10, tzinfo=UTC),
        "landed_at": attempt.landed_at,
    }


def test_a_bulk_request_stands_in_columns(layout: Layout) -> None:
    request = {
        "OperationsConfig": {"DetectModerationLabels": {"MinConfidence": 50.5}},
        "Input": {"S3Object": {"Bucket": "b", "Name": "in.jsonl", "Version": "v"}},
        "OutputConfig": {"S3Bucket": "out", "S3KeyPrefix": "p/"},
        "JobName": "weekly",
    }
    put(layout, IMAGES, {"token": "t"}, {"request": request})
    land_manifest(layout, [])
    flatten(layout, IMAGES)
    columns = (
        "min_confidence",
        "input_s3_object_version",
        "output_config_s3_bucket",
        "output_config_s3_key_prefix",
        "job_name",
        "aggregate_by",
    )
    assert rows(layout, "job_requests", *columns) == [(50.5, "v", "out", "p/", "weekly", None)]


def test_a_job_found_elsewhere_has_no_request(layout: Layout) -> None:
    put(layout, VIDEO, {"token": None, "found_by": "sns_notification", "started_at": None})
    land_video(layout, [])
    flatten(layout, VIDEO)
    assert set(the_row(layout)) == {
        "job_id",
        "operation",
        "aggregate_by",
        "found_by",
        "landed_at",
    }


def test_a_result_of_nobody_has_a_row_of_nulls(layout: Layout) -> None:
    land_video(layout, [])
    flatten(layout, VIDEO)
    assert set(the_row(layout)) == {"job_id", "operation", "aggregate_by", "landed_at"}
