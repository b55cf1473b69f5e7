"""Results in a landing zone, made of literals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rekognition_tables.arrow_tables import read_table
from rekognition_tables.landing.attempts import Attempt, LandingAttempt
from rekognition_tables.operations.spec import VideoOperation
from rekognition_tables.results_root.layout import Layout, ResultKey

JOB = "job-1"
VIDEO = ResultKey.of("label_detection", JOB)
IMAGES = ResultKey.of("media_analysis", JOB)


def encoded(record: Any) -> bytes:
    """Bytes as they are, text as UTF-8, anything else as JSON."""
    if isinstance(record, bytes):
        return record
    return (record if isinstance(record, str) else json.dumps(record)).encode()


@dataclass(frozen=True)
class Videos:
    """Results of one video operation, made of literals: job-1, unless a page says otherwise."""

    spec: VideoOperation

    @property
    def key(self) -> ResultKey:
        return ResultKey.of(self.spec.name, JOB)

    @property
    def wrapper(self) -> str:
        """The member of an element that has its name."""
        return self.spec.required.partition(".")[0]

    @property
    def list(self) -> str:
        return self.spec.elements

    @property
    def table(self) -> str:
        return self.spec.elements_table.name

    def translated(self, text: Any) -> Any:
        """What is written here of labels, in the words of this operation."""
        if isinstance(text, bytes):
            return self.translated(text.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        if not isinstance(text, str):
            return json.loads(self.translated(json.dumps(text)))
        version = str(self.spec.model_version)
        words = {"Labels": self.list, "Label": self.wrapper, "LabelModelVersion": version}
        for ours, own in words.items():
            text = re.sub(rf"\b{ours}\b", own, text)
        return text

    def element(self, name: str | None = "Car", **members: Any) -> dict[str, Any]:
        return {"Timestamp": 0, self.wrapper: {"Name": name, "Confidence": 99.5, **members}}

    def page(self, elements: Sequence[Any] = (), **members: Any) -> dict[str, Any]:
        return {"JobStatus": "SUCCEEDED", "JobId": JOB, self.list: [*elements], **members}

    def land_pages(self, layout: Layout, pages: Sequence[Any]) -> Attempt:
        return land_pages(layout, pages, self.key)

    def land(self, layout: Layout, elements: Sequence[Any]) -> Attempt:
        """One whole page with these elements."""
        return self.land_pages(layout, [self.page(elements)])


def page(labels: Sequence[Any] = (), **members: Any) -> dict[str, Any]:
    return {"JobStatus": "SUCCEEDED", "JobId": JOB, "Labels": list(labels), **members}


def label(name: str = "Car", **members: Any) -> dict[str, Any]:
    return {"Timestamp": 0, "Label": {"Name": name, "Confidence": 99.5, **members}}


def image(*labels: dict[str, Any], ref: str = "s3://bucket/key.jpg", **members: Any) -> Any:
    answer = {"ModerationLabels": list(labels), "ModerationModelVersion": "7.0", **members}
    return {"source-ref": ref, "detect-moderation-labels": answer}


def land_pages(layout: Layout, pages: Sequence[Any], key: ResultKey = VIDEO) -> Attempt:
    """Pages in order, whatever they say; tokens are not looked at."""
    attempt = LandingAttempt.resume_or_begin(layout, key)
    for number, one in enumerate(pages):
        last = number == len(pages) - 1
        attempt.add_page(encoded(one), None if last else f"landing-{number}")
    return attempt.succeed()


def land_video(layout: Layout, labels: Sequence[Any], key: ResultKey = VIDEO) -> Attempt:
    """One whole page with these labels."""
    return land_pages(layout, [page(labels)], key)


def described(**members: Any) -> dict[str, Any]:
    return {"JobId": JOB, "Status": "SUCCEEDED", "CreationTimestamp": 1700000000.25, **members}


def summarized(
    valid: int, invalid: int = 0, errors: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    counts = {
        "total-json-lines": valid + invalid,
        "valid-json-lines": valid,
        "invalid-json-lines": invalid,
    }
    return {"version": "1.0", "statistics": counts, "errors": list(errors)}


def land_manifest(
    layout: Layout,
    lines: Sequence[Any],
    *,
    description: Any = None,
    summary: Any = None,
    end: bytes = b"\n",
    **facts: Any,
) -> Attempt:
    """A manifest of these lines; a summary is landed when one is given."""
    attempt = LandingAttempt.resume_or_begin(layout, IMAGES)
    if lines:
        attempt.add_manifest([b"\n".join(encoded(line) for line in lines) + end])
    attempt.add_document("description.json", encoded(description or described()))
    if summary is not None:
        attempt.add_document("summary.json", encoded(summary))
    return attempt.succeed(**facts)


def rows(layout: Layout, table: str, *columns: str) -> list[Any]:
    """Committed rows, held back or not: tuples of these columns, or bare values of one."""
    found = read_table(str(layout.root), table, held_back=True).to_pylist()
    if len(columns) == 1:
        return [row[columns[0]] for row in found]
    return [tuple(row[column] for column in columns) for row in found]
