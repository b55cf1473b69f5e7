"""Requests that start jobs, and the jobs they started: the memory that keeps us from paying twice.

    requests/{operation}/{token}.json           the request, whole, before the call; never changed
    requests/{operation}/{token}.job            the job id that answered it
    requests/{operation}/open/{token}           stands until its result is committed
    requests/{operation}/open/{token}.given_up  why no later run takes it up, until a person says so
    jobs/{operation}/{job_id}.json              who started the job, or how it was found

Planning lists only what is open, however many requests there were.

The token is the ClientRequestToken. It is a function of operation, account, region, objects,
request and generation, not of run, try or time: whoever asks for the same again asks with the same
token.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.files import create, names, read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout

LONG_AGO = datetime.min.replace(tzinfo=UTC)
FoundBy = Literal["started_here", "list_media_analysis_jobs", "sns_notification", "job_id"]


@dataclass(frozen=True)
class StartRequest:
    """One request to start a job; `request` is what goes over the wire, its token included.

    `objects` is a digest of what it analyses (`jobs.plans.digest`): a video that was put anew
    under its old name makes the same request, and must not find the old video's job.
    `etag`: of the object that the request names, where planning saw it.
    """

    operation: Operation
    token: str
    generation: int
    account: str
    region: str
    request: dict[str, Any]
    created_at: datetime
    objects: str = ""
    etag: str | None = None

    @classmethod
    def of(
        cls,
        operation: Operation,
        account: str,
        region: str,
        members: Mapping[str, Any],
        objects: str = "",
        generation: int = 1,
        etag: str | None = None,
    ) -> Self:
        """The request for these members and objects, with its token."""
        same = [operation, account, region, {**members}, objects, generation]
        canonical = json.dumps(same, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        token = hashlib.sha256(canonical.encode()).hexdigest()  # 64 characters, AWS's limit
        request = {**members, "ClientRequestToken": token}
        now = datetime.now(UTC)
        return cls(operation, token, generation, account, region, request, now, objects, etag)

    def next_generation(self) -> StartRequest:
        """The same once more, under a new token: it starts, and costs, a new job."""
        members = {k: v for k, v in self.request.items() if k != "ClientRequestToken"}
        return StartRequest.of(
            self.operation,
            self.account,
            self.region,
            members,
            self.objects,
            self.generation + 1,
            self.etag,
        )

    def claim(self, layout: Layout) -> StartRequest:
        """Write it if nobody did, and give what stands there: word for word what must be sent.

        It is open before it is there: a crash between the two leaves nothing that is forgotten.
        """
        if claimed := read_request(layout, self.operation, self.token):
            return claimed
        create(layout.open_request(self.operation, self.token), b"")
        told = {**asdict(self), "created_at": self.created_at.isoformat()}
        path = layout.request(self.operation, self.token)
        if create(path, json.dumps(told, indent=1).encode()):
            return self
        claimed = read_request(layout, self.operation, self.token)
        if claimed is None:
            raise FileNotFoundError(f"{path} was there and is gone: restore it before starting.")
        return claimed


@dataclass(frozen=True)
class JobRecord:
    """A job we know of. `token` and `generation` are None when it was started elsewhere.

    `started_at` is None where nobody told it; `found_at` is when such a job got its record.
    `given_up`: why the result of a found job cannot be had.
    """

    operation: Operation
    job_id: str
    token: str | None
    generation: int | None
    found_by: FoundBy
    account: str | None
    region: str | None
    started_at: datetime | None
    status: str | None = None
    finished_seen_at: datetime | None = None
    given_up: str | None = None
    found_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """The earliest that is known of it: its start, else its end, else when it was found."""
        return self.started_at or self.finished_seen_at or self.found_at or LONG_AGO

    def write(self, layout: Layout) -> None:
        write_whole(layout.job(self.operation, self.job_id), self._told())

    def write_if_new(self, layout: Layout) -> bool:
        """Write it unless the job has a record; True when this call did."""
        return create(layout.job(self.operation, self.job_id), self._told())

    def _told(self) -> bytes:
        told = asdict(self)
        for moment in _MOMENTS:
            told[moment] = told[moment].isoformat() if told[moment] else None
        return json.dumps(told, indent=1).encode()

    def finished(self, layout: Layout, status: str) -> JobRecord:
        """Write down the final status, and when it was first seen.

        What SNS told of its end stays, since that is the service's own time.
        """
        if self.status == status and self.finished_seen_at:
            return self
        ended = self.finished_seen_at or datetime.now(UTC)
        seen = replace(self, status=status, finished_seen_at=ended)
        seen.write(layout)
        return seen

    def taken_up(self, layout: Layout) -> JobRecord:
        """A task of it runs again, since a person cleared it: so do later runs if this one dies."""
        if self.token:
            take_up(layout, self.operation, self.token)
        if self.given_up is None:
            return self
        hoped_for = replace(self, given_up=None)
        hoped_for.write(layout)
        return hoped_for


_MOMENTS = ("started_at", "finished_seen_at", "found_at")


def read_request(layout: Layout, operation: Operation, token: str) -> StartRequest | None:
    data = read_if_there(layout.request(operation, token))
    if data is None:
        return None
    told = json.loads(data)
    told["created_at"] = datetime.fromisoformat(told["created_at"])
    return StartRequest(**told)


def read_job(layout: Layout, operation: Operation, job_id: str) -> JobRecord | None:
    data = read_if_there(layout.job(operation, job_id))
    if data is None:
        return None
    told = json.loads(data)
    for moment in _MOMENTS:
        if told.get(moment):
            told[moment] = datetime.fromisoformat(told[moment])
    return JobRecord(**told)


def job_of(layout: Layout, operation: Operation, token: str) -> str | None:
    """The job id that answered this token, None when the start was never answered here."""
    data = read_if_there(layout.request(operation, token, ".job"))
    return data.decode() if data else None


def note_started(layout: Layout, request: StartRequest, job_id: str) -> JobRecord:
    """Keep the answer to a start: the job's record first, then the way from token to job.

    A job that was found elsewhere before its answer was written down keeps its times and status.
    """
    known = read_job(layout, request.operation, job_id)
    record = JobRecord(
        request.operation,
        job_id,
        request.token,
        request.generation,
        "started_here",
        request.account,
        request.region,
        known.started_at if known else datetime.now(UTC),
        known.status if known else None,
        known.finished_seen_at if known else None,
    )
    if record != known:
        record.write(layout)
    write_whole(layout.request(request.operation, request.token, ".job"), job_id.encode())
    return record


def note_committed(layout: Layout, operation: Operation, token: str) -> None:
    """Planning need not look at this request again."""
    for ending in (".given_up", ""):
        layout.open_request(operation, token, ending).unlink(missing_ok=True)


def uncommitted_tokens(layout: Layout, operation: Operation) -> set[str]:
    """Tokens whose request is claimed and whose result is not committed yet."""
    return {name for name in names(layout.open_requests(operation)) if "." not in name}


def note_given_up(layout: Layout, operation: Operation, token: str, reason: str) -> None:
    """No later run takes this request up by itself: trying again would only fail again."""
    write_whole(layout.open_request(operation, token, ".given_up"), reason.encode())


def take_up(layout: Layout, operation: Operation, token: str) -> None:
    """Undo note_given_up."""
    layout.open_request(operation, token, ".given_up").unlink(missing_ok=True)


def given_up_tokens(layout: Layout, operation: Operation) -> set[str]:
    """Tokens that wait for a person."""
    found = names(layout.open_requests(operation), ".given_up")
    return {name.removesuffix(".given_up") for name in found}
