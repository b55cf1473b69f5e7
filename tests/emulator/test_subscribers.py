"""A dead or slow subscriber costs neither the others' messages nor anybody's time."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated import ACCESS, REGION, Call, Clients, Media
from moto import mock_aws
from moto.sns.models import Subscription

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.engine import subscribers
from rekognition_emulator.in_moto import mock_rekognition

ROLE = "arn:aws:iam::123456789012:role/rekognition"


class Subscriber:
    """An HTTP endpoint that keeps what it is sent; `hold` makes it slow until `release`."""

    def __init__(self, hold: bool = False) -> None:
        self.received: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.asked, self.release = threading.Event(), threading.Event()
        if not hold:
            self.release.set()
        received, asked, release = self.received, self.asked, self.release

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.set()
                release.wait(60)
                received.put(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def message(self) -> dict[str, Any]:
        return dict(json.loads(self.received.get(timeout=30)["Message"]))

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def healthy() -> Iterator[Subscriber]:
    subscriber = Subscriber()
    yield subscriber
    subscriber.close()


@pytest.fixture
def slow() -> Iterator[Subscriber]:
    subscriber = Subscriber(hold=True)
    yield subscriber
    subscriber.close()


class Topic:
    """A topic with subscribers, of which the last is a queue."""

    def __init__(self, clients: Any, name: str) -> None:
        self._sns, self._sqs = clients("sns"), clients("sqs")
        self.arn = self._sns.create_topic(Name=name)["TopicArn"]

    def subscribe(self, protocol: str, endpoint: str) -> None:
        self._sns.subscribe(TopicArn=self.arn, Protocol=protocol, Endpoint=endpoint)

    def subscribe_queue(self, name: str) -> str:
        queue_url = str(self._sqs.create_queue(QueueName=name)["QueueUrl"])
        self.subscribe("sqs", f"arn:aws:sqs:{REGION}:123456789012:{name}")
        return queue_url

    def jobs_in(self, queue_url: str) -> list[str]:
        answer = self._sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        return [json.loads(body["Message"])["JobId"] for body in bodies]

    def start(self, call: Call, media: Media) -> str:
        channel = {"SNSTopicArn": self.arn, "RoleArn": ROLE}
        request = media.video() | {"NotificationChannel": channel}
        return str(call("StartLabelDetection", **request)["JobId"])


@pytest.fixture
def topic(clients: Any) -> Topic:
    return Topic(clients, "done")


# Nobody listens on port 9 of this machine; the queue and the function do not exist.
@pytest.mark.parametrize(
    "protocol,endpoint",
    [
        ("http", "http://127.0.0.1:9/"),
        ("sqs", f"arn:aws:sqs:{REGION}:123456789012:gone"),
        ("lambda", f"arn:aws:lambda:{REGION}:123456789012:function:gone"),
    ],
)
def test_a_dead_subscriber_costs_only_its_own_messages(
    protocol: str,
    endpoint: str,
    topic: Topic,
    healthy: Subscriber,
    emulator: Emulator,
    media: Media,
    call: Call,
) -> None:
    before = topic.subscribe_queue("before")
    topic.subscribe(protocol, endpoint)
    after = topic.subscribe_queue("after")
    topic.subscribe("http", healthy.url)
    job_id = topic.start(call, media)
    emulator.clock.advance(2)
    assert topic.jobs_in(before) == topic.jobs_in(after) == [job_id]
    assert healthy.message()["JobId"] == job_id
    assert emulator.counters.notifications["SUCCEEDED"] == 1


def test_a_slow_subscriber_holds_up_no_other_and_no_clock(
    topic: Topic,
    slow: Subscriber,
    healthy: Subscriber,
    emulator: Emulator,
    media: Media,
    call: Call,
) -> None:
    topic.subscribe("http", slow.url)
    topic.subscribe("http", healthy.url)
    after = topic.subscribe_queue("after")
    jobs = [topic.start(call, media) for _ in range(3)]
    emulator.clock.advance(2)
    assert slow.asked.wait(30)
    assert not slow.release.is_set()
    assert topic.jobs_in(after) == jobs
    assert [healthy.message()["JobId"] for _ in jobs] == jobs
    assert [call("GetLabelDetection", JobId=job)["JobStatus"] for job in jobs] == ["SUCCEEDED"] * 3
    slow.release.set()
    assert [slow.message()["JobId"] for _ in jobs] == jobs


def test_a_subscriber_that_never_answers_is_given_up(
    topic: Topic,
    slow: Subscriber,
    emulator: Emulator,
    media: Media,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(subscribers, "ANSWER_SECONDS", 0.2)
    topic.subscribe("http", slow.url)
    for _ in range(2):
        slow.asked.clear()
        topic.start(call, media)
        emulator.clock.advance(2)
        assert slow.asked.wait(30)  # the second time it has been given up once
    assert "SNS did not reach" in caplog.text


def test_a_caller_that_publishes_does_not_wait_for_a_slow_subscriber(
    topic: Topic, slow: Subscriber, clients: Any
) -> None:
    topic.subscribe("http", slow.url)
    after = topic.subscribe_queue("after")
    clients("sns").publish(TopicArn=topic.arn, Message='{"JobId": "published"}')
    assert slow.asked.wait(30)
    assert topic.jobs_in(after) == ["published"]


@pytest.mark.parametrize("protocol", ["sqs", "http"])
def test_a_message_that_is_wrong_itself_is_still_the_publisher_s_error(
    protocol: str, topic: Topic, healthy: Subscriber, clients: Any
) -> None:
    if protocol == "sqs":
        topic.subscribe_queue("queue")
    else:
        topic.subscribe("http", healthy.url)
    with pytest.raises(ClientError, match="not valid JSON"):
        clients("sns").publish(TopicArn=topic.arn, MessageStructure="json", Message="text")


def test_an_emulator_stops_beside_a_slow_subscriber(session: Any, slow: Subscriber) -> None:
    with Emulator(clock=Clock.manual()) as emulator:
        clients = Clients(session, emulator.url)
        topic = Topic(clients, "done")
        topic.subscribe("http", slow.url)
        clients("sns").publish(TopicArn=topic.arn, Message="one")
        clients("sns").publish(TopicArn=topic.arn, Message="two")
        assert slow.asked.wait(30)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    clients.close()
    slow.release.set()
    assert slow.received.get(timeout=30)["Message"] == "one"
    with pytest.raises(queue.Empty):  # what waited is dropped
        slow.received.get(timeout=0.2)


def test_a_topic_of_another_region_is_refused(media: Media, both: Call, emulator: Emulator) -> None:
    for region in ("us-east-1", ""):
        topic = f"arn:aws:sns:{region}:123456789012:done"
        channel = {"SNSTopicArn": topic, "RoleArn": ROLE}
        with pytest.raises(ClientError, match="region") as refused:
            both("StartLabelDetection", **media.video(), NotificationChannel=channel)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    assert emulator.counters.jobs_started == {}


def test_the_mock_has_the_same_and_leaves_moto_s_deliveries_as_they_were() -> None:
    before = Subscription.publish
    with mock_aws(), mock_rekognition(clock=Clock.manual()):
        sns = boto3.client("sns", region_name=REGION, **ACCESS)
        topic = sns.create_topic(Name="done")["TopicArn"]
        gone = f"arn:aws:lambda:{REGION}:123456789012:function:gone"
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=gone)
        assert sns.publish(TopicArn=topic, Message="text")["MessageId"]
        sns.close()
    assert Subscription.publish is before
