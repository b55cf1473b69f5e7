"""Flatten files that are in no landing zone: somebody's saved pages, a manifest from a bucket.

What they lack is taken as it comes: no request, no checksum, perhaps not every page. So nothing is
refused for being a part of a result; the ledger's row says that it is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from upath import UPath

from transforms.flatten import without_collector
from transforms.job_requests import job_request_row
from transforms.label_detection import LabelDetectionPages
from transforms.layout import LABEL_DETECTION, Operation, ResultKey
from transforms.limits import MAX_LINE_BYTES, QUARANTINE_LIMIT, Limits
from transforms.lines import Block, Line
from transforms.loose_inputs import damaged, line_blocks, page_blocks
from transforms.media_analysis import ManifestLines
from transforms.parquet import TableFiles
from transforms.put_aside import PutAside
from transforms.reconcile import assert_accounted
from transforms.shapes import NOTHING
from transforms.tables import SCHEMA_VERSION, TABLES, written_by

PAGES_AT_MOST = 1_000_000  # of one file: a billion labels
Progress = Callable[[int, int], None]
AnyPath = UPath | Path


@dataclass(frozen=True)
class LooseResult:
    """One result found in loose files. `reason`: why it is not a whole one, None when it is."""

    key: ResultKey
    row_counts: dict[str, int]
    complete: bool
    reason: str | None
    quarantined: int


def flatten_loose(
    paths: Sequence[AnyPath],
    operation: Operation,
    out: AnyPath,
    *,
    job_id: str | None = None,
    quarantine_limit: float = QUARANTINE_LIMIT,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
) -> list[LooseResult]:
    """Write `out/{table}/{result}.parquet` for every result found in the files, in their order.

    The job's id is the page's own, else `job_id`, else the file's SHA-256; aggregate_by is the
    page's, else TIMESTAMPS. Pages of one result may stand in many files, in order. `progress` is
    told the records and uncompressed bytes flattened so far. Raises IncompleteResults when a file
    is cut, damaged or not what `operation` returns, and QuarantineLimit; ValueError for a folder,
    and for a manifest that is given twice.
    """
    run = _Run(operation, UPath(out), Limits(quarantine_limit, max_line_bytes), progress)
    found: dict[ResultKey, list[AnyPath]] = {}
    for path in paths:
        if path.is_dir():
            raise ValueError(f"{path} is a folder: name the files in it.")
        for key in run.survey(path, job_id):
            found.setdefault(key, []).append(path)
    return [run.write(key, files) for key, files in found.items()]


class _Names(msgspec.Struct):
    """Of a page, what tells its result, and that it is one."""

    JobId: Any = None
    GetRequestMetadata: Any = None
    JobStatus: msgspec.Raw = NOTHING
    Labels: msgspec.Raw = NOTHING


@dataclass
class _Run:
    operation: Operation
    out: UPath
    limits: Limits
    progress: Progress | None
    keys: dict[AnyPath, list[ResultKey]] = field(default_factory=dict)
    manifests: dict[str, AnyPath] = field(default_factory=dict)
    records: int = 0
    size: int = 0

    def survey(self, path: AnyPath, job_id: str | None) -> list[ResultKey]:
        """The results that a file has records of, in order of their first."""
        if self.operation != LABEL_DETECTION:
            digest = _digest(path)
            if (first := self.manifests.setdefault(digest, path)) is not path:
                raise ValueError(f"{path} holds the same as {first}: name one of them, once.")
            return [ResultKey.of(self.operation, job_id or digest)]
        known, decoder = job_id, msgspec.json.Decoder(_Names)
        found = self.keys[path] = []
        same: dict[ResultKey, ResultKey] = {}
        for block, pages in page_blocks(path, self.limits.text_bytes):
            if len(found) + len(pages) > PAGES_AT_MOST:
                raise damaged(path, f"it holds more than {PAGES_AT_MOST:,} pages.")
            for line in pages:
                names = _names(decoder, path, block, line)
                if names.JobId is None and known is None:
                    known = _digest(path)
                key = _key_of(path, line, names, known)
                found.append(same.setdefault(key, key))
        if not found:
            raise damaged(path, "it holds no page.")
        return list(dict.fromkeys(found))

    def write(self, key: ResultKey, paths: list[AnyPath]) -> LooseResult:
        tables = [*written_by(self.operation), TABLES["loads"]]

        def place(table: str) -> str:
            return f"{table}/{key.name}.parquet"

        with TableFiles(key, tables, self.out, place) as files, without_collector():
            aside = PutAside(files, key, self.limits)
            if self.operation == LABEL_DETECTION:
                reason = self._pages(key, paths, files, aside)
            else:
                self._manifest(key, paths, files, aside)
                reason = None
            aside.finish()
            seen_at = datetime.fromtimestamp(paths[0].stat().st_mtime, UTC)
            row = job_request_row(None, key, seen_at)
            files.add("job_requests", {name: [value] for name, value in row.items()})
            counts = {table.name: files.rows(table.name) for table in written_by(self.operation)}
            files.add("loads", _ledger_row(counts, reason))
            files.finish()
        return LooseResult(key, counts, reason is None, reason, aside.quarantined)

    def _pages(
        self, key: ResultKey, paths: list[AnyPath], files: TableFiles, aside: PutAside
    ) -> str | None:
        # Somebody may have put all pages of a result together to one.
        limits = replace(self.limits, line_bytes=self.limits.text_bytes)
        pages = LabelDetectionPages(key, files, aside, limits)
        for path in paths:
            keys: Iterator[ResultKey] = iter(self.keys[path])
            for block, lines in page_blocks(path, self.limits.text_bytes):
                pages.add_pages(block, [line for line in lines if next(keys) == key])
                self._tell(sum(line.end - line.start for line in lines), len(lines))
        pages.chain.end()
        pages.finish()
        aside.check_limit(pages.labels)
        assert_accounted(key, "labels", pages.labels, files.rows("labels"), aside.quarantined)
        return pages.chain.incomplete or pages.chain.disagreement

    def _manifest(
        self, key: ResultKey, paths: list[AnyPath], files: TableFiles, aside: PutAside
    ) -> None:
        manifest = ManifestLines(key, files, aside, self.limits)
        for path in paths:
            for block in line_blocks(path, self.limits.text_bytes):
                before = manifest.lines
                manifest.add(block)
                self._tell(len(block.data), manifest.lines - before)
        aside.check_limit(manifest.records)
        images = files.rows("moderation_images")
        assert_accounted(key, "lines", manifest.records, images, aside.quarantined)

    def _tell(self, size: int, records: int) -> None:
        self.records += records
        self.size += size
        if self.progress:
            self.progress(self.records, self.size)


def _digest(path: AnyPath) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _names(decoder: Any, path: AnyPath, block: Block, line: Line) -> _Names:
    try:
        names: _Names = decoder.decode(block.view(line))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise damaged(
            path, f"page {line.number} is no page of GetLabelDetection: {error}."
        ) from None
    if not (names.JobStatus or names.Labels):
        raise damaged(
            path,
            f"page {line.number} is no page of GetLabelDetection: it has no Labels and no "
            "JobStatus.",
        )
    return names


def _key_of(path: AnyPath, line: Line, names: _Names, job_id: str | None) -> ResultKey:
    metadata = names.GetRequestMetadata
    aggregate_by = metadata.get("AggregateBy") if isinstance(metadata, dict) else None
    own: Any = job_id if names.JobId is None else names.JobId
    try:
        return ResultKey.of(LABEL_DETECTION, own, aggregate_by)
    except (ValueError, TypeError) as error:
        raise damaged(path, f"page {line.number} names no result: {error}.") from None


def _ledger_row(counts: dict[str, int], reason: str | None) -> dict[str, list[Any]]:
    row: dict[str, Any] = {
        field.name: None
        for field in TABLES["loads"].schema
        if field.name not in ("job_id", "operation", "aggregate_by")
    }
    row |= {
        "schema_version": SCHEMA_VERSION,
        "row_counts": list(counts.items()),
        "reconciled": reason is None,
        "reason": reason,
        "held_back": False,
        "flattened_at": datetime.now(UTC),
    }
    return {name: [value] for name, value in row.items()}
