"""A bulk analysis' manifests: the input line by line, the results, the summary.

https://docs.aws.amazon.com/rekognition/latest/dg/bulk-analysis-output-manifests.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rekognition_emulator.engine.errors import JobFailure
from rekognition_emulator.engine.wire import NotJson, decode, encode

# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
MAX_LINES = 10_000
SOURCE, RESULT = "source-ref", "detect-moderation-labels"


class InvalidLine(Exception):
    """A line that is not handled: a code and a message for the summary."""

    def __init__(self, code: str, message: str, source_ref: str | None = None) -> None:
        self.code = code
        self.message = message
        self.source_ref = source_ref
        super().__init__(message)


@dataclass
class Analysis:
    """Result lines in the input's order, and the errors of the lines that were not handled."""

    results: list[bytes] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0

    def results_document(self) -> bytes:
        """The result manifest: JSON Lines."""
        return b"".join(line + b"\n" for line in self.results)

    def summary_document(self) -> bytes:
        """The manifest summary: one JSON document."""
        statistics = {
            "total-json-lines": self.total,
            "valid-json-lines": self.total - len(self.errors),
            "invalid-json-lines": len(self.errors),
        }
        return encode({"version": "1.0", "statistics": statistics, "errors": self.errors})


def analyse(document: bytes, result_of: Callable[[str], msgspec.Raw]) -> Analysis:
    """Each line of an input manifest with its result; JobFailure if the manifest is no manifest.

    `result_of(source_ref)` gives the result as JSON text or raises InvalidLine.
    """
    analysis = Analysis()
    for number, line in enumerate(_lines(document), 1):
        analysis.total = number
        try:
            source_ref = _source_ref(line)
            result = result_of(source_ref)
        except InvalidLine as invalid:
            analysis.errors.append(_error(number, invalid))
            continue
        analysis.results.append(encode({SOURCE: source_ref, RESULT: result}))
    return analysis


def split_reference(source_ref: str) -> tuple[str, str]:
    """Bucket and key of an s3:// reference; keys may hold any character, `#` and `?` too."""
    bucket, _, key = source_ref.removeprefix("s3://").partition("/")
    if not source_ref.startswith("s3://") or not bucket or not key:
        raise InvalidLine(
            "INVALID_SOURCE_REF", "The source-ref is no S3 location of an object.", source_ref
        )
    return bucket, key


def _lines(document: bytes) -> list[bytes]:
    try:
        document.decode()
    except UnicodeDecodeError:
        message = "The manifest file is not UTF-8 encoded JSON Lines."
        raise JobFailure("INVALID_MANIFEST", message) from None
    lines = document.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[-1].strip() == b"":
        lines.pop()
    if not document.strip():
        raise JobFailure("INVALID_MANIFEST", "The manifest file is empty.")
    if len(lines) > MAX_LINES:
        message = f"The manifest file has {len(lines)} lines; the limit is {MAX_LINES}."
        raise JobFailure("INVALID_MANIFEST", message)
    return lines


def _source_ref(line: bytes) -> str:
    try:
        entry = decode(line)
    except NotJson:
        raise InvalidLine("INVALID_JSON_LINE", "The line is not valid JSON.") from None
    if not isinstance(entry, dict):
        raise InvalidLine("INVALID_JSON_LINE", "The line is not a JSON object.")
    source_ref = entry.get(SOURCE)
    if not isinstance(source_ref, str) or not source_ref:
        raise InvalidLine("MISSING_SOURCE_REF", "The line has no source-ref.")
    return source_ref


def _error(number: int, invalid: InvalidLine) -> dict[str, Any]:
    # "line-numer" is the guide's spelling, and so the service's.
    error: dict[str, Any] = {"line-numer": number}
    if invalid.source_ref is not None:
        error[SOURCE] = invalid.source_ref
    return {**error, "code": invalid.code, "message": invalid.message}
