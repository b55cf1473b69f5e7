"""Flatten files that are in no landing zone: somebody's saved pages, a manifest from a bucket.

What they lack is taken as it comes: no request, no checksum, perhaps not every page. So nothing is
refused for being a part of a result; the ledger's row says what can be known of it. A file that is
something else is refused by its name, and does not keep the others from being written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from upath import UPath

from rekognition_tables.errors import IncompleteResults, ResultsError
from rekognition_tables.flatten.documents import MediaDocuments
from rekognition_tables.flatten.manifests import ManifestLines
from rekognition_tables.flatten.pages import ResultPages
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.flatten.reconcile import assert_accounted, manifest_disagreement
from rekognition_tables.flatten.results import without_collector
from rekognition_tables.jobs.request_row import job_request_row
from rekognition_tables.limits import MAX_LINE_BYTES, Limits
from rekognition_tables.loose import manifests as loose_manifests
from rekognition_tables.loose import pages as loose_pages
from rekognition_tables.loose.inputs import GET_AGAIN, AnyPath, line_blocks, refused
from rekognition_tables.loose.kinds import files_of, kind_of_file
from rekognition_tables.loose.order import arranged, stored
from rekognition_tables.loose.pages import LoosePage
from rekognition_tables.operations.names import MEDIA_ANALYSIS, Operation
from rekognition_tables.operations.spec import SPECS, ManifestOperation, VideoOperation
from rekognition_tables.operations.tables import TABLES, written_by
from rekognition_tables.results_root.layout import ResultKey

# The ledger as in a warehouse, where a result reconciles or not; here that may not be known.
LOADS = replace(
    TABLES["loads"],
    columns=tuple(
        replace(one, null=True) if one.name == "reconciled" else one
        for one in TABLES["loads"].columns
    ),
)
PAGES_AT_MOST = 1_000_000  # of one file: a billion labels
NO_LIMIT = 1.0
UNCHECKED_PAGES = "A page missing in between cannot be checked."
UNCHECKED_LINES = "No manifest summary is beside it: a missing line cannot be checked."
LOOKS_MERGED = (
    "It is one document with a NextToken: it looks merged from several pages, of which the first "
    "one's token was kept, or else it is a first page without those that follow."
)
Progress = Callable[[int, int], None]
OnRefusal = Callable[[ResultsError], None]


@dataclass(frozen=True)
class LooseResult:
    """One result found in loose files.

    `reconciled`: False when something is wrong, None when nothing is, but that nothing is missing
    cannot be known; `reason` says what.
    """

    key: ResultKey
    row_counts: dict[str, int]
    reconciled: bool | None
    reason: str | None
    quarantined: int

    @property
    def complete(self) -> bool:
        """Nothing is known to be wrong or missing."""
        return self.reconciled is not False


def flatten_loose(
    paths: Sequence[AnyPath | str],
    operation: Operation | None,
    out: AnyPath,
    *,
    job_id: str | None = None,
    quarantine_limit: float = NO_LIMIT,
    max_line_bytes: int = MAX_LINE_BYTES,
    progress: Progress | None = None,
    on_refusal: OnRefusal | None = None,
) -> list[LooseResult]:
    """Write `out/{table}/{result}.parquet` for every result found in files, folders and globs.

    Without an `operation` each file's own is found out from what is in it. The job's id is the
    page's own, else `job_id`, else the file's SHA-256; aggregate_by is the page's, else what its
    labels' times say. Pages of one result may be in many files. `progress` gets the records
    and uncompressed bytes flattened so far.

    A file that is cut, damaged or something else is refused with IncompleteResults, and one with
    more bad records than `quarantine_limit` with QuarantineLimit: `on_refusal` gets each of
    them; without it the first is raised once all else is written. ValueError, before anything is
    read: a path that names no file.
    """
    limits = Limits(quarantine_limit, max_line_bytes)
    run = _Run(operation, UPath(out), limits, job_id, progress)
    for path in files_of(paths, run.out):
        run.attempt(partial(run.survey, path))
    run.pair_summaries()
    written = [result for work in run.works() if (result := run.attempt(work)) is not None]
    for error in run.refusals:
        if on_refusal is None:
            raise error
        on_refusal(error)
    return written


@dataclass
class _Run:
    operation: Operation | None
    out: UPath
    limits: Limits
    job_id: str | None
    progress: Progress | None
    pages: dict[ResultKey, list[LoosePage]] = field(default_factory=dict)
    manifests: dict[ResultKey, list[AnyPath]] = field(default_factory=dict)
    digests: dict[str, AnyPath] = field(default_factory=dict)
    summaries: list[AnyPath] = field(default_factory=list)
    summary_of: dict[AnyPath, AnyPath] = field(default_factory=dict)
    refusals: list[ResultsError] = field(default_factory=list)
    records: int = 0
    size: int = 0

    def attempt(self, work: Callable[[], Any]) -> Any:
        """Do it; what is refused does not keep the rest."""
        try:
            return work()
        except ResultsError as error:
            if isinstance(error, IncompleteResults):
                error = error.with_advice(GET_AGAIN)
            self.refusals.append(error)
            return None

    def survey(self, path: AnyPath) -> None:
        """Find the results that a file has records of."""
        longest = self.limits.text_bytes
        if self.operation is None:
            kind = kind_of_file(path, longest)
            operation, is_summary = kind.operation, kind.summary
        else:
            operation = self.operation
            is_summary = operation == MEDIA_ANALYSIS and loose_manifests.is_summary(path, longest)
        if is_summary:
            self.summaries.append(path)
            return
        assert operation  # what is no summary is of an operation
        match SPECS[operation]:
            case VideoOperation() as spec:
                self._survey_pages(spec, path, longest)
            case ManifestOperation():
                self._survey_manifest(path, longest)

    def _survey_pages(self, spec: VideoOperation, path: AnyPath, longest: int) -> None:
        found = loose_pages.survey(spec, path, longest, PAGES_AT_MOST)
        keys = loose_pages.keys_of(spec, found, self.job_id, _digest(path))
        for key, page in zip(keys, found, strict=True):
            self.pages.setdefault(key, []).append(page)

    def _survey_manifest(self, path: AnyPath, longest: int) -> None:
        loose_manifests.survey(path, longest)
        digest = _digest(path)
        if (first := self.digests.setdefault(digest, path)) is not path:
            raise refused(path, f"It holds the same as {first}, which is written once.")
        key = ResultKey.of(MEDIA_ANALYSIS, self.job_id or digest)
        self.manifests.setdefault(key, []).append(path)

    def pair_summaries(self) -> None:
        """Give each manifest its summary; one that is nobody's is refused."""
        manifests = [path for paths in self.manifests.values() for path in paths]
        for manifest in manifests:
            summaries = self.summaries or loose_manifests.beside(manifest, self.limits.text_bytes)
            if found := loose_manifests.summary_of(manifest, manifests, summaries):
                self.summary_of[manifest] = found
        for path in set(self.summaries) - set(self.summary_of.values()):
            what = "It is a manifest summary, and it is not clear which manifest it is of."
            advice = "Put each with its manifest into a folder of their own."
            self.refusals.append(refused(path, what, advice=advice))

    def works(self) -> list[Callable[[], LooseResult]]:
        """What writes each result."""
        taken = {key.name for key in self.pages}
        works: list[Callable[[], LooseResult]] = []
        for key, pages in self.pages.items():
            works.append(partial(self._write_pages, key, pages))
        for key, paths in self.manifests.items():
            if key.name in taken:
                what = f"Pages of job {key.name} are written to the same place."
                advice = "Flatten them to another folder, or without --job-id."
                self.refusals.append(refused(paths[0], what, advice=advice))
            else:
                works.append(partial(self._write_manifest, key, paths))
        return works

    def _write_pages(self, key: ResultKey, given: list[LoosePage]) -> LooseResult:
        arrangement = arranged(given)
        # Somebody may have put all pages of a result together to one.
        limits = replace(self.limits, line_bytes=self.limits.text_bytes)

        def write(files: TableFiles, aside: PutAside) -> tuple[bool | None, str]:
            pages = ResultPages(key, files, aside, limits)
            for block, lines in stored(arrangement.pages, self.limits.text_bytes):
                plain = [line for line, page in lines if not page.repeats]
                if len(plain) == len(lines):
                    pages.add_pages(block, plain)
                else:
                    for line, page in lines:
                        pages.add_repeating(block, line, page.repeats)
                self._tell(sum(line.end - line.start for line, _ in lines), len(lines))
            faults = list(arrangement.faults)
            if len(given) == 1 and given[0].token is not None:
                faults.append(LOOKS_MERGED)
            else:
                pages.chain.end()
            pages.finish()
            aside.check_limit(pages.elements)
            pages.assert_accounted()
            faults += filter(None, (pages.chain.incomplete, pages.chain.disagreement))
            said = [*faults, *arrangement.notes, UNCHECKED_PAGES]
            return (False if faults else None), " ".join(said)

        return self._written(key, given[0].path, write)

    def _write_manifest(self, key: ResultKey, paths: list[AnyPath]) -> LooseResult:
        def write(files: TableFiles, aside: PutAside) -> tuple[bool | None, str | None]:
            manifest = ManifestLines(key, files, aside, self.limits)
            for path in paths:
                for block in line_blocks(path, self.limits.text_bytes):
                    before = manifest.lines
                    manifest.add(block)
                    self._tell(len(block.data), manifest.lines - before)
            aside.check_limit(manifest.records)
            images = files.rows("moderation_images")
            assert_accounted(key, "lines", manifest.records, images, manifest.refused)
            summary = self.summary_of.get(paths[0]) if len(paths) == 1 else None
            if summary is None:
                return None, UNCHECKED_LINES
            data = loose_manifests.text_of_summary(summary, self.limits.text_bytes)
            counts, errors = MediaDocuments(key, files, aside).summary(data, str(summary))
            reason = manifest_disagreement(
                counts.get("statistics.valid-json-lines"),
                counts.get("statistics.invalid-json-lines"),
                manifest.records,
                errors,
            )
            return reason is None, reason

        return self._written(key, paths[0], write)

    def _written(self, key: ResultKey, path: AnyPath, write: Callable[..., Any]) -> LooseResult:
        """The tables of one result: all of them, or none when `write` raises."""
        tables = [*written_by(key.operation), LOADS]

        def place(table: str) -> str:
            return f"{table}/{key.name}.parquet"

        with TableFiles(key, tables, self.out, place) as files, without_collector():
            aside = PutAside(files, key, self.limits)
            reconciled, reason = write(files, aside)
            aside.finish()
            seen_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            row = job_request_row(None, key, seen_at)
            files.add("job_requests", {name: [value] for name, value in row.items()})
            counts = {table.name: files.rows(table.name) for table in written_by(key.operation)}
            files.add("loads", _ledger_row(key.operation, counts, reconciled, reason))
            files.finish()
        return LooseResult(key, counts, reconciled, reason, aside.quarantined)

    def _tell(self, size: int, records: int) -> None:
        self.records += records
        self.size += size
        if self.progress:
            self.progress(self.records, self.size)


def _digest(path: AnyPath) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _ledger_row(
    operation: Operation, counts: dict[str, int], reconciled: bool | None, reason: str | None
) -> dict[str, list[Any]]:
    row = TABLES["loads"].row({}) | {
        "schema_version": SPECS[operation].schema_version,
        "row_counts": list(counts.items()),
        "reconciled": reconciled,
        "reason": reason,
        "held_back": False,
        "flattened_at": datetime.now(UTC),
    }
    return {name: [value] for name, value in row.items()}
