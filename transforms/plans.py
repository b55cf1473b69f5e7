"""Plans: which objects go into which request, so that no object is analysed twice.

    plans/{operation}/{plan_id}.parquet    one row per object

A plan is written before anything is started. What a plan holds is taken: by bucket, key and version
or ETag. A crash after the plan leaves requests without a result; the next run takes them up.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.files import create, names
from transforms.layout import Layout, Operation
from transforms.requests import StartRequest


@dataclass(frozen=True)
class MediaObject:
    """An object in S3. `version` is None in a bucket without versions; `size` in bytes."""

    bucket: str
    key: str
    version: str | None
    etag: str
    size: int
    last_modified: datetime | None

    @property
    def identity(self) -> tuple[str, str, str]:
        return (self.bucket, self.key, self.version or self.etag)


def digest(objects: Iterable[MediaObject]) -> str:
    """A hash of which objects these are, in their order."""
    identities = [thing.identity for thing in objects]
    return hashlib.sha256(json.dumps(identities).encode()).hexdigest()


@dataclass(frozen=True)
class PlannedRequest:
    """One request and the objects that it pays for."""

    request: StartRequest
    objects: tuple[MediaObject, ...]


PLAN_SCHEMA = pa.schema(
    [
        pa.field("bucket", pa.string()),
        pa.field("key", pa.string()),
        pa.field("version", pa.string()),
        pa.field("etag", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("last_modified", pa.timestamp("us", tz="UTC")),
        pa.field("token", pa.string()),
        pa.field("request", pa.string()),  # the StartRequest, whole, as JSON
    ]
)
_IDENTITY = ["bucket", "key", "version", "etag"]


def write_plan(layout: Layout, operation: Operation, planned: Iterable[PlannedRequest]) -> str:
    """Write a plan and give its id, a hash of tokens and objects: the same twice is one file."""
    planned = list(planned)
    columns: dict[str, list[Any]] = {field.name: [] for field in PLAN_SCHEMA}
    for one in planned:
        told = json.dumps(_told(one.request))
        for thing in one.objects:
            for name, value in zip(_OBJECT_MEMBERS, astuple(thing), strict=True):
                columns[name].append(value)
            columns["token"].append(one.request.token)
            columns["request"].append(told)
    what = [[one.request.token, [thing.identity for thing in one.objects]] for one in planned]
    plan_id = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, schema=PLAN_SCHEMA), buffer, compression="zstd")
    create(layout.plan(operation, plan_id), buffer.getvalue())
    return plan_id


_OBJECT_MEMBERS = [member.name for member in fields(MediaObject)]


def _told(request: StartRequest) -> dict[str, Any]:
    return {**request.__dict__, "created_at": request.created_at.isoformat()}


def taken(layout: Layout, operation: Operation) -> set[tuple[str, str, str]]:
    """The identity of every object that a plan holds, and by ETag that of a pinned version.

    A listing knows no versions: by its ETag a version that was pinned is known again.
    """
    found: set[tuple[str, str, str]] = set()
    for table in _plans(layout, operation, _IDENTITY):
        columns = (table[name].to_pylist() for name in _IDENTITY)
        for bucket, key, version, etag in zip(*columns, strict=True):
            found.update({(bucket, key, version or etag), (bucket, key, etag)})
    return found


def planned_requests(layout: Layout, operation: Operation) -> Iterator[StartRequest]:
    """Every request of every plan, once."""
    seen: set[str] = set()
    for table in _plans(layout, operation, ["token", "request"]):
        pairs = zip(table["token"].to_pylist(), table["request"].to_pylist(), strict=True)
        for token, told in pairs:
            if token not in seen:
                seen.add(token)
                facts = json.loads(told)
                facts["created_at"] = datetime.fromisoformat(facts["created_at"])
                yield StartRequest(**facts)


def _plans(layout: Layout, operation: Operation, columns: list[str]) -> Iterator[pa.Table]:
    folder = layout.plans(operation)
    for name in names(folder, ".parquet"):
        yield pq.read_table(io.BytesIO((folder / name).read_bytes()), columns=columns)
