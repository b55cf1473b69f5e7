"""Plans: which objects go into which request, so that no object is analysed twice.

    plans/{operation}/{plan_id}.parquet      one row per object
    plans/{operation}/{plan_id}.claimed      each of its requests has its file under requests/
    plans/{operation}/merged-{hash}.parquet  what a hundred claimed plans held
    objects/media_analysis/{digest}.parquet  the ETag of each image of a request, for its result

A plan is written before anything is started. What a plan holds is taken: by bucket, key and version
or ETag. A crash after the plan leaves requests without a result; the next run takes them up. It
reads the requests of plans that are not claimed, and of all the others the objects only.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from upath import UPath

from rekognition_tables.jobs.requests import StartRequest
from rekognition_tables.operations.names import MEDIA_ANALYSIS, Operation
from rekognition_tables.results_root.files import create, names, read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:
    import pyarrow as pa  # DAG files import this module, and have no need of it


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


MERGED = "merged-"
_OF_REQUESTS = ["token", "request"]
MERGED_AT = 100  # plans: a year of hourly runs leaves under 200 files to read, not 8,760
_IDENTITY = ["bucket", "key", "version", "etag"]


def plan_schema() -> pa.Schema:
    """A plan's columns; `request` is the StartRequest, whole, as JSON."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("bucket", pa.string()),
            pa.field("key", pa.string()),
            pa.field("version", pa.string()),
            pa.field("etag", pa.string()),
            pa.field("size", pa.int64()),
            pa.field("last_modified", pa.timestamp("us", tz="UTC")),
            pa.field("token", pa.string()),
            pa.field("request", pa.string()),
        ]
    )


def plan_requests(
    layout: Layout, operation: Operation, planned: Iterable[PlannedRequest]
) -> list[StartRequest]:
    """Write a plan, then claim its requests; gives what is claimed."""
    planned = list(planned)
    if not planned:
        return []
    if operation == MEDIA_ANALYSIS:
        for one in planned:  # before the plan, so that no plan is there without them
            keep_etags(layout, one.objects)
    plan_id = write_plan(layout, operation, planned)
    claimed = [one.request.claim(layout) for one in planned]
    note_claimed(layout, operation, plan_id)
    merge_plans(layout, operation)
    return claimed


def keep_etags(layout: Layout, images: Iterable[MediaObject]) -> None:
    """Write down the images of a request and their ETags, by the digest that the request names.

    A result manifest names no version: what was replaced since is known by these.
    """
    import pyarrow as pa

    images = list(images)
    table = pa.table(
        {
            "source_ref": pa.array([f"s3://{one.bucket}/{one.key}" for one in images], pa.string()),
            "etag": pa.array([one.etag for one in images], pa.string()),
        }
    )
    create(layout.objects(MEDIA_ANALYSIS, digest(images)), _parquet(table))


def planned_etags(layout: Layout, objects: str | None) -> pa.Table | None:
    """`source_ref` and `etag` of the images of a request; None where nobody wrote them down."""
    data = read_if_there(layout.objects(MEDIA_ANALYSIS, objects)) if objects else None
    return None if data is None else _table(data)


def note_claimed(layout: Layout, operation: Operation, plan_id: str) -> None:
    """Nobody need read the plan's requests again."""
    write_whole(_claimed(layout, operation, plan_id), b"")


def merge_plans(layout: Layout, operation: Operation, at_least: int = MERGED_AT) -> bool:
    """Put claimed plans together in one file, if there are so many; True when this call did.

    For one planner at a time. A crash between leaves a plan that is claimed anew, which changes
    nothing, or rows that stand twice, which are read as one.
    """
    import pyarrow as pa

    found = set(names(layout.plans(operation)))
    plans = [name.removesuffix(".claimed") for name in sorted(found) if name.endswith(".claimed")]
    plans = [plan_id for plan_id in plans if f"{plan_id}.parquet" in found]
    if len(plans) < at_least:
        return False
    columns = [name for name in plan_schema().names if name != "request"]
    merged = pa.concat_tables(_read(layout.plan(operation, plan_id), columns) for plan_id in plans)
    name = hashlib.sha256("".join(plans).encode()).hexdigest()[:32]
    create(layout.plans(operation) / f"{MERGED}{name}.parquet", _parquet(merged))
    for plan_id in plans:
        _claimed(layout, operation, plan_id).unlink(missing_ok=True)
        layout.plan(operation, plan_id).unlink(missing_ok=True)
    return True


def _claimed(layout: Layout, operation: Operation, plan_id: str) -> UPath:
    return layout.plans(operation) / f"{plan_id}.claimed"


def write_plan(layout: Layout, operation: Operation, planned: Iterable[PlannedRequest]) -> str:
    """Write a plan and give its id, a hash of tokens and objects: the same twice is one file."""
    import pyarrow as pa

    planned, schema = list(planned), plan_schema()
    columns: dict[str, list[Any]] = {name: [] for name in schema.names}
    for one in planned:
        told = json.dumps(_told(one.request))
        for thing in one.objects:
            for name in _OBJECT_MEMBERS:
                columns[name].append(getattr(thing, name))
            columns["token"].append(one.request.token)
            columns["request"].append(told)
    what = [[one.request.token, [thing.identity for thing in one.objects]] for one in planned]
    plan_id = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
    create(layout.plan(operation, plan_id), _parquet(pa.table(columns, schema=schema)))
    return plan_id


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


_OBJECT_MEMBERS = [member.name for member in fields(MediaObject)]


def _told(request: StartRequest) -> dict[str, Any]:
    return {**request.__dict__, "created_at": request.created_at.isoformat()}


def taken(layout: Layout, operation: Operation) -> set[tuple[str, str, str]]:
    """The identity of every object that a plan holds, and by ETag that of a pinned version.

    A listing knows no versions: by its ETag a version that was pinned is known again.
    """
    found: set[tuple[str, str, str]] = set()
    for name in names(layout.plans(operation), ".parquet"):
        table = _read(layout.plans(operation) / name, _IDENTITY)
        columns = (table[name].to_pylist() for name in _IDENTITY)
        for bucket, key, version, etag in zip(*columns, strict=True):
            found.update({(bucket, key, version or etag), (bucket, key, etag)})
    return found


def planned_requests(layout: Layout, operation: Operation) -> Iterator[StartRequest]:
    """Every request of the plans that are not claimed, once."""
    seen: set[str] = set()
    for requests in unclaimed_plans(layout, operation).values():
        yield from (one for one in requests if one.token not in seen)
        seen |= {one.token for one in requests}


def unclaimed_plans(layout: Layout, operation: Operation) -> dict[str, list[StartRequest]]:
    """The requests of each plan of which not all may be claimed, by plan id."""
    found = set(names(layout.plans(operation)))
    plans = (name.removesuffix(".parquet") for name in sorted(found) if name.endswith(".parquet"))
    return {
        plan_id: _requests(_read(layout.plan(operation, plan_id), _OF_REQUESTS))
        for plan_id in plans
        if not plan_id.startswith(MERGED) and f"{plan_id}.claimed" not in found
    }


def _requests(plan: pa.Table) -> list[StartRequest]:
    told = dict(zip(plan["token"].to_pylist(), plan["request"].to_pylist(), strict=True))
    found = [json.loads(request) for request in told.values()]
    return [
        StartRequest(**facts | {"created_at": datetime.fromisoformat(facts["created_at"])})
        for facts in found
    ]


def _read(path: UPath, columns: list[str]) -> pa.Table:
    return _table(path.read_bytes(), columns)


def _table(data: bytes, columns: list[str] | None = None) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(data), columns=columns)
