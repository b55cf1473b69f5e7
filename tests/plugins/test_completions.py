"""What SNS says of video jobs that others started: recorded, then deleted from the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from collecting import fails, flatten, found, message, receive, video_job, waiting
from pipeline_steps import land_video

from rekognition_emulator import Emulator
from rekognition_results.planning.completions import completion_of
from rekognition_tables.jobs.requests import read_job
from rekognition_tables.jobs.unlanded import unlanded_jobs
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_a_message_gives_a_job_its_record_and_is_then_deleted(
    operation: Operation,
    layout: Layout,
    context: dict[str, Any],
    others: Any,
    amazon: Emulator,
    sqs: Any,
    queue_url: str,
) -> None:
    job_id = video_job(others, operation)
    amazon.clock.advance(60)
    for _ in range(2):
        sqs.send_message(QueueUrl=queue_url, MessageBody=message(job_id, operation))
    assert receive(layout, queue_url, context) == [found(job_id, operation)]
    assert waiting(sqs, queue_url) == 0
    record = read_job(layout, operation, job_id)
    assert record is not None
    assert (record.found_by, record.status) == ("sns_notification", None)
    land_video(layout, job_id, operation).execute(context)
    flatten(layout, operation, job_id, context)
    sqs.send_message(QueueUrl=queue_url, MessageBody=message(job_id, operation))
    assert receive(layout, queue_url, context) == []
    assert waiting(sqs, queue_url) == 0
    done = read_job(layout, operation, job_id)
    assert done is not None
    assert done.status == "SUCCEEDED"


def test_jobs_of_all_operations_come_together_the_oldest_first_and_no_more_than_asked_for(
    layout: Layout, context: dict[str, Any], sqs: Any, queue_url: str
) -> None:
    began = datetime.now(UTC) - timedelta(hours=5)
    sent = list(enumerate([*VIDEO_OPERATIONS, *VIDEO_OPERATIONS]))
    for hour, operation in reversed(sent):
        millis = int((began + timedelta(hours=hour)).timestamp() * 1000)
        told = message(f"job-{hour}", operation, Timestamp=millis)
        sqs.send_message(QueueUrl=queue_url, MessageBody=told)
    every = [found(f"job-{hour}", operation) for hour, operation in sent]
    assert receive(layout, queue_url, context) == every
    assert receive(layout, queue_url, context, max_jobs=3) == every[:3]
    segments = receive(layout, queue_url, context, aggregate_by="SEGMENTS", max_jobs=1)
    assert segments == [every[0] | {"aggregate_by": "SEGMENTS"}]


@pytest.mark.parametrize("days, expired", [(6, False), (8, True)])
def test_a_found_job_is_as_old_as_its_message_says(
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    sqs: Any,
    queue_url: str,
    days: int,
    expired: bool,
) -> None:
    """The message lay in the queue for days: so long are the results kept less."""
    ended = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    told = message("gone", Timestamp=int(ended.timestamp() * 1000))
    sqs.send_message(QueueUrl=queue_url, MessageBody=told)
    assert receive(layout, queue_url, context) == [found("gone")]
    record = read_job(layout, "label_detection", "gone")
    assert record is not None
    assert (record.started_at, record.finished_seen_at) == (None, ended)
    (unlanded,) = unlanded_jobs(layout, "label_detection")
    assert unlanded.expires_within() == (not expired)
    said = "they are gone" if expired else "There is no job gone in account"
    fails(land_video(layout, "gone"), context, said)


@pytest.mark.parametrize("when", [None, "today", True, -1e30, 9e18, float("nan")])
def test_a_message_need_not_say_when(when: Any) -> None:
    told = completion_of(message("job", Timestamp=when))
    assert (told.operation, told.job_id) == ("label_detection", "job")
    assert told.ended_at is None or told.ended_at <= datetime.now(UTC)


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

    monkeypatch.setattr("rekognition_tables.jobs.requests.create", full)
    with pytest.raises(OSError, match="no space"):
        receive(layout, queue_url, context)
    assert waiting(sqs, queue_url) == 1


def left_out(layout: Layout, context: dict[str, Any], sqs: Any, queue_url: str, body: str) -> str:
    """Send a message of which no job comes, and which is deleted: its id."""
    sent = sqs.send_message(QueueUrl=queue_url, MessageBody=body)
    assert receive(layout, queue_url, context) == []
    assert waiting(sqs, queue_url) == 0
    return str(sent["MessageId"])


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
    left_out(layout, context, sqs, queue_url, body)
    assert " is left out and deleted: It" in capsys.readouterr().out


@pytest.mark.parametrize(
    "body",
    [
        "password " + "x" * 200,
        '{"password": "\x1b[2J"}',
        message("job", API="y" * 90 + "password"),
        message("job", API={"password": [[]]}),
        message("job" * 30 + "password"),
        '{"API": "StartLabelDetection", "JobId": ' + "[" * 700 + "]" * 700 + "}",
    ],
)
def test_what_else_is_in_a_message_is_not_logged(
    layout: Layout,
    context: dict[str, Any],
    sqs: Any,
    queue_url: str,
    body: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    message_id = left_out(layout, context, sqs, queue_url, body)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "left out" in one]
    assert f"Message {message_id} is left out and deleted: It" in line
    assert "password" not in line
    assert len(line) < 400


def test_what_the_watcher_received_comes_with_its_event(
    layout: Layout, context: dict[str, Any], sqs: Any, queue_url: str
) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody=message("job"))
    batch = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=300)["Messages"]
    payload = {"status": "success", "message_batch": batch}
    event = SimpleNamespace(extra={"from_trigger": True, "payload": payload})
    events = {"triggering_asset_events": {"rekognition_completions": [event]}}
    assert receive(layout, queue_url, {**context, **events}) == [found("job")]
    assert waiting(sqs, queue_url) == 0


def test_a_message_of_a_job_that_is_not_there_is_red_once(
    layout: Layout, context: dict[str, Any], sqs: Any, queue_url: str
) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody=message("nobody"))
    assert receive(layout, queue_url, context) == [found("nobody")]
    fails(land_video(layout, "nobody"), context, "job nobody")
    assert receive(layout, queue_url, context) == []


def test_without_a_queue_nothing_is_received(
    layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    assert receive(layout, "", context) == []
