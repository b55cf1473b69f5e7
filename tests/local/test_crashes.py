"""The process dies at any step, the service throttles and cuts: nothing is lost, nothing twice."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from airflow_child import IMAGES_PER_PART
from airflow_process import Airflow
from botocore import xform_name
from demo_runs import rows

from local.environment import (
    MEDIA_BUCKET,
    OUTPUT_BUCKET,
    REGION,
    local_amazon,
    local_amazon_environment,
)
from rekognition_emulator.sample_media import image, video
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS

LABELS = {"a": 2_345, "b": 30}
IMAGES = 5
MORE_THAN_ALL = 160  # steps; a run in such a service has between 120 and 150
RUNS_AT_MOST = 4  # until every job is loaded, in a service as bad as this
CUTS: dict[str, Any] = {"verb": "cut_body", "share": 0.05}
FAULTS: tuple[dict[str, Any], ...] = (
    {"verb": "throttle", "share": 0.3},
    {"verb": "internal_error", "share": 0.05},
    {"verb": "dead_tokens", "share": 0.1},
    # A cut answer of DetectModerationLabels is paid again, as it is at Amazon's: not counted on.
    *(
        CUTS | {"operation": operation}
        for operation in (
            "ListMediaAnalysisJobs",
            *(call for spec in SPECS.values() for call in (spec.start, spec.get)),
        )
    ),
)
OURS: list[Any] = [*((operation, {}) for operation in SPECS), ("load_warehouse", {})]
VIDEO_JOBS = {spec.start: len(LABELS) for spec in VIDEO_OPERATIONS.values()}
IMAGE_MODE_AND_THEIRS = [
    ("media_analysis", {"mode": "image"}),
    ("collect_finished_jobs", {}),
    ("load_warehouse", {}),
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Amazon:
    """A local Amazon in a process of its own, with a queue of completions."""

    url: str
    topic: str
    queue: str

    def client(self, service: str) -> Any:
        session = boto3.Session("test", "test", region_name=REGION)
        return session.client(service, endpoint_url=self.url)

    def ask(self, path: str, order: dict[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps(order).encode() if order else None
        with urlopen(Request(f"{self.url}/_emulator/{path}", body)) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told

    def environment(self, results: Path) -> dict[str, str]:
        return local_amazon_environment(self.url) | {
            "REKOGNITION_RESULTS_URI": str(results),
            "REKOGNITION_WAITER_DELAY": "0.3",
            "REKOGNITION_VIDEO_LOOKS_PER_SECOND": "100",
            "REKOGNITION_SNS_TOPIC_ARN": self.topic,
            "REKOGNITION_SNS_ROLE_ARN": "arn:aws:iam::123456789012:role/rekognition",
            "REKOGNITION_COMPLETIONS_QUEUE_URL": self.queue,
        }

    def put_ours(self) -> None:
        s3 = self.client("s3")
        for name, labels in LABELS.items():
            key, told = f"videos/{name}.mp4", {"labels": str(labels)}
            s3.put_object(Bucket=MEDIA_BUCKET, Key=key, Body=video(name), Metadata=told)
        for number in range(IMAGES):
            key = f"images/{number}.jpg"
            s3.put_object(Bucket=MEDIA_BUCKET, Key=key, Body=image(key))
        s3.close()

    def start_theirs(self) -> None:
        """Jobs that somebody else starts: a bulk job, and videos whose end is told twice."""
        s3, rekognition = self.client("s3"), self.client("rekognition")
        line = json.dumps({"source-ref": f"s3://{MEDIA_BUCKET}/images/0.jpg"}).encode()
        s3.put_object(Bucket=MEDIA_BUCKET, Key="theirs/m.jsonl", Body=line)
        manifest = {"S3Object": {"Bucket": MEDIA_BUCKET, "Name": "theirs/m.jsonl"}}
        job = rekognition.start_media_analysis_job(
            OperationsConfig={"DetectModerationLabels": {}},
            Input=manifest,
            OutputConfig={"S3Bucket": OUTPUT_BUCKET, "S3KeyPrefix": "theirs"},
        )["JobId"]
        role = "arn:aws:iam::123456789012:role/rekognition"
        self.ask("faults", {"verb": "notify", "copies": 2, "times": None})
        for start, name in product(VIDEO_JOBS, LABELS):
            getattr(rekognition, xform_name(start))(
                Video={"S3Object": {"Bucket": MEDIA_BUCKET, "Name": f"videos/{name}.mp4"}},
                NotificationChannel={"SNSTopicArn": self.topic, "RoleArn": role},
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ended = rekognition.get_media_analysis_job(JobId=job)["Status"] == "SUCCEEDED"
            told = self.ask("counters")["notifications"].get("SUCCEEDED", 0)
            if ended and told == 2 * sum(VIDEO_JOBS.values()):
                break
            Event().wait(0.1)
        else:
            raise AssertionError("their jobs did not end")
        for client in (s3, rekognition):
            client.close()


@pytest.fixture
def amazon(tmp_path: Path) -> Iterator[Amazon]:
    """With our media in it; nothing goes wrong yet."""
    with local_amazon(tmp_path / "amazon", None, tmp_path / "amazon.log") as url:
        session = boto3.Session("test", "test", region_name=REGION)
        s3, sns, sqs = (session.client(name, endpoint_url=url) for name in ("s3", "sns", "sqs"))
        for bucket in (MEDIA_BUCKET, OUTPUT_BUCKET):
            s3.create_bucket(Bucket=bucket)
        topic = sns.create_topic(Name="ended")["TopicArn"]
        # Who was killed with a message in hand finds it again at once.
        queue = sqs.create_queue(QueueName="ended", Attributes={"VisibilityTimeout": "0"})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_arn(sqs, queue["QueueUrl"]))
        for client in (s3, sns, sqs):
            client.close()
        amazon = Amazon(url, topic, queue["QueueUrl"])
        amazon.put_ours()
        yield amazon


def _arn(sqs: Any, url: str) -> str:
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(told["Attributes"]["QueueArn"])


def let_it_go_wrong(amazon: Amazon) -> None:
    for fault in FAULTS:
        amazon.ask("faults", fault | {"times": None})


def check_ours(results: Path, amazon: Amazon) -> None:
    told = amazon.ask("counters")
    assert told["jobs_started"] == {"StartMediaAnalysisJob": 1, **VIDEO_JOBS}
    assert told["images_analysed"] == {"StartMediaAnalysisJob": IMAGES}
    assert told["videos_analysed"] == VIDEO_JOBS
    check_loaded(results, jobs=1 + sum(VIDEO_JOBS.values()), images=IMAGES)


def check_image_mode_and_theirs(results: Path, amazon: Amazon, kills: int) -> None:
    told = amazon.ask("counters")
    assert told["jobs_started"] == {"StartMediaAnalysisJob": 1, **VIDEO_JOBS}
    assert told["images_analysed"].pop("StartMediaAnalysisJob") == 1
    # What was answered and not landed is lost with the process: a part for each kill, at most.
    paid = told["images_analysed"]["DetectModerationLabels"]
    assert IMAGES <= paid <= IMAGES + kills * IMAGES_PER_PART
    check_loaded(results, jobs=2 + sum(VIDEO_JOBS.values()), images=IMAGES + 1)
    found = rows(results, "SELECT found_by, count(*) AS jobs FROM job_requests GROUP BY ALL")
    assert {row["found_by"]: row["jobs"] for row in found} == {
        "started_here": 1,
        "list_media_analysis_jobs": 1,
        "sns_notification": sum(VIDEO_JOBS.values()),
    }
    sqs = amazon.client("sqs")
    assert "Messages" not in sqs.receive_message(QueueUrl=amazon.queue)
    sqs.close()


def check_loaded(results: Path, jobs: int, images: int) -> None:
    loads = rows(results, "SELECT reconciled, held_back FROM loads")
    assert loads == [{"reconciled": True, "held_back": False}] * jobs
    expected = {"moderation_images": ("source_ref", images)}
    for spec in VIDEO_OPERATIONS.values():
        expected[spec.elements_table.name] = (spec.position.column, sum(LABELS.values()))
    for table, (column, count) in expected.items():
        (found,) = rows(
            results,
            f"SELECT count(*) AS all_rows, count(DISTINCT (job_id, {column})) AS different "
            f"FROM {table}",
        )
        assert found == {"all_rows": count, "different": count}, table


def run_to_the_end(airflow: Airflow, given: dict[str, str], runs: list[Any]) -> None:
    for _ in range(RUNS_AT_MOST):
        ran = airflow.run(given, *runs)
        assert ran is not None
        if {one["state"] for one in ran} == {"success"}:
            return
    raise AssertionError(f"{ran}: {airflow.folder / 'home.log'} says why")


def killed_and_run_again(
    airflow: Airflow, amazon: Amazon, folder: Path, theirs: bool, steps: list[int]
) -> int:
    """Die at each of these steps in turn, then run to the end; give how often it died."""
    results, runs = folder / "results", IMAGE_MODE_AND_THEIRS if theirs else OURS
    if theirs:
        amazon.start_theirs()
    else:  # the messages of our own jobs: one comes twice, one never
        amazon.ask("faults", {"verb": "notify", "copies": 2})
        amazon.ask("faults", {"verb": "notify", "copies": 0})
    let_it_go_wrong(amazon)
    given = amazon.environment(results)
    kills = sum(airflow.run(given, *runs, die_at=die_at) is None for die_at in steps)
    run_to_the_end(airflow, given, runs)
    if theirs:
        check_image_mode_and_theirs(results, amazon, kills)
    else:
        check_ours(results, amazon)
    return kills


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(False, id="ours"),
        pytest.param(True, id="image mode and theirs", marks=pytest.mark.stack),
    ],
)
def test_killed_twice_and_run_again_all_is_there_once(
    theirs: bool, airflow: Airflow, amazon: Amazon, tmp_path: Path
) -> None:
    chance = random.Random(7)
    steps = [chance.randint(3, 20), chance.randint(3, 20)]
    assert killed_and_run_again(airflow, amazon, tmp_path, theirs, steps) == 2


@pytest.mark.soak
@pytest.mark.parametrize("die_at", range(1, MORE_THAN_ALL + 1))
@pytest.mark.parametrize("theirs", [False, True], ids=["ours", "image mode and theirs"])
def test_killed_at_any_step_and_run_again_all_is_there_once(
    theirs: bool, die_at: int, airflow: Airflow, amazon: Amazon, tmp_path: Path
) -> None:
    # Not every run reaches the last steps, and none the very last: else the number is too low.
    kills = killed_and_run_again(airflow, amazon, tmp_path, theirs, [die_at])
    assert kills <= (die_at < MORE_THAN_ALL)
