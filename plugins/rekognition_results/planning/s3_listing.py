"""What is under a prefix in S3, and what of it Rekognition can analyse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from rekognition_results.aws.calls import explained, suppress_code
from rekognition_tables.errors import RequestRefused, WrongParameter
from rekognition_tables.jobs.plans import MediaObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class S3Uri:
    """`s3://bucket/key`, split by hand: keys hold # and ?."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str, what: str) -> S3Uri:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        if not uri.startswith("s3://") or not bucket:
            raise WrongParameter(f"{what} is {uri!r}: write it as s3://bucket/prefix.")
        return cls(bucket, key)

    @classmethod
    def of_object(cls, uri: object) -> S3Uri | None:
        """The object that a text names, None when it is not `s3://` with a bucket and a key.

        Half a surrogate pair, which JSON lets pass, is in no key: it has no UTF-8.
        """
        if not isinstance(uri, str) or not uri.startswith("s3://"):
            return None
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        whole = bucket and key and not any("\ud800" <= one <= "\udfff" for one in key)
        return cls(bucket, key) if whole else None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class MediaKind:
    """What Rekognition takes: file name endings, and a size limit in bytes from its quotas page.

    https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
    """

    name: str
    endings: tuple[str, ...]
    max_bytes: int

    def refuses(self, thing: MediaObject) -> str | None:
        """Why this object is left out, None when it is not."""
        if thing.key.endswith("/"):
            return "folder placeholder"
        if not thing.key.lower().endswith(self.endings):
            return f"no {', '.join(self.endings)}"
        if thing.size == 0:
            return "empty"
        if thing.size > self.max_bytes:
            return f"over {self.max_bytes:,} bytes"
        return None


CHANGED = ("404", "412")  # of an object that is gone, or is another one by now
IMAGES = MediaKind("images", (".jpg", ".jpeg", ".png"), 15 * 2**20)
VIDEOS = MediaKind("videos", (".mp4", ".mov", ".avi"), 10 * 2**30)


def check_region(s3: S3Client, bucket: str, region: str) -> None:
    """RequestRefused when the bucket is not there, not ours to read, or in another region."""
    with explained("HeadBucket", f"s3://{bucket}"):
        found = s3.head_bucket(Bucket=bucket).get("BucketRegion")
    if found and found != region:
        raise RequestRefused(
            f"Bucket {bucket} is in {found}, but the jobs run in {region}. Rekognition reads only "
            f"buckets of its own region: start a new run with region {found}, or copy the objects.",
            operation="HeadBucket",
            code="PermanentRedirect",
        )


@dataclass(frozen=True)
class ListedObject(MediaObject):
    """An object as a listing tells of it."""

    storage_class: str = "STANDARD"


def objects_under(s3: S3Client, uri: S3Uri) -> Iterator[ListedObject]:
    """Every object under the prefix, in key order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=uri.bucket, Prefix=uri.key)
    with explained("ListObjectsV2", str(uri)):
        for page in pages:
            for found in page.get("Contents", ()):
                yield ListedObject(
                    uri.bucket,
                    found["Key"],
                    None,
                    found["ETag"].strip('"'),
                    found["Size"],
                    found["LastModified"],
                    found.get("StorageClass", "STANDARD"),
                )


def pinned(s3: S3Client, things: Iterable[MediaObject]) -> list[MediaObject]:
    """The same objects, each at the version that stands there now, where the bucket keeps versions.

    So what is analysed is what was planned, whatever is put under its name meanwhile. An object
    that is gone or another one by now is left out: the next run sees what is there then.
    """
    found: list[MediaObject] = []
    for thing in things:
        if thing.version:
            found.append(thing)
            continue
        with suppress_code(*CHANGED), explained("HeadObject", f"s3://{thing.bucket}/{thing.key}"):
            same = f'"{thing.etag}"'
            head = s3.head_object(Bucket=thing.bucket, Key=thing.key, IfMatch=same)
            # Absent where the bucket keeps none, null where the object is older than its versions.
            version = head.get("VersionId", "null")
            found.append(thing if version == "null" else replace(thing, version=version))
    return found


@dataclass(frozen=True)
class Window:
    """Objects modified at or after `after` and before `before`; None leaves that side open."""

    after: datetime | None = None
    before: datetime | None = None

    def refuses(self, thing: MediaObject) -> str | None:
        moment = thing.last_modified
        if moment is None:
            return None
        if self.after and moment < self.after:
            return "modified before modified_after"
        if self.before and moment >= self.before:
            return "modified at or after modified_before"
        return None


def sift(
    things: Iterable[ListedObject],
    kind: MediaKind,
    window: Window,
    uri: S3Uri,
    own_output: S3Uri | None,
    taken: set[tuple[str, str, str]],
) -> tuple[list[ListedObject], Counter[str]]:
    """The objects to analyse, in key order, and how many were left out for each reason."""
    kept: list[ListedObject] = []
    left_out: Counter[str] = Counter()
    for thing in things:
        reason = (
            _ours(thing, own_output)
            or _hidden(thing.key, uri.key)
            or kind.refuses(thing)
            or window.refuses(thing)
            or ("analysed before" if thing.identity in taken else None)
        )
        if reason:
            left_out[reason] += 1
        else:
            kept.append(thing)
    return kept, left_out


def _hidden(key: str, prefix: str) -> str | None:
    """Why a key is of something hidden; what the prefix itself names is meant."""
    parts = key[len(prefix) :].split("/")
    *folders, name = parts if not prefix or prefix.endswith("/") else ["", *parts[1:]]
    if name.startswith("._"):  # Finder's notes beside each file, with the file's own ending
        return "of macOS (._*)"
    return "in hidden folders" if any(one.startswith(".") for one in folders) else None


def beside(things: Iterable[MediaObject], prefix: str) -> list[str]:
    """Keys that are not in the folder `prefix`, where it has no final slash: `images-old/a.jpg`."""
    if not prefix or prefix.endswith("/"):
        return []
    keys = [thing.key for thing in things if thing.key != prefix]
    return [key for key in keys if not key.startswith(f"{prefix}/")]


def _ours(thing: MediaObject, own_output: S3Uri | None) -> str | None:
    if own_output is None or thing.bucket != own_output.bucket:
        return None
    ours = thing.key.startswith(own_output.key.rstrip("/") + "/")
    return "under our own output prefix" if ours else None
