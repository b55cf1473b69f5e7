"""The two small documents of a media analysis: its description and its manifest summary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from rekognition_tables.errors import IncompleteResults, brief, shown
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.operations import TABLES
from rekognition_tables.operations.columns import INSTANT
from rekognition_tables.operations.responses import ManifestSummary, MediaAnalysisJob
from rekognition_tables.parsing.arrow_columns import Reading
from rekognition_tables.parsing.shapes import Shape
from rekognition_tables.parsing.strict import Findings, Refused, strict_json, text_of, typed
from rekognition_tables.results_root.layout import ResultKey

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MediaDocuments:
    """Writes the rows of media_analysis_jobs, manifest_summaries and manifest_errors."""

    def __init__(self, key: ResultKey, files: TableFiles, aside: PutAside) -> None:
        self.key = key
        self._files = files
        self._aside = aside

    def description(self, data: bytes, mode: str) -> dict[str, Any]:
        """Write the job's row, and give it. IncompleteResults: damaged, or of another job."""
        told = self._read("description.json", data, MediaAnalysisJob)[1]
        if told.get("JobId", self.key.job_id) != self.key.job_id:
            raise self._damaged("description.json", f"it is of job {brief(told['JobId'])}.", data)
        row: dict[str, Any] = {"mode": mode}
        for field in TABLES["media_analysis_jobs"].schema:
            if field.name not in ("job_id", "mode"):
                value = told.get(field.metadata[b"member"].decode())
                row[field.name] = _moment(value) if field.type == INSTANT else value
        self._files.add("media_analysis_jobs", {name: [value] for name, value in row.items()})
        return row

    def summary(self, data: bytes, name: str = "summary.json") -> tuple[dict[str, Any], int]:
        """Write the summary's rows; its scalars by JSON path, and how many errors it lists."""
        summary, told = self._read(name, data, ManifestSummary)
        if summary.statistics is None and summary.errors is None:
            raise self._damaged(name, "it has neither statistics nor errors.", data)
        row = {
            field.name: [told.get(field.metadata[b"member"].decode())]
            for field in TABLES["manifest_summaries"].schema
            if field.name != "job_id"
        }
        self._files.add("manifest_summaries", row)
        errors = summary.errors or []
        numbers = [one.line_numer if one.line_number is None else one.line_number for one in errors]
        rows = {
            "error_index": list(range(len(errors))),
            "line_number": numbers,
            "source_ref": [one.source_ref for one in errors],
            "code": [one.code for one in errors],
            "message": [one.message for one in errors],
        }
        self._files.add("manifest_errors", rows)
        return told, len(errors)

    def _read(
        self, name: str, data: bytes, kind: type[msgspec.Struct]
    ) -> tuple[Any, dict[str, Any]]:
        shape, met = Shape.of(kind), Findings()
        try:
            one = typed(strict_json(text_of(data)), shape, met)
        except Refused as refused:
            raise self._damaged(name, refused.reason, data) from refused
        self._aside.unknown_values([(f"{name}:{path}", value) for path, value in met.unknown])
        return one, dict(Reading().leaves(shape, one))

    def _damaged(self, name: str, what: str, data: bytes) -> IncompleteResults:
        return IncompleteResults(
            f"{name} of {self.key.name} is damaged: {what} It begins: {shown(data)}",
            operation=self.key.operation,
            job_id=self.key.job_id,
            file=name,
        )


def _moment(seconds: float | None) -> datetime | None:
    """Epoch seconds as the API sends them; a double holds them to less than a microsecond."""
    return None if seconds is None else EPOCH + timedelta(microseconds=round(seconds * 1e6))
