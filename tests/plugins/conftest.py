"""A local Amazon and an Airflow connection to it, for the hook, operators, sensors and triggers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from pipeline_steps import of_try, put_images, put_video

from rekognition_emulator import Clock, Emulator
from rekognition_tables.results_root.layout import Layout

MEDIA, OUTPUT = "media", "output"
KEYS = {
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "region_name": "us-east-1",
}


@pytest.fixture
def amazon() -> Iterator[Emulator]:
    """A local Amazon with a clock that the test turns by hand."""
    with Emulator(port=0, clock=Clock.manual()) as emulator:
        yield emulator


@pytest.fixture
def s3(amazon: Emulator) -> Any:
    client = boto3.client("s3", endpoint_url=amazon.url, **KEYS)
    for bucket in (MEDIA, OUTPUT):
        client.create_bucket(Bucket=bucket)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def connection(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws_default` leads to the local Amazon of the test, if it has one."""
    if "amazon" not in request.fixturenames:
        return
    amazon = request.getfixturevalue("amazon")
    told = {
        "conn_type": "aws",
        "login": "pipeline",
        "password": "test",
        "extra": {"region_name": "us-east-1", "endpoint_url": amazon.url},
    }
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(told))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


@pytest.fixture
def context() -> dict[str, Any]:
    """As much of a task's context as the operators read."""
    return of_try(1)


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
