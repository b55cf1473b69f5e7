"""A video job's completion goes to its SNS topic, and from there to a queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulated import MEDIA, Call, Media

from rekognition_emulator.videos.operation import VideoOperation

ROLE = "arn:aws:iam::123456789012:role/rekognition"


@pytest.fixture
def channel(clients: Any) -> dict[str, str]:
    """A topic that feeds the queue below."""
    topic = clients("sns").create_topic(Name="AmazonRekognition-done")["TopicArn"]
    queue = clients("sqs").create_queue(QueueName="done")["QueueUrl"]
    names = clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    endpoint = names["Attributes"]["QueueArn"]
    clients("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    return {"SNSTopicArn": topic, "RoleArn": ROLE}


def received(clients: Any) -> list[dict[str, Any]]:
    """Rekognition's messages that wait in the queue."""
    queue = clients("sqs").get_queue_url(QueueName="done")["QueueUrl"]
    answer = clients("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
    return [json.loads(body["Message"]) for body in bodies]


@pytest.fixture
def run(operation: VideoOperation, emulator: Any, media: Media, channel: dict[str, str]) -> Any:
    """`run(call)` gives the id of a job that has ended and publishes to the channel."""

    def ended(call: Call, topic: dict[str, str] = channel, **more: Any) -> str:
        request = media.video() | {"NotificationChannel": topic} | more
        job_id = str(call(operation.start, **request)["JobId"])
        emulator.clock.advance(2)
        return job_id

    return ended


def test_the_payload_is_rekognitions(
    operation: VideoOperation, emulator: Any, both: Call, clients: Any, run: Any
) -> None:
    job_id = run(both, JobTag="a-tag")
    assert received(clients) == [
        {
            "JobId": job_id,
            "Status": "SUCCEEDED",
            "API": operation.start,
            "JobTag": "a-tag",
            "Timestamp": int(emulator.clock.now() * 1000),
            "Video": {"S3ObjectName": "video.mp4", "S3Bucket": MEDIA},
        }
    ]
    assert emulator.counters.notifications["SUCCEEDED"] == 1


@pytest.mark.parametrize("status", ["FAILED", "ERROR"])
def test_failures_are_published_too(
    status: str, operation: VideoOperation, emulator: Any, call: Call, clients: Any, run: Any
) -> None:
    emulator.faults.fail_job(message="No.", notify_status=status)
    job_id = run(call)
    assert [(one["JobId"], one["Status"]) for one in received(clients)] == [(job_id, status)]
    assert call(operation.get, JobId=job_id)["JobStatus"] == "FAILED"


@pytest.mark.parametrize("copies", [0, 2])
def test_a_message_can_come_twice_or_never(
    copies: int, emulator: Any, call: Call, clients: Any, run: Any
) -> None:
    emulator.faults.notify(copies)
    job_id = run(call)
    assert [one["JobId"] for one in received(clients)] == [job_id] * copies
    run(call)
    assert len(received(clients)) == 1


def test_a_missing_topic_costs_only_the_message(
    operation: VideoOperation, call: Call, run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = {"SNSTopicArn": "arn:aws:sns:eu-west-1:123456789012:gone", "RoleArn": ROLE}
    job_id = run(call, nowhere)
    assert call(operation.get, JobId=job_id)["JobStatus"] == "SUCCEEDED"
    assert "gone" in caplog.text or job_id in caplog.text
