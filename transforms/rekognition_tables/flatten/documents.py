"""The two small documents of a media analysis: its description and its manifest summary."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from rekognition_tables.errors import IncompleteResults, brief, shown
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.flatten.table_plan import compiled, filled
from rekognition_tables.operations.media_analysis import ERROR_INDEX, OPERATION
from rekognition_tables.operations.responses import ManifestSummary, MediaAnalysisJob, SummaryError
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.parsing.arrow_columns import Reading
from rekognition_tables.parsing.shapes import Shape
from rekognition_tables.parsing.strict import Findings, Refused, strict_json, text_of, typed
from rekognition_tables.results_root.layout import ResultKey

ERRORS = compiled(OPERATION.tables, ERROR_INDEX)


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
        row = TABLES["media_analysis_jobs"].row(told) | {"mode": mode}
        self._files.add("media_analysis_jobs", {name: [value] for name, value in row.items()})
        return row

    def summary(self, data: bytes, name: str = "summary.json") -> tuple[dict[str, Any], int]:
        """Write the summary's rows; its scalars by JSON path, and how many errors it lists."""
        summary, told = self._read(name, data, ManifestSummary)
        if summary.statistics is None and summary.errors is None:
            raise self._damaged(name, "it has neither statistics nor errors.", data)
        row = TABLES["manifest_summaries"].row(told)
        self._files.add("manifest_summaries", {name: [value] for name, value in row.items()})
        errors = summary.errors or []
        index = np.arange(len(errors))
        rows = filled(ERRORS, Reading(), Shape.of(SummaryError), errors, index)
        self._files.add("manifest_errors", rows["manifest_errors"])
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
