"""An emulator on a hand-turned clock, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from emulated import (
    ACCESS,
    MEDIA,
    OUTPUT,
    RECORDINGS,
    REGION,
    VIDEO_OPERATIONS,
    Call,
    Clients,
    Media,
    aiobotocore_call,
    snake,
)

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.videos.operation import VideoOperation


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One session: it keeps the service models that it has read."""
    return boto3.Session(region_name=REGION, **ACCESS)


@pytest.fixture
def recordings() -> Path:
    """The folder of recorded responses, which are not part of the project."""
    if not RECORDINGS.is_dir():
        pytest.skip(f"no recordings: {RECORDINGS} is not there")
    return RECORDINGS


@pytest.fixture
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """An emulator of its own for each test; `@pytest.mark.parametrize` may give it options."""
    options = getattr(request, "param", {})
    with Emulator(clock=Clock.manual(), **options) as started:
        yield started


@pytest.fixture
def clients(session: boto3.Session, emulator: Emulator) -> Iterator[Clients]:
    """`clients("s3")` makes or gives the client of a service."""
    made = Clients(session, emulator.url)
    yield made
    made.close()


@pytest.fixture
def media(clients: Clients) -> Media:
    """A media bucket and an output bucket, both empty."""
    s3 = clients("s3")
    for bucket in (MEDIA, OUTPUT):
        place = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return Media(s3)


@pytest.fixture
def call(clients: Clients) -> Call:
    """`call("GetLabelDetection", JobId=...)` through boto3."""
    client = clients("rekognition")
    return lambda operation, **request: getattr(client, snake(operation))(**request)


@pytest.fixture(params=["boto3", "aiobotocore"])
def both(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Call]:
    """The same through boto3 and, in a second run of the test, through aiobotocore."""
    if request.param == "boto3":
        yield request.getfixturevalue("call")
        return
    with aiobotocore_call(emulator.url) as made:
        yield made


@pytest.fixture(params=VIDEO_OPERATIONS, ids=lambda one: one.name)
def operation(request: pytest.FixtureRequest) -> VideoOperation:
    """Each video operation in turn: what holds for one holds for all."""
    found: VideoOperation = request.param
    return found
