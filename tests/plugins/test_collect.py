"""Jobs that others started: found, recorded, landed once, and never tried for ever."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import MEDIA, OUTPUT, land_images, land_video, put_images, put_video

from emulator import Emulator
from rekognition_results.callbacks import tell_failure
from rekognition_results.operators.collect import (
    RekognitionCollectMediaAnalysisJobsOperator,
    RekognitionReceiveCompletionsOperator,
)
from rekognition_results.operators.results import RekognitionFlattenOperator
from transforms.commits import read_commit
from transforms.found_jobs import Listing
from transforms.layout import Layout, Operation, ResultKey
from transforms.requests import StartRequest, note_started, read_job

KEYS = {
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "region_name": "us-east-1",
}
ACCOUNT = "123456789012"


@pytest.fixture
def others(amazon: Emulator, s3: Any) -> Any:
    """Rekognition as somebody else uses it, with an input manifest and a video."""
    put_images(s3, "images/a.jpg")
    put_video(s3, "videos/a.mp4", 20)
    line = json.dumps({"source-ref": f"s3://{MEDIA}/images/a.jpg"}).encode()
    s3.put_object(Bucket=MEDIA, Key="manifest.jsonl", Body=line)
    client = boto3.client("rekognition", endpoint_url=amazon.url, **KEYS)
    yield client
    client.close()


@pytest.fixture
def sqs(amazon: Emulator) -> Any:
    client = boto3.client("sqs", endpoint_url=amazon.url, **KEYS)
    yield client
    client.close()


@pytest.fixture
def queue_url(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="completions")["QueueUrl"])


def bulk_job(others: Any) -> str:
    return str(
        others.start_media_analysis_job(
            OperationsConfig={"DetectModerationLabels": {}},
            Input={"S3Object": {"Bucket": MEDIA, "Name": "manifest.jsonl"}},
            OutputConfig={"S3Bucket": OUTPUT, "S3KeyPrefix": "theirs"},
        )["JobId"]
    )


def video_job(others: Any) -> str:
    video = {"S3Object": {"Bucket": MEDIA, "Name": "videos/a.mp4"}}
    return str(others.start_label_detection(Video=video)["JobId"])


def collect(layout: Layout, context: dict[str, Any], **more: Any) -> list[str]:
    operator = RekognitionCollectMediaAnalysisJobsOperator(
        task_id="list", results_uri=str(layout.root), **more
    )
    return operator.execute(context)


def receive(layout: Layout, queue_url: str, context: dict[str, Any], **more: Any) -> list[str]:
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


def message(job_id: str, **more: Any) -> str:
    told = {"JobId": job_id, "Status": "SUCCEEDED", "API": "StartLabelDetection", **more}
    return json.dumps({"Type": "Notification", "Message": json.dumps(told)})


def waiting(sqs: Any, queue_url: str) -> int:
    """Messages in the queue, those included that were received and not deleted."""
    told = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    seen, hidden = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
    return int(told[seen]) + int(told[hidden])


def test_a_finished_bulk_job_of_others_is_recorded_landed_and_flattened_once(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    job_id = bulk_job(others)
    assert collect(layout, context) == []
    amazon.clock.advance(60)
    assert collect(layout, context) == [job_id]
    record = read_job(layout, "media_analysis", job_id)
    assert record is not None
    assert (record.found_by, record.token) == ("list_media_analysis_jobs", None)
    assert (record.account, record.region) == (ACCOUNT, "us-east-1")
    land_images(layout, job_id).execute(context)
    flatten(layout, "media_analysis", job_id, context)
    assert collect(layout, context) == []


def test_a_failed_job_of_others_gets_its_row_and_stays_green(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    amazon.faults.fail_job(operation="StartMediaAnalysisJob", code="INVALID_MANIFEST")
    job_id = bulk_job(others)
    amazon.clock.advance(60)
    assert collect(layout, context) == [job_id]
    land_images(layout, job_id).execute(context)
    flatten(layout, "media_analysis", job_id, context)
    commit = read_commit(layout, ResultKey.of("media_analysis", job_id))
    assert commit is not None
    assert commit.row_counts["media_analysis_jobs"] == 1
    assert collect(layout, context) == []


def test_a_job_started_here_is_left_to_its_own_run(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    request = StartRequest.of("media_analysis", ACCOUNT, "us-east-1", {})
    note_started(layout, request, bulk_job(others))
    amazon.clock.advance(60)
    assert collect(layout, context) == []


def test_the_listing_ends_below_the_oldest_job_that_was_not_final(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    jobs = []
    for _ in range(205):
        jobs.append(bulk_job(others))
        amazon.clock.advance(2)
    amazon.clock.advance(60)
    calls = amazon.counters.calls
    assert len(collect(layout, context, max_jobs=300)) == 205
    assert calls["ListMediaAnalysisJobs"] == 3
    running = bulk_job(others)
    collect(layout, context)
    assert calls["ListMediaAnalysisJobs"] == 4
    amazon.clock.advance(60)
    assert running in collect(layout, context, max_jobs=300)
    assert calls["ListMediaAnalysisJobs"] == 5
    Listing(Listing.read(layout, ACCOUNT, "us-east-1").down_to).write(
        layout, ACCOUNT, "us-east-1"
    )  # the last full listing was long ago
    collect(layout, context)
    assert calls["ListMediaAnalysisJobs"] == 8


def test_at_most_so_many_a_run_and_the_oldest_first(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator
) -> None:
    jobs = []
    for _ in range(3):
        jobs.append(bulk_job(others))
        amazon.clock.advance(60)
    assert collect(layout, context, max_jobs="2") == jobs[:2]
    for job_id in jobs[:2]:
        land_images(layout, job_id).execute(context)
        flatten(layout, "media_analysis", job_id, context)
    assert collect(layout, context, max_jobs="2") == jobs[2:]


def test_results_that_cannot_be_read_are_recorded_once_with_the_reason(
    layout: Layout, context: dict[str, Any], others: Any, s3: Any, amazon: Emulator
) -> None:
    job_id = bulk_job(others)
    amazon.clock.advance(60)
    assert collect(layout, context) == [job_id]
    for found in s3.list_objects_v2(Bucket=OUTPUT)["Contents"]:
        s3.delete_object(Bucket=OUTPUT, Key=found["Key"])
    fails(land_images(layout, job_id), context, "There is no such object")
    record = read_job(layout, "media_analysis", job_id)
    assert record is not None
    assert "NoSuchKey" in str(record.given_up)
    assert collect(layout, context) == []
    assert collect(layout, context, again="True") == [job_id]


def test_a_message_gives_a_job_its_record_and_is_then_deleted(
    layout: Layout, context: dict[str, Any], others: Any, amazon: Emulator, sqs: Any, queue_url: str
) -> None:
    job_id = video_job(others)
    amazon.clock.advance(60)
    for _ in range(2):
        sqs.send_message(QueueUrl=queue_url, MessageBody=message(job_id))
    assert receive(layout, queue_url, context) == [job_id]
    assert waiting(sqs, queue_url) == 0
    record = read_job(layout, "label_detection", job_id)
    assert record is not None
    assert (record.found_by, record.status) == ("sns_notification", None)
    land_video(layout, job_id).execute(context)
    flatten(layout, "label_detection", job_id, context)
    sqs.send_message(QueueUrl=queue_url, MessageBody=message(job_id))
    assert receive(layout, queue_url, context) == []
    assert waiting(sqs, queue_url) == 0
    done = read_job(layout, "label_detection", job_id)
    assert done is not None
    assert done.status == "SUCCEEDED"


def test_a_message_stays_in_the_queue_until_its_job_is_recorded(
    layout: Layout,
    context: dict[str, Any],
    sqs: Any,
    queue_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody=message("job"))

    def full(*_: Any) -> bool:
        raise OSError("no space left on device")

    monkeypatch.setattr("transforms.requests.create", full)
    with pytest.raises(OSError, match="no space"):
        receive(layout, queue_url, context)
    assert waiting(sqs, queue_url) == 1


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[1]",
        '{"Message": 7}',
        '{"Message": "no json"}',
        message("job", API="StartFaceDetection"),
        message("../../job"),
        message("job", JobId=None),
    ],
)
def test_a_message_that_is_none_of_ours_is_told_and_deleted(
    layout: Layout,
    context: dict[str, Any],
    sqs: Any,
    queue_url: str,
    body: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody=body)
    assert receive(layout, queue_url, context) == []
    assert waiting(sqs, queue_url) == 0
    assert "A message is left out and deleted: It" in capsys.readouterr().out


def test_what_the_watcher_received_comes_with_its_event(
    layout: Layout, context: dict[str, Any], sqs: Any, queue_url: str
) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody=message("job"))
    batch = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=300)["Messages"]
    payload = {"status": "success", "message_batch": batch}
    event = SimpleNamespace(extra={"from_trigger": True, "payload": payload})
    events = {"triggering_asset_events": {"rekognition_completions": [event]}}
    assert receive(layout, queue_url, {**context, **events}) == ["job"]
    assert waiting(sqs, queue_url) == 0


def test_a_message_of_a_job_that_is_not_there_is_red_once(
    layout: Layout, context: dict[str, Any], sqs: Any, queue_url: str
) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody=message("nobody"))
    assert receive(layout, queue_url, context) == ["nobody"]
    fails(land_video(layout, "nobody"), context, "job nobody")
    assert receive(layout, queue_url, context) == []


def test_without_a_queue_nothing_is_received(
    layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    assert receive(layout, "", context) == []
