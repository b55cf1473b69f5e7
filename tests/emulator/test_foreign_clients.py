"""Clients that are not ours: the AWS CLI, the SDK for JavaScript, and AWS's own way to page.

Each starts a video job and two bulk jobs, waits for them, reads all pages and lists the jobs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from emulated import ACCESS, MEDIA, OUTPUT, REGION, Clients, Media, all_labels, snake
from real_time import real_time

from rekognition_emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
JAVASCRIPT = Path(__file__).parent / "javascript"
AWS_CLI = ROOT / ".tools" / "aws-cli" / "bin" / "aws"
LABELS, PAGE = 25, 10
ENDED = ("SUCCEEDED", "FAILED")


@dataclass
class Scene:
    """An emulator, what its jobs are started with, and a folder to work in."""

    url: str
    video: dict[str, Any]
    bulk: dict[str, Any]
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """What a foreign process takes: the endpoint, and nothing from this user's home."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            **{name.upper(): value for name, value in ACCESS.items()},
        }


@pytest.fixture
def scene(session: boto3.Session, tmp_path: Path) -> Iterator[tuple[Scene, Clients]]:
    """On the system's clock: who waits from outside cannot turn another."""
    with Emulator(seconds_per_video_job=0.3, seconds_per_bulk_job=0.3) as emulator:
        clients = Clients(session, emulator.url)
        for bucket in (MEDIA, OUTPUT):
            place = {"LocationConstraint": REGION}
            clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        media = Media(clients("s3"))
        video, bulk = media.video(labels=str(LABELS)), media.images(2)
        yield Scene(emulator.url, video, bulk, tmp_path), clients
        clients.close()


@dataclass
class Found:
    """What a client saw, in pages as they came."""

    statuses: list[str]
    labels: list[list[dict[str, Any]]]
    started: list[str]
    listed: list[list[str]]
    refused: list[Any]


def aws_cli(scene: Scene) -> Found:
    """Each call is a process of its own, with its own SDK."""
    if not AWS_CLI.exists():
        pytest.skip("the AWS CLI has an environment of its own: `make test` installs it")

    def run(operation: str, *more: str, **request: Any) -> subprocess.CompletedProcess[str]:
        name = snake(operation).replace("_", "-")
        words = [str(AWS_CLI), "rekognition", name, "--cli-input-json", json.dumps(request), *more]
        return subprocess.run(words, env=scene.environ, capture_output=True, text=True)

    def call(operation: str, *more: str, **request: Any) -> dict[str, Any]:
        done = run(operation, *more, **request)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def pages(operation: str, key: str, size: int, **request: Any) -> Iterator[list[Any]]:
        token = ""
        while True:
            more = ("--max-results", str(size), "--next-token", token)
            answer = call(operation, *more, **request)
            yield answer[key]
            if "NextToken" not in answer:
                return
            token = answer["NextToken"]

    def ended(operation: str, status: str, job_id: str) -> str:
        while (found := call(operation, JobId=job_id)[status]) not in ENDED:
            pass
        return str(found)

    video = call("StartLabelDetection", **scene.video)["JobId"]
    started = [
        call("StartMediaAnalysisJob", **scene.bulk, JobName=name)["JobId"]
        for name in ("first", "second")
    ]
    statuses = [ended("GetLabelDetection", "JobStatus", video)]
    statuses += [ended("GetMediaAnalysisJob", "Status", job_id) for job_id in started]
    labels = list(pages("GetLabelDetection", "Labels", PAGE, JobId=video))
    listed = [
        [job["JobId"], job["JobName"], job["Status"]]
        for jobs in pages("ListMediaAnalysisJobs", "MediaAnalysisJobs", 1)
        for job in jobs
    ]
    refused = run("GetLabelDetection", JobId="a" * 65).stderr
    code = refused.partition("(")[2].partition(")")[0]
    return Found(statuses, labels, started, listed, [code, 400, refused.strip()])


def javascript(scene: Scene) -> Found:
    """The AWS SDK for JavaScript v3, as package-lock.json has it."""
    folder = scene.folder / "javascript"
    shutil.copytree(JAVASCRIPT, folder, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, env=real_time())
    arguments = [json.dumps(value) for value in (scene.video, scene.bulk, PAGE)]
    done = subprocess.run(
        ["node", "jobs.mjs", *arguments],
        cwd=folder,
        env=scene.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return Found(**json.loads(done.stdout))


class AsDocumented:
    """boto3 in the order and with the arguments of AWS's guide: a topic feeds a queue, the queue is
    asked until the job's message comes, paging begins with an empty token.

    https://docs.aws.amazon.com/rekognition/latest/dg/video-analyzing-with-sqs.html
    """

    def __init__(self, scene: Scene) -> None:
        def client(service: str) -> Any:
            return boto3.client(service, REGION, endpoint_url=scene.url, **ACCESS)

        self.scene, self.rek = scene, client("rekognition")
        self.sns, self.sqs = client("sns"), client("sqs")

    def make_topic_and_queue(self) -> None:
        self.topic = self.sns.create_topic(Name="AmazonRekognitionExample")["TopicArn"]
        self.queue = self.sqs.create_queue(QueueName="AmazonRekognitionQueue")["QueueUrl"]
        asked = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        queue_arn = asked["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue_arn)
        statement = {
            "Sid": "MyPolicy",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "SQS:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})

    def start_and_wait(self) -> tuple[str, str]:
        channel = {
            "RoleArn": "arn:aws:iam::123456789012:role/rekognition",
            "SNSTopicArn": self.topic,
        }
        answer = self.rek.start_label_detection(**self.scene.video, NotificationChannel=channel)
        while True:
            received = self.sqs.receive_message(
                QueueUrl=self.queue, MessageAttributeNames=["ALL"], MaxNumberOfMessages=10
            )
            for message in received.get("Messages", []):
                told = json.loads(json.loads(message["Body"])["Message"])
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                if told["JobId"] == answer["JobId"]:
                    return answer["JobId"], told["Status"]

    def pages(self, get: Callable[..., Any], key: str, **request: Any) -> list[list[Any]]:
        found, token, finished = [], "", False
        while not finished:
            answer = get(**request, NextToken=token)
            found.append(answer[key])
            if "NextToken" in answer:
                token = answer["NextToken"]
            else:
                finished = True
        return found

    def bulk_job(self, name: str) -> tuple[str, str]:
        job_id = self.rek.start_media_analysis_job(**self.scene.bulk, JobName=name)["JobId"]
        while True:
            status = self.rek.get_media_analysis_job(JobId=job_id)["Status"]
            if status in ENDED:
                return job_id, status

    def refusal(self) -> list[Any]:
        try:
            self.rek.get_label_detection(JobId="a" * 65)
        except self.rek.exceptions.ClientError as error:
            answer = error.response
            status = answer["ResponseMetadata"]["HTTPStatusCode"]
            return [answer["Error"]["Code"], status, answer["Error"]["Message"]]
        return []

    def run(self) -> Found:
        self.make_topic_and_queue()
        job_id, status = self.start_and_wait()
        labels = self.pages(
            self.rek.get_label_detection,
            "Labels",
            JobId=job_id,
            MaxResults=PAGE,
            SortBy="TIMESTAMP",
            AggregateBy="TIMESTAMPS",
        )
        bulk = [self.bulk_job(name) for name in ("first", "second")]
        jobs = self.pages(self.rek.list_media_analysis_jobs, "MediaAnalysisJobs", MaxResults=1)
        listed = [[job["JobId"], job["JobName"], job["Status"]] for page in jobs for job in page]
        statuses = [status, *(one[1] for one in bulk)]
        self.sqs.delete_queue(QueueUrl=self.queue)
        self.sns.delete_topic(TopicArn=self.topic)
        found = Found(statuses, labels, [one[0] for one in bulk], listed, self.refusal())
        for client in (self.rek, self.sns, self.sqs):
            client.close()
        return found


def as_documented(scene: Scene) -> Found:
    return AsDocumented(scene).run()


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(aws_cli, marks=pytest.mark.slow),
        as_documented,
        pytest.param(javascript, marks=pytest.mark.stack),
    ],
)
def test_a_foreign_client_starts_waits_pages_and_lists(
    client: Callable[[Scene], Found], scene: tuple[Scene, Clients]
) -> None:
    place, clients = scene
    found = client(place)
    assert found.statuses == ["SUCCEEDED"] * 3
    assert [len(page) for page in found.labels] == [10, 10, 5]
    rekognition = clients("rekognition")
    job_id = rekognition.start_label_detection(**place.video)["JobId"]  # the same bytes
    while rekognition.get_label_detection(JobId=job_id)["JobStatus"] not in ENDED:
        pass
    labels = all_labels(lambda _, **request: rekognition.get_label_detection(**request), job_id)
    assert [label for page in found.labels for label in page] == labels
    first, second = found.started
    assert found.listed == [[second, "second", "SUCCEEDED"], [first, "first", "SUCCEEDED"]]
    code, status, message = found.refused
    assert (code, status) == ("ValidationException", 400)
    assert "Member must have length less than or equal to 64" in message
