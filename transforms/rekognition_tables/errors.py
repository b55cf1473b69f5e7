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

Each keeps its facts as attributes, survives pickling, and its message says what to do next.
"""

from __future__ import annotations

from typing import Any


class ResultsError(Exception):
    """The root. `advice` is what to do next; the facts are keyword arguments and attributes.

    A fact called `advice` stands in the place of the class's, where that would mislead.
    """

    advice: str = ""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        self.advice = facts.get("advice", self.advice)

    def __getattr__(self, name: str) -> Any:
        facts = self.__dict__.get("facts", {})
        if name in facts:
            return facts[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.message, self.facts))

    def __str__(self) -> str:
        return one_line(f"{self.message} {self.advice}".strip())


def _rebuild(kind: type[ResultsError], message: str, facts: dict[str, Any]) -> ResultsError:
    return kind(message, **facts)


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
    """Facts: operation, job_id, code, status_message."""


class WrongParameter(ResultsError):
    """Facts: none."""

    # Clearing does not help: a run keeps its parameters.
    advice = "Start a new run with it corrected: a run keeps its parameters when it is cleared."


class RequestRefused(ResultsError):
    """Facts: operation, code."""


class ServiceBusy(ResultsError):
    """Facts: operation, code, reaction (a `rekognition_results.aws.error_table.Reaction`)."""


class ResultsExpired(ResultsError):
    """Facts: operation, job_id."""

    advice = "Start the job anew to get its results again; that costs money."


class IncompleteResults(ResultsError):
    """Facts: operation, job_id, attempt, file."""

    advice = "Land this result again, while Amazon still has it."


class ReconciliationFailed(ResultsError):
    """Facts: operation, job_id, aggregate_by, reason."""

    advice = "Look at the result, then release it with `rekognition-results accept` and a reason."


class QuarantineLimit(ResultsError):
    """Facts: operation, job_id, bad, records, limit."""

    advice = "Look at the file; raise REKOGNITION_QUARANTINE_LIMIT if the rest is good enough."


class SchemaMismatch(ResultsError):
    """Facts: found, expected, path."""

    advice = (
        "Rebuild with `rekognition-results load --all`, or flatten again from the landing zone."
    )


class WarehouseLocked(ResultsError):
    """Facts: path, pid."""

    advice = "Wait for that process to end, or stop it, and load again: nothing was changed."
