"""Landing image by image: result lines in parts that an interrupted run does not pay for again.

    results-00000.jsonl.zst  result lines, in the form of Amazon's result manifest
    results-00000.json       that part's checksum, the input lines it answers, and their errors

Parts hold input lines in the order in which they were answered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import zstandard

from rekognition_tables.landing.attempts import LandedFile, LandingAttempt
from rekognition_tables.landing.manifest_parts import LEVEL
from rekognition_tables.results_root.files import read_if_there
from rekognition_tables.results_root.layout import ResultKey


@dataclass(frozen=True)
class ImageAnswer:
    """What came of one line of the input manifest: a result line, or why there is none."""

    line_number: int  # from 1
    source_ref: str
    line: bytes | None = None
    model_version: str | None = None
    code: str | None = None
    message: str | None = None

    @property
    def error(self) -> dict[str, Any]:
        """The entry in the manifest summary; `line-numer` is the guide's spelling."""
        return {
            "line-numer": self.line_number,
            "source-ref": self.source_ref,
            "code": self.code,
            "message": self.message,
        }


class ImagesAttempt(LandingAttempt):
    """An attempt that goes on after its last whole part. `answered`: input lines it has."""

    def __init__(self, key: ResultKey, path: Any) -> None:
        super().__init__(key, path)
        self.answered: set[int] = set()
        self.errors: list[dict[str, Any]] = []
        self.model_version: str | None = None
        self._number = 0

    @property
    def analysed(self) -> int:
        """How many images have a result."""
        return len(self.answered) - len(self.errors)

    def _take_up_parts(self) -> None:
        while (told := read_if_there(self.path / f"results-{self._number:05d}.json")) is not None:
            part = json.loads(told)
            if part["file"]:
                self.files.append(LandedFile(**part["file"]))
            self._count(part)

    def _count(self, part: dict[str, Any]) -> None:
        self._number += 1
        self.answered.update(part["lines"])
        self.errors.extend(part["errors"])
        self.model_version = part["model_version"] or self.model_version

    def add_images(self, answers: Sequence[ImageAnswer]) -> None:
        """Put a part: its lines, then the file beside it that makes it count."""
        if not answers:
            return
        stem = f"results-{self._number:05d}"
        lines = [answer.line for answer in answers if answer.line is not None]
        file = None
        if lines:
            raw = b"".join(line + b"\n" for line in lines)
            data = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(raw)
            file = asdict(self._put(f"{stem}{self.writer}.jsonl.zst", data, len(raw), len(lines)))
        versions = [answer.model_version for answer in answers if answer.model_version]
        part = {
            "file": file,
            "lines": [answer.line_number for answer in answers],
            "errors": [answer.error for answer in answers if answer.line is None],
            "model_version": versions[-1] if versions else None,
        }
        self._count_part(stem, part)
        self._count(part)

    def add_summary(self) -> None:
        """Write summary.json as Amazon does for a bulk job."""
        statistics = {
            "total-json-lines": len(self.answered),
            "valid-json-lines": self.analysed,
            "invalid-json-lines": len(self.errors),
        }
        errors = sorted(self.errors, key=lambda error: int(error["line-numer"]))
        told = {"version": "1.0", "statistics": statistics, "errors": errors}
        self.add_document("summary.json", json.dumps(told).encode())
