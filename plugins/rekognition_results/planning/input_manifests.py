"""Input manifests of bulk jobs: read strictly, since each line costs money.

A line that we and Amazon read in two ways would be paid for and not be what was meant.
https://docs.aws.amazon.com/rekognition/latest/dg/moderation-bulk-analysis.html
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.calls import explained
from rekognition_results.planning.allowed import may_be_shown
from rekognition_results.planning.planner import IMAGES_PER_JOB
from rekognition_results.planning.s3_listing import S3Uri
from rekognition_tables.errors import RequestRefused, one_line
from rekognition_tables.jobs.plans import MediaObject
from rekognition_tables.parsing.strict import Refused, strict_json, text_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MANIFEST_BYTES = 128 * 2**20  # 10,000 lines of the longest keys take half of it
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PLAIN = 'save it as UTF-8 without a byte order mark, each line {"source-ref": "s3://bucket/key"}.'


def read_manifest(s3: S3Client, uri: S3Uri, version: str | None) -> MediaObject:
    """A ready-made input manifest, each line checked before it costs money."""
    which: dict[str, Any] = {"VersionId": version} if version else {}
    with explained("GetObject", str(uri)):
        answer = s3.get_object(Bucket=uri.bucket, Key=uri.key, **which)
        if answer["ContentLength"] > MANIFEST_BYTES:
            raise _refused(
                f"{uri} has {answer['ContentLength']:,} bytes, more than {MANIFEST_BYTES:,}: a job "
                f"takes {IMAGES_PER_JOB:,} lines, so split the manifest."
            )
        body = answer["Body"].read()
    lines = sum(1 for _ in source_refs(body, str(uri)))
    if not lines:
        raise _refused(f"{uri} holds no line: put the images into it.")
    if lines > IMAGES_PER_JOB:
        raise _refused(
            f"{uri} has {lines:,} lines, and a job takes {IMAGES_PER_JOB:,}: split the manifest."
        )
    return MediaObject(
        uri.bucket, uri.key, version, answer["ETag"].strip('"'), len(body), answer["LastModified"]
    )


def source_refs(body: bytes, uri: str) -> Iterator[tuple[int, str]]:
    """Number, from 1, and source-ref of each line. RequestRefused names the first wrong one."""
    if body.startswith(codecs.BOM_UTF8):
        raise _refused(f"{uri} begins with a byte order mark: {PLAIN}")
    if body.startswith(UTF_16):
        raise _refused(f"{uri} is UTF-16: {PLAIN}")
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            yield number, _source_ref(uri, number, line)


def _source_ref(uri: str, number: int, line: bytes) -> str:
    try:
        told = strict_json(text_of(line))
    except Refused as refused:
        wrong = f"cannot be read ({refused.reason})"
    else:
        if isinstance(told, dict) and S3Uri.of_object(told.get("source-ref")):
            return str(told["source-ref"])
        wrong = "has no source-ref with bucket and key"
    # A form can name any object that the connection reads, and its content is nobody's business.
    start = one_line(line[:100].decode(errors="replace"))
    shown = f" It reads: {start}" if may_be_shown(uri) else ""
    raise _refused(
        f'Line {number} of {uri} {wrong}: write it as {{"source-ref": "s3://bucket/key"}}.{shown}'
    )


def _refused(message: str) -> RequestRefused:
    return RequestRefused(
        message, operation="StartMediaAnalysisJob", code="InvalidManifestException"
    )
