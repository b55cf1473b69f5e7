"""Rekognition's view of S3: moto's buckets, read and written without a round trip over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.storage.archive import archive_status, is_archived

Location = dict[str, str]


class ObjectUnreadable(Exception):
    """An object that Rekognition cannot get: no such bucket, key or version, or another region."""


class OutputUnwritable(Exception):
    """A bucket that Rekognition cannot write to: none of that name, or in another region."""


class AccessDenied(Exception):
    """A bucket policy denies what Rekognition wants to do."""


@dataclass(frozen=True)
class ObjectHead:
    """An object's size in bytes and its user-defined metadata (lower-case names)."""

    size: int
    metadata: dict[str, str]


@dataclass(frozen=True)
class StoredObject:
    """An object's bytes and its user-defined metadata (lower-case names)."""

    body: bytes
    metadata: dict[str, str]


def location_of(what: str, holder: dict[str, Any]) -> Location:
    """The S3Object of a request's `what`. The model lets its members be absent, the service not."""
    location: Location = holder.get("S3Object") or {}
    if "Bucket" not in location or "Name" not in location:
        message = f"{what} must have an S3Object with a Bucket and a Name."
        raise ServiceError("InvalidParameterException", message)
    return location


class Objects:
    """Objects as a job in one region sees them. Rekognition reads no bucket of another region.

    `on_write(bucket, key)` is called after each object written here.
    """

    def __init__(self, on_write: Callable[[str, str], None]) -> None:
        self._on_write = on_write

    def read(self, location: Location, region: str) -> StoredObject:
        """The object at {Bucket, Name, Version?}; ObjectUnreadable or AccessDenied say why not."""
        key = self._key(location, region)
        return StoredObject(key.value, _metadata(key))

    def head(self, location: Location, region: str) -> ObjectHead:
        """The object without its bytes; ObjectUnreadable or AccessDenied say why not."""
        key = self._key(location, region)
        return ObjectHead(int(key.contentsize), _metadata(key))

    def check_output(self, bucket: str, region: str) -> None:
        """OutputUnwritable unless this region's Rekognition can write to the bucket."""
        found = bucket_named(bucket)
        if found is None:
            raise OutputUnwritable(f"The bucket {bucket} does not exist.")
        if found[1].region_name != region:
            raise OutputUnwritable(f"The bucket {bucket} is not in the region {region}.")
        _check_policy(found[1], "s3:PutObject", "*")

    def write(self, bucket: str, key: str, body: bytes, kms_key: str | None) -> Location:
        """Put an object and give its {Bucket, Name, Version?}; encrypted with the key if given."""
        found = bucket_named(bucket)
        if found is None:
            raise OutputUnwritable(f"The bucket {bucket} does not exist.")
        encryption: dict[str, Any] = (
            {"encryption": "aws:kms", "kms_key_id": kms_key} if kms_key else {}
        )
        stored = found[0].put_object(bucket, key, body, **encryption)
        self._on_write(bucket, key)
        location = {"Bucket": bucket, "Name": key}
        if found[1].is_versioned:
            location["Version"] = stored.version_id
        return location

    def _key(self, location: Location, region: str) -> Any:
        found = bucket_named(location["Bucket"])
        if found is None:
            raise ObjectUnreadable(f"The bucket {location['Bucket']} does not exist.")
        backend, bucket = found
        if bucket.region_name != region:
            raise ObjectUnreadable(f"The bucket {bucket.name} is not in the region {region}.")
        _check_policy(bucket, "s3:GetObject", location["Name"])
        key = backend.get_object(bucket.name, location["Name"], location.get("Version"))
        if key is None:
            raise ObjectUnreadable(f"The object {location['Name']} does not exist.")
        if is_archived(key):
            raise ObjectUnreadable(f"The object {location['Name']} is archived.")
        return key


def _metadata(key: Any) -> dict[str, str]:
    prefix = "x-amz-meta-"
    return {name.lower().removeprefix(prefix): text for name, text in key.metadata.items()}


def _check_policy(bucket: FakeBucket, action: str, key: str) -> None:
    arn = f"arn:{bucket.partition}:s3:::{bucket.name}/{key}"
    if bucket.get_permission(action, arn) == PermissionResult.DENIED:
        raise AccessDenied(f"The policy of the bucket {bucket.name} denies {action}.")


def owner_of(bucket: str) -> str | None:
    """The account that owns a bucket, None when there is no such bucket."""
    owner = s3_backends.bucket_accounts.get(bucket)
    return None if owner is None else owner[1]


def tier_of(bucket: str, key: str | None) -> str | None:
    """The archive tier that HEAD tells of an object, None when it is in none."""
    found = bucket_named(bucket)
    stored = found[0].get_object(bucket, key) if found and key else None
    return archive_status(stored) if stored else None


def bucket_named(name: str) -> tuple[S3Backend, FakeBucket] | None:
    """A bucket and the backend that holds it, whichever account owns it."""
    owner = s3_backends.bucket_accounts.get(name)
    if owner is None:
        return None
    partition, account = owner
    backend = s3_backends[account][partition]
    bucket = backend.buckets.get(name)
    return (backend, bucket) if bucket is not None else None
