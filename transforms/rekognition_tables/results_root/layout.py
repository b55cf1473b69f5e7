"""Where everything stands under the results root, and the key that names a result everywhere.

A result is (operation, job_id, aggregate_by). Its name is `{job_id}`, or `{job_id}.segments` for
the SEGMENTS form of a video's job, so both forms of one job live side by side. A job id has no dot
(AWS's pattern), so the name can be read back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, cast

from upath import UPath

from rekognition_tables.operations.names import (
    OF_EVERY_OPERATION,
    OPERATIONS,
    AggregateBy,
    Operation,
)
from rekognition_tables.operations.spec import SPECS

JOB_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # botocore's MediaAnalysisJobId and JobId
SEGMENTS_SUFFIX = ".segments"


def _named(name: str, what: str) -> str:
    if not JOB_ID.fullmatch(name):
        shown = name if len(name) <= 100 else f"{name[:100]}..."
        raise ValueError(f"{what} {shown!r} is not 1-64 of a-z, A-Z, 0-9, '-' and '_'")
    return name


@dataclass(frozen=True, order=True)
class ResultKey:
    """Names one result: `operation`, `job_id` and, for video jobs, `aggregate_by`."""

    operation: Operation
    job_id: str
    aggregate_by: AggregateBy | None = None

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise ValueError(f"operation is {self.operation!r}, not one of {', '.join(OPERATIONS)}")
        _named(self.job_id, "job id")
        allowed = SPECS[self.operation].forms
        if self.aggregate_by not in allowed:
            raise ValueError(
                f"aggregate_by of {self.operation} is {self.aggregate_by!r}, not one of {allowed}"
            )

    @property
    def name(self) -> str:
        return self.job_id + (SEGMENTS_SUFFIX if self.aggregate_by == "SEGMENTS" else "")

    @classmethod
    def of(cls, operation: Operation, job_id: str, aggregate_by: str | None = None) -> Self:
        """The key of a job's result, in the operation's usual form unless another one is given."""
        usual = SPECS[operation].forms[0] if operation in SPECS else None
        return cls(operation, job_id, cast("AggregateBy | None", aggregate_by or usual))

    @classmethod
    def from_name(cls, operation: Operation, name: str) -> Self:
        job_id = name.removesuffix(SEGMENTS_SUFFIX)
        return cls.of(operation, job_id, "SEGMENTS" if job_id != name else None)


def results_path(uri: str | UPath | Path) -> UPath:
    """A results root as a path; a plain path is made absolute, `file://` becomes a plain path."""
    path = uri if isinstance(uri, UPath) else UPath(uri)
    if path.protocol == "file":
        path = UPath(path.path)
    return path.absolute() if isinstance(path, Path) else path


def table_path(table: str, landed_at: datetime, key: ResultKey) -> str:
    """A table file's path, relative to the results root.

    The date, in UTC, is the attempt's, so flattening again writes the same name. In a table of
    every operation the name has the operation too: a video job and a bulk job may have one id.
    """
    day = f"{landed_at.astimezone(UTC):%Y-%m-%d}"
    name = f"{key.operation}.{key.name}" if table in OF_EVERY_OPERATION else key.name
    return f"tables/{table}/landed_on={day}/{name}.parquet"


@dataclass(frozen=True)
class Layout:
    """The results root. Each method names one place of it and touches nothing.

    Each joins once: on an object store a join costs a seventh of a millisecond.
    """

    root: UPath

    @classmethod
    def at(cls, uri: str | UPath | Path) -> Self:
        return cls(results_path(uri))

    def plan(self, operation: Operation, plan_id: str) -> UPath:
        return self.root / f"plans/{operation}/{plan_id}.parquet"

    def plans(self, operation: Operation) -> UPath:
        return self.root / f"plans/{operation}"

    def objects(self, operation: Operation, digest: str) -> UPath:
        """The ETags of the objects that a request names by their digest."""
        return self.root / f"objects/{operation}/{_named(digest, 'digest of objects')}.parquet"

    def jobs(self, operation: Operation) -> UPath:
        return self.root / f"jobs/{operation}"

    def request(self, operation: Operation, token: str, ending: str = ".json") -> UPath:
        """A file of one request. ValueError: the token is none, so no path leaves its folder."""
        return self.root / f"requests/{operation}/{_named(token, 'token')}{ending}"

    def requests(self, operation: Operation) -> UPath:
        return self.root / f"requests/{operation}"

    def open_request(self, operation: Operation, token: str, ending: str = "") -> UPath:
        """What says that a request's result is not committed yet."""
        return self.root / f"requests/{operation}/open/{_named(token, 'token')}{ending}"

    def open_requests(self, operation: Operation) -> UPath:
        return self.root / f"requests/{operation}/open"

    def job(self, operation: Operation, job_id: str) -> UPath:
        return self.root / f"jobs/{operation}/{_named(job_id, 'job id')}.json"

    def attempts(self, key: ResultKey) -> UPath:
        return self.root / f"raw/{key.operation}/{key.name}"

    def raw(self, operation: Operation) -> UPath:
        return self.root / f"raw/{operation}"

    def commits(self, operation: Operation) -> UPath:
        return self.root / f"commits/{operation}"

    def commit(self, key: ResultKey) -> UPath:
        return self.root / f"commits/{key.operation}/{key.name}.json"
