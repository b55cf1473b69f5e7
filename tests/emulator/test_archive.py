"""Archived objects: S3's HEAD tells of them, and nothing reads them until they are restored."""

from __future__ import annotations

from typing import Any

import pytest
from emulated import MEDIA, Clients

from rekognition_emulator.sample_media import image

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def s3(clients: Clients) -> Any:
    return clients("s3")


@pytest.fixture
def rekognition(clients: Clients) -> Any:
    return clients("rekognition")


def put(s3: Any, storage_class: str, **metadata: str) -> None:
    body = image("a.jpg")
    more = {name.replace("_", "-"): text for name, text in metadata.items()}
    s3.put_object(Bucket=MEDIA, Key="a.jpg", Body=body, StorageClass=storage_class, Metadata=more)


def head(s3: Any) -> dict[str, Any]:
    answer: dict[str, Any] = s3.head_object(Bucket=MEDIA, Key="a.jpg")
    return answer


def detect(rekognition: Any) -> Any:
    return rekognition.detect_moderation_labels(
        Image={"S3Object": {"Bucket": MEDIA, "Name": "a.jpg"}}
    )


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_is_read_once_it_is_restored(
    storage_class: str, s3: Any, rekognition: Any
) -> None:
    put(s3, storage_class)
    assert head(s3)["StorageClass"] == storage_class
    assert "Restore" not in head(s3)
    with pytest.raises(rekognition.exceptions.InvalidS3ObjectException):
        detect(rekognition)
    s3.restore_object(Bucket=MEDIA, Key="a.jpg", RestoreRequest={"Days": 1})
    told = [head(s3)["Restore"] for _ in range(3)]
    assert told[-1].startswith('ongoing-request="false", expiry-date="')
    assert "ModerationLabels" in detect(rekognition)


@pytest.mark.parametrize("tier", ["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"])
def test_an_archive_tier_is_told(tier: str, s3: Any, rekognition: Any) -> None:
    put(s3, "INTELLIGENT_TIERING", archive_status=tier)
    assert head(s3)["ArchiveStatus"] == tier
    with pytest.raises(rekognition.exceptions.InvalidS3ObjectException):
        detect(rekognition)
    put(s3, "INTELLIGENT_TIERING")
    assert "ArchiveStatus" not in head(s3)
    assert "ModerationLabels" in detect(rekognition)


@pytest.mark.parametrize("storage_class", ["STANDARD", "GLACIER_IR"])
def test_other_classes_are_read_at_once(storage_class: str, s3: Any, rekognition: Any) -> None:
    put(s3, storage_class, archive_status="ARCHIVE_ACCESS")
    assert "ArchiveStatus" not in head(s3)
    assert "ModerationLabels" in detect(rekognition)
