"""A local Amazon and an Airflow connection to it, for the hook, operators, sensors and triggers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from pipeline_steps import of_try

from emulator import Clock, Emulator
from transforms.layout import Layout

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
