"""Jobs that others started, and the operators that collect them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from botocore import xform_name
from pipeline_steps import LABELS, MEDIA, OUTPUT

from rekognition_results.observability.callbacks import tell_failure
from rekognition_results.operators.collect import (
    RekognitionCollectMediaAnalysisJobsOperator,
    RekognitionReceiveCompletionsOperator,
)
from rekognition_results.operators.results import RekognitionFlattenOperator
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout

ACCOUNT = "123456789012"


def bulk_job(others: Any) -> str:
    return str(
        others.start_media_analysis_job(
            OperationsConfig={"DetectModerationLabels": {}},
            Input={"S3Object": {"Bucket": MEDIA, "Name": "manifest.jsonl"}},
            OutputConfig={"S3Bucket": OUTPUT, "S3KeyPrefix": "theirs"},
        )["JobId"]
    )


def video_job(others: Any, operation: Operation = LABELS) -> str:
    video = {"S3Object": {"Bucket": MEDIA, "Name": "videos/a.mp4"}}
    start = getattr(others, xform_name(VIDEO_OPERATIONS[operation].start))
    return str(start(Video=video)["JobId"])


def collect(layout: Layout, context: dict[str, Any], **more: Any) -> list[str]:
    operator = RekognitionCollectMediaAnalysisJobsOperator(
        task_id="list", results_uri=str(layout.root), **more
    )
    return operator.execute(context)


def receive(layout: Layout, queue_url: str, context: dict[str, Any], **more: Any) -> list[Any]:
    operator = RekognitionReceiveCompletionsOperator(
        task_id="receive", queue_url=queue_url, results_uri=str(layout.root), **more
    )
    return operator.execute(context)


def flatten(layout: Layout, operation: Operation, job_id: str, context: dict[str, Any]) -> None:
    RekognitionFlattenOperator(
        task_id="flatten",
        operation=operation,
        job_id=job_id,
        fail_on_failed=False,
        results_uri=str(layout.root),
    ).execute(context)


def fails(operator: Any, context: dict[str, Any], match: str) -> None:
    """Run a task to its red end, as Airflow does, with its callback."""
    with pytest.raises(AirflowFailException, match=match) as raised:
        operator.execute(context)
    tell_failure({"task": operator, "exception": raised.value})


def found(job_id: str, operation: Operation = LABELS) -> dict[str, str | None]:
    """What is received of a job."""
    usual = VIDEO_OPERATIONS[operation].forms[0]
    return {"operation": operation, "job_id": job_id, "aggregate_by": usual}


def message(job_id: str, operation: Operation = LABELS, **more: Any) -> str:
    api = VIDEO_OPERATIONS[operation].start
    told = {"JobId": job_id, "Status": "SUCCEEDED", "API": api, **more}
    return json.dumps({"Type": "Notification", "Message": json.dumps(told)})


def waiting(sqs: Any, queue_url: str) -> int:
    """Messages in the queue, those included that were received and not deleted."""
    told = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    seen, hidden = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
    return int(told[seen]) + int(told[hidden])
