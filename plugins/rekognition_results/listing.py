"""What is under a prefix in S3, and what of it Rekognition can analyse."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rekognition_results.failures import explained, suppress_code
from transforms.errors import RequestRefused, one_line
from transforms.plans import MediaObject

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
            raise ValueError(f"{what} is {uri!r}: write it as s3://bucket/prefix.")
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
MANIFEST_BYTES = 128 * 2**20  # 10,000 lines of the longest keys take half of it
IMAGES = MediaKind("images", (".jpg", ".jpeg", ".png"), 15 * 2**20)
VIDEOS = MediaKind("videos", (".mp4", ".mov", ".avi"), 10 * 2**30)


def check_region(s3: S3Client, bucket: str, region: str) -> None:
    """RequestRefused when the bucket is not there, not ours to read, or in another region."""
    with explained("HeadBucket", f"s3://{bucket}"):
        found = s3.head_bucket(Bucket=bucket).get("BucketRegion")
    if found and found != region:
        raise RequestRefused(
            f"Bucket {bucket} is in {found}, but the jobs run in {region}. Rekognition reads only "
            f"buckets of its own region: set the region parameter to {found}, or copy the objects.",
            operation="HeadBucket",
            code="PermanentRedirect",
        )


def objects_under(s3: S3Client, uri: S3Uri) -> Iterator[MediaObject]:
    """Every object under the prefix, in key order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=uri.bucket, Prefix=uri.key)
    with explained("ListObjectsV2", str(uri)):
        for page in pages:
            for found in page.get("Contents", ()):
                yield MediaObject(
                    uri.bucket,
                    found["Key"],
                    None,
                    found["ETag"].strip('"'),
                    found["Size"],
                    found["LastModified"],
                )


def pinned(s3: S3Client, things: list[MediaObject]) -> list[MediaObject]:
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
    things: Iterable[MediaObject],
    kind: MediaKind,
    window: Window,
    own_output: S3Uri | None,
    taken: set[tuple[str, str, str]],
) -> tuple[list[MediaObject], Counter[str]]:
    """The objects to analyse, in key order, and how many were left out for each reason."""
    kept: list[MediaObject] = []
    left_out: Counter[str] = Counter()
    for thing in things:
        reason = (
            _ours(thing, own_output)
            or kind.refuses(thing)
            or window.refuses(thing)
            or ("analysed before" if thing.identity in taken else None)
        )
        if reason:
            left_out[reason] += 1
        else:
            kept.append(thing)
    return kept, left_out


def _ours(thing: MediaObject, own_output: S3Uri | None) -> str | None:
    if own_output is None or thing.bucket != own_output.bucket:
        return None
    ours = thing.key.startswith(own_output.key.rstrip("/") + "/")
    return "under our own output prefix" if ours else None


def read_manifest(s3: S3Client, uri: S3Uri, version: str | None) -> MediaObject:
    """A ready-made input manifest, each line checked before it costs money."""
    which: dict[str, Any] = {"VersionId": version} if version else {}
    with explained("GetObject", str(uri)):
        answer = s3.get_object(Bucket=uri.bucket, Key=uri.key, **which)
        if answer["ContentLength"] > MANIFEST_BYTES:
            raise RequestRefused(
                f"{uri} has {answer['ContentLength']:,} bytes, more than {MANIFEST_BYTES:,}: a job "
                "takes 10,000 lines, so split the manifest.",
                operation="StartMediaAnalysisJob",
                code="InvalidManifestException",
            )
        body = answer["Body"].read()
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            _check_line(str(uri), number, line)
    return MediaObject(
        uri.bucket, uri.key, version, answer["ETag"].strip('"'), len(body), answer["LastModified"]
    )


def _check_line(uri: str, number: int, line: bytes) -> None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        wrong = f"is no JSON ({error})"
    else:
        if isinstance(told, dict) and S3Uri.of_object(told.get("source-ref")):
            return
        wrong = "has no source-ref with bucket and key"
    raise RequestRefused(
        f'Line {number} of {uri} {wrong}: write it as {{"source-ref": "s3://bucket/key"}}. '
        f"It reads: {one_line(line[:100].decode(errors='replace'))}",
        operation="StartMediaAnalysisJob",
        code="InvalidManifestException",
    )
