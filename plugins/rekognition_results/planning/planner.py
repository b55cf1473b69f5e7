"""From objects to requests: what is left of earlier runs first, then what is new.

Order is what keeps us from paying twice: input manifests, then the plan, then one file a request,
and only then the calls. A crash between any two is mended by the next run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.calls import explained, suppress_code
from rekognition_results.planning.s3_listing import S3Uri
from rekognition_tables.jobs.plans import (
    MediaObject,
    PlannedRequest,
    digest,
    note_claimed,
    plan_requests,
    unclaimed_plans,
)
from rekognition_tables.jobs.request_row import job_input
from rekognition_tables.jobs.requests import (
    StartRequest,
    given_up_tokens,
    read_request,
    uncommitted_tokens,
)
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IMAGES_PER_JOB = 10_000  # a bulk job takes no more
Members = dict[str, Any]


@dataclass(frozen=True)
class Planner:
    """Plans requests of one operation for one account and region."""

    layout: Layout
    operation: Operation
    account: str
    region: str

    def left_over(self, again: bool = False) -> list[str]:
        """Tokens planned or claimed before, whose result is not committed, the oldest first.

        Those that failed for good wait for a person, who says `again`.
        """
        self._claim_planned()
        waiting = set() if again else given_up_tokens(self.layout, self.operation)
        claimed = (
            read_request(self.layout, self.operation, token)
            for token in uncommitted_tokens(self.layout, self.operation) - waiting
        )
        ours = [request for request in claimed if request and self._ours(request)]
        return [request.token for request in sorted(ours, key=lambda r: (r.created_at, r.token))]

    def _claim_planned(self) -> None:
        """What a run planned that died before it had claimed everything."""
        for plan_id, requests in unclaimed_plans(self.layout, self.operation).items():
            ours = [request for request in requests if self._ours(request)]
            for request in ours:
                request.claim(self.layout)
            if len(ours) == len(requests):
                note_claimed(self.layout, self.operation, plan_id)

    def _ours(self, request: StartRequest) -> bool:
        return (request.account, request.region) == (self.account, self.region)

    def plan(self, requests: Iterable[tuple[Members, tuple[MediaObject, ...]]]) -> list[str]:
        """Write the plan and claim its requests; give their tokens."""
        planned = [
            PlannedRequest(self._request(members, objects), objects)
            for members, objects in requests
        ]
        return [one.token for one in plan_requests(self.layout, self.operation, planned)]

    def _request(self, members: Members, objects: tuple[MediaObject, ...]) -> StartRequest:
        source = job_input(members)
        named = (source.get("Bucket"), source.get("Name"))
        etag = next((one.etag for one in objects if (one.bucket, one.key) == named), None)
        return StartRequest.of(
            self.operation, self.account, self.region, members, digest(objects), etag=etag
        )


def in_manifests(
    s3: S3Client,
    things: Iterable[MediaObject],
    output: S3Uri,
    members_of: Callable[[S3Uri, str | None], Members],
) -> Iterator[tuple[Members, tuple[MediaObject, ...]]]:
    """Put images into input manifests of at most 10,000, named by their content; a request each."""
    rest = iter(things)
    while batch := tuple(islice(rest, IMAGES_PER_JOB)):
        yield members_of(*put_manifest(s3, batch, output)), batch


def put_manifest(
    s3: S3Client, images: tuple[MediaObject, ...], output: S3Uri
) -> tuple[S3Uri, str | None]:
    """Write an input manifest beside the output; the same images give the same key and version.

    The version is None in a bucket that keeps none.
    """
    lines = (
        json.dumps({"source-ref": f"s3://{one.bucket}/{one.key}"}, ensure_ascii=False)
        for one in images
    )
    body = "".join(f"{line}\n" for line in lines).encode()
    name = hashlib.sha256(body + digest(images).encode()).hexdigest()[:40]
    key = "/".join(part for part in (output.key.strip("/"), "input-manifests", name) if part)
    uri = S3Uri(output.bucket, f"{key}.jsonl")
    return uri, _put_once(s3, uri, body)


def _put_once(s3: S3Client, uri: S3Uri, body: bytes) -> str | None:
    """Put an object unless it stands there; its version. A crash and its repeat see one version."""
    place: dict[str, Any] = {"Bucket": uri.bucket, "Key": uri.key}
    with suppress_code("PreconditionFailed"), explained("PutObject", str(uri)):
        return s3.put_object(**place, Body=body, IfNoneMatch="*").get("VersionId")
    with explained("GetObject", str(uri)):
        there = s3.get_object(**place)
        if there["Body"].read() == body:
            return there.get("VersionId")
    with explained("PutObject", str(uri)):  # somebody else's bytes under a name of ours
        return s3.put_object(**place, Body=body).get("VersionId")


def without_nothing(members: Members) -> Members:
    """The members that say something: None, "", [] and {} are left out, at any depth."""
    kept: Members = {}
    for name, value in members.items():
        said = without_nothing(value) if isinstance(value, dict) else value
        if said not in (None, "", [], {}):
            kept[name] = said
    return kept
