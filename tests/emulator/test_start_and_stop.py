"""Starting and stopping: twice, beside others, on ::1, and with wrong arguments."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
from emulated import ACCESS, MEDIA, OUTPUT, REGION, Clients, Media
from moto import mock_aws

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.__main__ import main
from rekognition_emulator.in_moto import mock_rekognition

IN_REGION = {"LocationConstraint": REGION}


def buckets(emulator: Emulator, session: Any) -> list[str]:
    s3 = session.client("s3", endpoint_url=emulator.url)
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.close()
    return names


def make_bucket(emulator: Emulator, session: Any) -> None:
    s3 = session.client("s3", endpoint_url=emulator.url)
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=IN_REGION)
    s3.close()


def test_stop_twice_is_harmless_beside_another_one_too(session: Any) -> None:
    first = Emulator(clock=Clock.manual()).start()
    first.stop()
    first.stop()
    with Emulator(clock=Clock.manual()) as second:
        make_bucket(second, session)
        first.stop()
        assert buckets(second, session) == ["bucket"]
        with pytest.raises(RuntimeError, match="runs in this process already"):
            Emulator().start()


def test_stop_without_a_start_is_harmless(session: Any) -> None:
    never = Emulator()
    never.stop()
    with pytest.raises(RuntimeError, match="not started"):
        _ = never.url
    with pytest.raises(RuntimeError, match="not started"):
        never.restart()


def test_many_threads_may_stop_one_emulator(session: Any) -> None:
    emulator = Emulator(clock=Clock.manual()).start()
    threads = [threading.Thread(target=emulator.stop) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with emulator:  # and it can be started again, empty
        assert buckets(emulator, session) == []


def test_an_emulator_that_could_not_start_leaves_the_way_free(session: Any) -> None:
    with Emulator() as running:
        port = int(running.url.rpartition(":")[2])
        refused = Emulator(port=port)
        with pytest.raises(RuntimeError):
            refused.start()
        refused.stop()
        make_bucket(running, session)
        assert buckets(running, session) == ["bucket"]


@mock_aws
def foreign_test() -> list[str]:
    """Somebody else's test, with moto's own mock."""
    s3 = boto3.client("s3", region_name=REGION, **ACCESS)
    s3.create_bucket(Bucket="foreign", CreateBucketConfiguration=IN_REGION)
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.close()
    return names


def test_a_foreign_mock_does_not_empty_a_running_emulator_and_it_is_said(
    session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with Emulator(clock=Clock.manual()) as emulator:
        make_bucket(emulator, session)
        with caplog.at_level(logging.WARNING):
            assert foreign_test() == ["bucket", "foreign"]
        assert "mock_aws beside a running Emulator" in caplog.text
        assert "bucket" in buckets(emulator, session)
    assert foreign_test() == ["foreign"]  # and afterwards moto is as it was
    assert foreign_test() == ["foreign"]


def test_jobs_go_on_beside_a_foreign_mock(session: Any) -> None:
    with Emulator(clock=Clock.manual()) as emulator:
        clients = Clients(session, emulator.url)
        for bucket in (MEDIA, OUTPUT):
            clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=IN_REGION)
        request = Media(clients("s3")).video(labels="12")
        with mock_aws():
            job_id = clients("rekognition").start_label_detection(**request)["JobId"]
        emulator.clock.advance(2)
        assert len(clients("rekognition").get_label_detection(JobId=job_id)["Labels"]) == 12
        clients.close()


def test_an_emulator_does_not_empty_a_foreign_mock() -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION, **ACCESS)
        s3.create_bucket(Bucket="foreign", CreateBucketConfiguration=IN_REGION)
        with pytest.raises(RuntimeError, match="mock_aws is active"):
            Emulator().start()
        assert len(s3.list_buckets()["Buckets"]) == 1
        s3.close()


@pytest.mark.parametrize(
    "option,value",
    [
        ("port", -1),
        ("port", 65536),
        ("port", "4566"),
        ("host", ""),
        ("host", None),
        ("state", Path(__file__)),
        ("recordings", "/no/such/folder"),
        ("recordings", 5),
        ("clock", 12.0),
        ("seed", "one"),
        ("seconds_per_video_job", -1),
        ("seconds_per_video_job", "2"),
        ("seconds_per_bulk_job", float("nan")),
        ("seconds_per_bulk_job", True),
        ("video_jobs_at_once", 0),
        ("video_jobs_at_once", None),
        ("bulk_jobs_at_once", 1.5),
        ("video_results_seconds", float("inf")),
        ("token_seconds", None),
    ],
)
def test_a_wrong_argument_is_refused_by_its_name(option: str, value: Any) -> None:
    with pytest.raises(ValueError, match=option):
        Emulator(**{option: value})


def test_a_wrong_argument_is_refused_within_the_mock_too() -> None:
    with (
        pytest.raises(ValueError, match="seconds_per_video_job"),
        mock_rekognition(seconds_per_video_job="2"),
    ):
        pass


@pytest.mark.parametrize(
    "arguments,named",
    [
        (["--port", "65536"], "port"),
        (["--port", "-1"], "port"),
        (["--host", ""], "host"),
        (["--state", str(Path(__file__))], "state"),
        (["--seconds-per-video-job", "-1"], "seconds_per_video_job"),
        (["--seconds-per-bulk-job", "nan"], "seconds_per_bulk_job"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_the_command_says_which_argument_is_wrong(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("cannot start: ")
    assert named in error
    assert error.count("\n") == 1


def test_the_address_may_be_ipv6(session: Any) -> None:
    with Emulator(host="::1", clock=Clock.manual()) as emulator:
        assert emulator.url.startswith("http://[::1]:")
        clients = Clients(session, emulator.url)
        for bucket in (MEDIA, OUTPUT):
            clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=IN_REGION)
        request = Media(clients("s3")).video(labels="12")
        queue = clients("sqs").create_queue(QueueName="queue")["QueueUrl"]
        clients("sqs").send_message(QueueUrl=queue, MessageBody="text")
        received = clients("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert [message["Body"] for message in received] == ["text"]
        assert clients("sns").create_topic(Name="topic")["TopicArn"]
        assert clients("sts").get_caller_identity()["Account"] == "123456789012"
        job_id = clients("rekognition").start_label_detection(**request)["JobId"]
        emulator.clock.advance(2)
        assert len(clients("rekognition").get_label_detection(JobId=job_id)["Labels"]) == 12
        clients.close()
