"""Rekognition within moto's mocks, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from emulated import ACCESS, JPEG
from moto import mock_aws

from emulator import Clock
from emulator.in_moto import mock_rekognition


@pytest.fixture
def mocked() -> Iterator[tuple[Any, Any, Any]]:
    """Rekognition's clock and faults, an S3 client and a Rekognition client."""
    with mock_aws(), mock_rekognition(clock=Clock.manual()) as rekognition:
        session = boto3.Session(region_name="us-east-1", **ACCESS)
        s3, client = session.client("s3"), session.client("rekognition")
        s3.create_bucket(Bucket="media")
        yield rekognition, s3, client


def test_a_job_runs_within_the_mock(mocked: tuple[Any, Any, Any]) -> None:
    rekognition, s3, client = mocked
    s3.put_object(Bucket="media", Key="video.mp4", Body=b"video", Metadata={"labels": "33"})
    video = {"S3Object": {"Bucket": "media", "Name": "video.mp4"}}
    job_id = client.start_label_detection(Video=video)["JobId"]
    assert client.get_label_detection(JobId=job_id)["JobStatus"] == "IN_PROGRESS"
    rekognition.clock.advance(2)
    assert len(client.get_label_detection(JobId=job_id)["Labels"]) == 33


def test_faults_and_motos_other_operations_work_within_the_mock(
    mocked: tuple[Any, Any, Any],
) -> None:
    rekognition, _, client = mocked
    rekognition.faults.error("AccessDeniedException")
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.detect_moderation_labels(Image={"Bytes": JPEG})
    assert client.get_face_search(JobId="any")["JobStatus"] == "SUCCEEDED"


def test_the_mock_leaves_moto_as_it_was() -> None:
    import moto.rekognition.urls as urls

    before = dict(urls.url_paths)
    with mock_aws(), mock_rekognition():
        assert urls.url_paths != before
    assert urls.url_paths == before
