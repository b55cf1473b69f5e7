"""One landed result to its table files and commit: the same bytes give the same names and rows."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa
from upath import UPath

from rekognition_tables.errors import IncompleteResults, ResultsError, SchemaMismatch, brief
from rekognition_tables.flatten.commits import Commit, TableFile, read_commit
from rekognition_tables.flatten.documents import MediaDocuments
from rekognition_tables.flatten.manifests import ManifestLines
from rekognition_tables.flatten.pages import ResultPages
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.flatten.reconcile import FINISHED, assert_accounted, manifest_disagreement
from rekognition_tables.jobs.job_facts import Row, of_images, of_video, with_request
from rekognition_tables.jobs.plans import planned_etags
from rekognition_tables.jobs.request_row import job_request_row, objects_told
from rekognition_tables.landing.attempts import (
    ABANDONED,
    SUCCESS,
    Attempt,
    LandedFile,
    newest_whole_attempt,
)
from rekognition_tables.limits import (
    ADVICE,
    MAX_LINE_BYTES,
    QUARANTINE_LIMIT,
    Limits,
    values_in,
)
from rekognition_tables.operations.spec import SPECS, ManifestOperation, VideoOperation
from rekognition_tables.operations.tables import written_by
from rekognition_tables.parsing.encodings import BOM
from rekognition_tables.parsing.lines import Block
from rekognition_tables.results_root.files import names, read_if_there
from rekognition_tables.results_root.layout import Layout, ResultKey, table_path


@dataclass(frozen=True)
class Outcome:
    """`reason`: where the service disagrees with itself; `facts`: what the ledger keeps."""

    reason: str | None
    facts: Row


def flatten(
    layout: Layout,
    key: ResultKey,
    *,
    quarantine_limit: float = QUARANTINE_LIMIT,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Commit:
    """Write every table file of the newest whole attempt of a result, then its commit.

    The commit's `reason` tells where the service disagrees with itself. Raises IncompleteResults
    (nothing whole is landed, or it is damaged), QuarantineLimit, ReconciliationFailed, and
    ResultsError for what is far larger than any result; all leave an earlier commit as it was.
    """
    attempt = newest_whole_attempt(layout, key)
    if attempt is None:
        raise _nothing_whole(layout, key)
    earlier = _earlier(layout, key)
    limits = Limits(quarantine_limit, max_line_bytes)
    written, outcome = _write_tables(layout, attempt, limits)
    reason = outcome.reason
    accepted = None
    if earlier and earlier.attempt == attempt.name and earlier.reason == reason:
        accepted = earlier.accepted
    commit = Commit(
        key,
        attempt.name,
        SPECS[key.operation].schema_version,
        attempt.landed_at,
        datetime.now(UTC),
        written,
        reason,
        accepted,
        outcome.facts,
    )
    commit.write(layout)
    _remove_older(layout, commit, earlier)
    return commit


def _earlier(layout: Layout, key: ResultKey) -> Commit | None:
    """The commit to replace; None also for one of a form that this version cannot read.

    What somebody accepted there is to be accepted again.
    """
    try:
        return read_commit(layout, key)
    except SchemaMismatch:
        return None


def _write_tables(
    layout: Layout, attempt: Attempt, limits: Limits
) -> tuple[tuple[TableFile, ...], Outcome]:
    key = attempt.key
    records = _checked_records(attempt, limits)

    def place(table: str) -> str:
        return table_path(table, attempt.landed_at, key)

    row = job_request_row(layout, key, attempt.landed_at)
    with (
        TableFiles(key, written_by(key.operation), layout.root, place) as files,
        without_collector(),
    ):
        match SPECS[key.operation]:
            case VideoOperation() as spec:
                aside = PutAside(files, key, limits, spec.page_size * records)
                found = _pages(attempt, files, aside, limits)
            case ManifestOperation():
                aside = PutAside(files, key, limits, records)
                etags = planned_etags(layout, objects_told(layout, key.operation, row["token"]))
                found = _manifest(attempt, files, aside, limits, etags)
        aside.finish()
        files.add("job_requests", {name: [value] for name, value in row.items()})
        return files.finish(), replace(found, facts=with_request(found.facts, row))


def _pages(attempt: Attempt, files: TableFiles, aside: PutAside, limits: Limits) -> Outcome:
    pages = ResultPages(attempt.key, files, aside, limits)
    for part in attempt.parts:
        pages.add(_block(attempt, part))
        if pages.chain.incomplete:
            break
    pages.chain.end()
    if pages.chain.incomplete:
        raise _incomplete(attempt, pages.chain.incomplete)
    pages.finish()
    aside.check_limit(pages.elements)
    pages.assert_accounted()
    return Outcome(pages.chain.disagreement, of_video(pages.chain.job_row()))


def _manifest(
    attempt: Attempt, files: TableFiles, aside: PutAside, limits: Limits, etags: pa.Table | None
) -> Outcome:
    documents = MediaDocuments(attempt.key, files, aside)
    description = _document(attempt, "description.json", limits)
    if description is None:
        raise _incomplete(attempt, "It has no description.json.")
    job = documents.description(description, str(attempt.facts.get("mode", "bulk")))
    status = job["status"]
    if status not in FINISHED:
        raise _incomplete(attempt, f"It was landed while the job was {brief(status)}.")
    manifest = ManifestLines(attempt.key, files, aside, limits, etags)
    for part in attempt.parts:
        manifest.add(_block(attempt, part))
    aside.check_limit(manifest.records)
    images = files.rows("moderation_images")
    assert_accounted(attempt.key, "lines", manifest.records, images, manifest.refused)
    summary = _document(attempt, "summary.json", limits)
    if summary is None:
        _check_no_summary_is_named(attempt, job)
        return Outcome(None, of_images(job, None, manifest.records))
    counts, errors = documents.summary(summary)
    reason = manifest_disagreement(
        counts.get("statistics.valid-json-lines"),
        counts.get("statistics.invalid-json-lines"),
        manifest.records,
        errors,
    )
    return Outcome(reason, of_images(job, counts, manifest.records))


def _check_no_summary_is_named(attempt: Attempt, job: Row) -> None:
    named = job["manifest_summary_s3_object_name"]
    if named is not None and job["status"] == "SUCCEEDED":
        raise _incomplete(attempt, f"The manifest summary {brief(named)} is not landed.")


def _checked_records(attempt: Attempt, limits: Limits) -> int:
    """How many lines were landed. ResultsError, before any is read, when it is too much."""
    records = sum(part.records for part in attempt.parts)
    if records > limits.records:
        told = f"It has {records:,} lines, and no result has more than {limits.records:,}."
        raise _too_large(attempt, told, "Look at the landed files: no job of Amazon's has so many.")
    parts = set(attempt.parts)
    for file in attempt.files:
        most = limits.part_bytes if file in parts else limits.document_bytes
        if file.raw_size > most:
            raise _too_large(attempt, f"{file.name} has {file.raw_size:,} bytes, over {most:,}.")
    return records


def _block(attempt: Attempt, part: LandedFile) -> Block:
    """A part's lines. IncompleteResults unless they are as many as were landed."""
    block = Block(part.name, attempt.read(part))
    if (found := block.count()) != part.records:
        told = f"{part.name} was landed with {part.records} lines and has {found}."
        raise _incomplete(attempt, told)
    marked = block.data.startswith(BOM)
    return Block(part.name, block.data[len(BOM) :], len(BOM)) if marked else block


def _document(attempt: Attempt, name: str, limits: Limits) -> bytes | None:
    data = attempt.document(name)
    if data is not None and (values := values_in(data)) > limits.page_values:
        raise _too_large(attempt, f"{name} has {values:,} values, over {limits.page_values:,}.")
    return data


def _too_large(attempt: Attempt, sentence: str, advice: str = ADVICE) -> ResultsError:
    key = attempt.key
    return ResultsError(
        f"{key.operation} {key.name}, attempt {attempt.name}: {sentence}",
        operation=key.operation,
        job_id=key.job_id,
        attempt=attempt.name,
        advice=advice,
    )


def _incomplete(attempt: Attempt, sentence: str) -> IncompleteResults:
    key = attempt.key
    return IncompleteResults(
        f"{key.operation} {key.name}, attempt {attempt.name}: {sentence}",
        operation=key.operation,
        job_id=key.job_id,
        attempt=attempt.name,
    )


def _nothing_whole(layout: Layout, key: ResultKey) -> IncompleteResults:
    """Also says why the newest attempt does not count, where that was written down."""
    why = ""
    if (attempts := names(layout.attempts(key))) and (
        reason := _abandoned_because(layout.attempts(key) / attempts[-1])
    ):
        why = f" Attempt {attempts[-1]} does not count: {reason}"
    return IncompleteResults(
        f"Nothing is landed whole for {key.operation} {key.name}.{why}",
        operation=key.operation,
        job_id=key.job_id,
    )


def _abandoned_because(attempt: UPath) -> str:
    """The reason in _ABANDONED.json, without the advice that whoever tells it gives anyway."""
    try:
        reason = str(json.loads(read_if_there(attempt / ABANDONED) or b"")["reason"])
    except (ValueError, KeyError, TypeError):
        return ""  # it is not there, or was made by hand
    return reason.removesuffix(IncompleteResults.advice).rstrip()


def _remove_older(layout: Layout, commit: Commit, earlier: Commit | None) -> None:
    """Take away table files of attempts landed on other days, now that nothing names them.

    The attempts tell their days, so a run that was killed right here is made up for by the next.
    """
    tables = written_by(commit.key.operation)
    old = {file.path for file in earlier.files} if earlier else set()
    for landed_at in _landed_at(layout, commit.key) - {commit.landed_at}:
        old |= {table_path(table.name, landed_at, commit.key) for table in tables}
    for path in sorted(old - {file.path for file in commit.files}):
        (layout.root / path).unlink(missing_ok=True)


def _landed_at(layout: Layout, key: ResultKey) -> set[datetime]:
    """When each whole attempt of a result was landed."""
    folder = layout.attempts(key)
    told = (read_if_there(folder / name / SUCCESS) for name in names(folder))
    return {datetime.fromisoformat(json.loads(data)["landed_at"]) for data in told if data}


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of objects without cycles live a moment each: looking for cycles costs a sixth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
