"""Everything that can go wrong, as one tree.

ResultsError
 +- JobFailed              the service says the job FAILED
 +- WrongParameter         a parameter of the run is not what it may be; nothing was started
 +- RequestRefused         the service refuses a request; sending it again would not help
 +- ServiceBusy            the service cannot answer now; sending it again later will help
 +- ResultsExpired         the service no longer has the results
 +- IncompleteResults      what was landed is not the whole result, or is damaged
 +- ReconciliationFailed   what the service said it returned is not what was written
 +- QuarantineLimit        too many records of one result are bad
 +- SchemaMismatch         files or a warehouse of another schema version
 +- WarehouseLocked        somebody else holds the warehouse

Each declares its facts as typed attributes, survives pickling and copying with them, and its
message says what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(eq=False, repr=False, kw_only=True)
class ResultsError(Exception):
    """The root: what happened, what to do next, and what it is about, as far as that is known."""

    message: str = field(kw_only=False)
    advice: str = ""  # of the class, where an error is not given its own
    operation: str | None = None
    job_id: str | None = None
    attempt: str | None = None
    file: str | None = None  # of a result
    path: str | None = None  # of a warehouse or anything else
    code: str | None = None  # of Amazon's own error

    def __post_init__(self) -> None:
        super().__init__(self.message)  # Exception pickles its arguments and all attributes

    def with_advice(self, advice: str) -> Self:
        """The same with other advice than the class's; advice of its own is kept."""
        return replace(self, advice=advice) if self.advice == type(self).advice else self

    def __str__(self) -> str:
        return one_line(f"{self.message} {self.advice}".strip())


SHOWN = 80  # bytes of a bad record in a message, characters of a bad value


def shown(record: bytes) -> str:
    """How a record begins, safe to print."""
    return one_line(record[:SHOWN].decode(errors="backslashreplace"))


def brief(value: Any) -> str:
    """A value that others chose, as a message may say it: escaped, and no longer than an id."""
    if isinstance(value, dict | list):
        return f"a {type(value).__name__}"  # its repr may be nested too deeply
    return repr(value[:SHOWN] if isinstance(value, str) else value)


def one_line(text: str) -> str:
    """`text` with control characters escaped, so that a hostile name cannot forge a log line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class JobFailed(ResultsError):
    pass


@dataclass(eq=False, repr=False, kw_only=True)
class WrongParameter(ResultsError):
    # Clearing does not help: a run keeps its parameters.
    advice: str = (
        "Start a new run with it corrected: a run keeps its parameters when it is cleared."
    )


@dataclass(eq=False, repr=False, kw_only=True)
class RequestRefused(ResultsError):
    every_job: bool = False  # any other job would meet it as well


@dataclass(eq=False, repr=False, kw_only=True)
class ServiceBusy(ResultsError):
    full_quota: bool = False  # jobs that run must end first: throttling ends by itself


@dataclass(eq=False, repr=False, kw_only=True)
class ResultsExpired(ResultsError):
    advice: str = "Start the job again to get its results; that costs money."


@dataclass(eq=False, repr=False, kw_only=True)
class IncompleteResults(ResultsError):
    advice: str = "Land this result again, while Amazon still has it."
    line: int | None = None  # of the file, from 1
    another_lander: bool = False  # whose parts count


@dataclass(eq=False, repr=False, kw_only=True)
class ReconciliationFailed(ResultsError):
    advice: str = (
        "Look at the result, then release it with `rekognition-results accept` and a reason."
    )
    aggregate_by: str | None = None
    reason: str | None = None
    check: str | None = None  # of sql/checks


@dataclass(eq=False, repr=False, kw_only=True)
class QuarantineLimit(ResultsError):
    advice: str = "Look at the file; raise REKOGNITION_QUARANTINE_LIMIT if the rest is good enough."
    bad: int = 0
    records: int = 0
    limit: float = 0.0  # share of the records that may be bad


@dataclass(eq=False, repr=False, kw_only=True)
class SchemaMismatch(ResultsError):
    advice: str = (
        "Rebuild with `rekognition-results load --all`, or flatten again from the landing zone."
    )
    found: int | None = None
    expected: int | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class WarehouseLocked(ResultsError):
    advice: str = "Wait for that process to end, or stop it, and load again: nothing was changed."
    pid: int | None = None
