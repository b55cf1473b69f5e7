"""What the service said it returned, held against what was written.

A result that is not whole is `incomplete`: it must be landed again. One that is whole but says two
things is held back, with the sentence that tells both numbers, until somebody accepts it.
"""

from __future__ import annotations

from typing import Any

from rekognition_tables.errors import ReconciliationFailed, brief
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import ResultKey

FINISHED = ("SUCCEEDED", "FAILED")


class PageChain:
    """The envelopes of a result's pages, in order: is the chain of tokens whole, do they agree?"""

    def __init__(self, key: ResultKey) -> None:
        self.key = key
        self.spec = VIDEO_OPERATIONS[key.operation]
        self.pages = 0
        self.incomplete: str | None = None
        self.disagreement: str | None = None
        self._tokens: set[str] = set()
        self._contents: set[bytes] = set()
        self._last_token: str | None = None
        self._merged: dict[str, Any] = {}

    def add(self, told: dict[str, Any], content: bytes | None = None) -> None:
        """Take one page's scalars, by JSON path, and the `fingerprint` of its elements.

        Pages without NextToken are the last of theirs.
        """
        self.pages += 1
        if self.pages > 1 and self._last_token is None:
            self._wrong(f"Page {self.pages} comes after page {self.pages - 1}, which was the last.")
        self._last_token = told.pop("NextToken", None) or None  # some serialisers write ""
        if self._last_token is not None and self._last_token in self._tokens:
            self._wrong(f"Page {self.pages} has the NextToken of an earlier page.")
        elif self._last_token is not None:
            self._tokens.add(self._last_token)
        # A video's time goes on, so no two pages have the same elements; pages without any may.
        if content in self._contents:
            self._wrong(f"Page {self.pages} has the same {self.spec.element}s as an earlier page.")
        elif content is not None:
            self._contents.add(content)
        self._check_names(told)
        for path, value in told.items():
            first = self._merged.setdefault(path, value)
            if first != value and self.disagreement is None:
                self.disagreement = (
                    f"Page {self.pages} says {path} is {brief(value)}, "
                    f"an earlier page said {brief(first)}."
                )

    def _check_names(self, told: dict[str, Any]) -> None:
        for path, ours in (
            ("JobId", self.key.job_id),
            ("GetRequestMetadata.AggregateBy", self.key.aggregate_by),
        ):
            if told.get(path, ours) != ours:
                self._wrong(
                    f"Page {self.pages} has {path} {brief(told[path])} instead of {ours!r}."
                )
        status = told.get("JobStatus", "SUCCEEDED")
        if status not in FINISHED:
            self._wrong(f"Page {self.pages} was taken while the job was {brief(status)}.")

    def _wrong(self, sentence: str) -> None:
        if self.incomplete is None:
            self.incomplete = sentence

    def end(self) -> None:
        """No page follows."""
        if not self.pages:
            self._wrong("There is no page.")
        elif self._last_token is not None:
            self._wrong(f"The last page, page {self.pages}, has a NextToken: pages are missing.")

    def job_row(self) -> dict[str, Any]:
        """The row of the jobs table, but for its key: what the first page to say it said."""
        return self.spec.jobs_table.row(self._merged)


def manifest_disagreement(
    valid: int | None, invalid: int | None, lines: int, errors: int
) -> str | None:
    """Where the manifest summary's counts differ from the lines that came or the errors listed."""
    sentences = []
    if valid is not None and valid != lines:
        sentences.append(
            f"The manifest summary counts {valid} valid lines, the result manifest has {lines}."
        )
    if invalid is not None and invalid != errors:
        sentences.append(
            f"The manifest summary counts {invalid} invalid lines and lists {errors} errors."
        )
    return " ".join(sentences) or None


def assert_accounted(key: ResultKey, what: str, landed: int, written: int, bad: int) -> None:
    """ReconciliationFailed unless every landed record was written or quarantined."""
    if landed != written + bad:
        reason = f"{landed} {what} were landed, {written} written and {bad} quarantined."
        raise ReconciliationFailed(
            f"{key.operation} {key.name}: {reason}",
            operation=key.operation,
            job_id=key.job_id,
            aggregate_by=key.aggregate_by,
            reason=reason,
        )
