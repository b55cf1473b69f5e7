"""A video job's completion goes to its SNS topic, and from there to a queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulated import MEDIA, Call, Media

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


def run(emulator: Any, call: Call, media: Media, channel: dict[str, str], **more: Any) -> str:
    request = media.video() | {"NotificationChannel": channel} | more
    job_id = str(call("StartLabelDetection", **request)["JobId"])
    emulator.clock.advance(2)
    return job_id


def test_the_payload_is_rekognitions(
    emulator: Any, media: Media, both: Call, clients: Any, channel: dict[str, str]
) -> None:
    job_id = run(emulator, both, media, channel, JobTag="a-tag")
    assert received(clients) == [
        {
            "JobId": job_id,
            "Status": "SUCCEEDED",
            "API": "StartLabelDetection",
            "JobTag": "a-tag",
            "Timestamp": int(emulator.clock.now() * 1000),
            "Video": {"S3ObjectName": "video.mp4", "S3Bucket": MEDIA},
        }
    ]
    assert emulator.counters.notifications["SUCCEEDED"] == 1


@pytest.mark.parametrize("status", ["FAILED", "ERROR"])
def test_failures_are_published_too(
    status: str, emulator: Any, media: Media, call: Call, clients: Any, channel: dict[str, str]
) -> None:
    emulator.faults.fail_job(message="No.", notify_status=status)
    job_id = run(emulator, call, media, channel)
    assert [(one["JobId"], one["Status"]) for one in received(clients)] == [(job_id, status)]
    assert call("GetLabelDetection", JobId=job_id)["JobStatus"] == "FAILED"


@pytest.mark.parametrize("copies", [0, 2])
def test_a_message_can_come_twice_or_never(
    copies: int, emulator: Any, media: Media, call: Call, clients: Any, channel: dict[str, str]
) -> None:
    emulator.faults.notify(copies)
    job_id = run(emulator, call, media, channel)
    assert [one["JobId"] for one in received(clients)] == [job_id] * copies
    run(emulator, call, media, channel)
    assert len(received(clients)) == 1


def test_a_missing_topic_costs_only_the_message(
    emulator: Any, media: Media, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = {"SNSTopicArn": "arn:aws:sns:eu-west-1:123456789012:gone", "RoleArn": ROLE}
    job_id = run(emulator, call, media, nowhere)
    assert call("GetLabelDetection", JobId=job_id)["JobStatus"] == "SUCCEEDED"
    assert "gone" in caplog.text or job_id in caplog.text
