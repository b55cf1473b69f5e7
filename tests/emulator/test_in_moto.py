"""Rekognition within moto's mocks, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from emulated import ACCESS, JPEG
from moto import mock_aws

from rekognition_emulator import Clock
from rekognition_emulator.in_moto import mock_rekognition


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


def test_the_mock_keeps_regions_apart() -> None:
    with mock_aws(), mock_rekognition(clock=Clock.manual()):
        session = boto3.Session(**ACCESS)
        s3 = session.client("s3", region_name="eu-west-1")
        place = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket="media", CreateBucketConfiguration=place)
        s3.put_object(Bucket="media", Key="image.jpg", Body=JPEG)
        image = {"S3Object": {"Bucket": "media", "Name": "image.jpg"}}
        near = session.client("rekognition", region_name="eu-west-1")
        assert near.detect_moderation_labels(Image=image)["ModerationModelVersion"] == "7.0"
        far = session.client("rekognition", region_name="us-east-1")
        with pytest.raises(far.exceptions.InvalidS3ObjectException):
            far.detect_moderation_labels(Image=image)


def test_the_mock_leaves_moto_as_it_was() -> None:
    import moto.rekognition.urls as urls

    before = dict(urls.url_paths)
    with mock_aws(), mock_rekognition():
        assert urls.url_paths != before
    assert urls.url_paths == before
