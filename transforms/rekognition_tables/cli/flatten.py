"""`flatten`: landed results, or loose files, to Parquet tables. 1 when one is not whole."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from upath import UPath

from rekognition_tables.cli.printed.progress import counted, flowing
from rekognition_tables.errors import ResultsError, one_line
from rekognition_tables.flatten.commits import read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import landed_results, newest_whole_attempt
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """What became of one result, or of a file that is refused: then it has no key.

    `reason` tells why it failed, does not reconcile, or why that cannot be known.
    """

    key: ResultKey | None
    row_counts: dict[str, int]
    reconciled: bool | None
    reason: str | None
    quarantined: int = 0
    file: str | None = None

    @property
    def good(self) -> bool:
        return self.reconciled is not False and not self.quarantined


def run(options: argparse.Namespace, settings: Settings) -> int:
    _refuse_what_does_not_fit(options)
    outcomes = _loose(options, settings) if options.paths else _landed(options, settings)
    print(_as_json(outcomes) if options.json else _as_text(outcomes))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _refuse_what_does_not_fit(options: argparse.Namespace) -> None:
    if options.paths and not options.out:
        raise ValueError("Loose files need --out DIR, where their tables go.")
    if options.paths and options.all:
        raise ValueError("--all is for the results root: leave it out with loose files.")
    if options.out and not options.paths:
        raise ValueError("--out is for loose files: name them before it.")


def _loose(options: argparse.Namespace, settings: Settings) -> list[Outcome]:
    from rekognition_tables.loose.files import flatten_loose

    refusals: list[Outcome] = []

    def refuse(error: ResultsError) -> None:
        print(f"rekognition-results: {error}", file=sys.stderr)
        refusals.append(Outcome(None, {}, False, str(error), file=error.file))

    with flowing("Flattening", quiet=options.json) as progress:
        found = flatten_loose(
            options.paths,
            options.operation,
            UPath(options.out),
            job_id=options.job_id,
            max_line_bytes=settings.max_line_bytes,
            progress=progress,
            on_refusal=refuse,
        )
    results = [
        Outcome(one.key, one.row_counts, one.reconciled, one.reason, one.quarantined)
        for one in found
    ]
    return results + refusals


def _landed(options: argparse.Namespace, settings: Settings) -> list[Outcome]:
    layout = settings.layout()
    keys = [
        key
        for key in landed_results(layout)
        if options.operation in (None, key.operation)
        and options.job_id in (None, key.job_id)
        and (options.all or options.job_id or _is_pending(layout, key))
    ]
    if options.job_id and not keys:
        raise ValueError(f"Nothing is landed for job {options.job_id} in {layout.root}.")
    outcomes = []
    with counted("Flattening", quiet=options.json) as progress:
        for done, key in enumerate(keys, 1):
            outcomes.append(_flatten_one(layout, key, settings))
            if progress:
                progress(done, len(keys))
    return outcomes


def _is_pending(layout: Layout, key: ResultKey) -> bool:
    """True when the newest whole attempt is not committed in this schema version."""
    attempt = newest_whole_attempt(layout, key)
    if attempt is None:
        return False  # still being landed
    try:
        commit = read_commit(layout, key)
    except ResultsError:
        return True  # a commit of another version
    return (
        commit is None
        or commit.attempt != attempt.name
        or commit.schema_version != SPECS[key.operation].schema_version
        or any(not (layout.root / file.path).exists() for file in commit.files)
    )


def _flatten_one(layout: Layout, key: ResultKey, settings: Settings) -> Outcome:
    """One bad result must not keep the others from being written."""
    try:
        commit = flatten(
            layout,
            key,
            quarantine_limit=settings.quarantine_limit,
            max_line_bytes=settings.max_line_bytes,
        )
    except ResultsError as error:
        print(f"rekognition-results: {key.operation} {key.name}: {error}", file=sys.stderr)
        return Outcome(key, {}, False, str(error))
    quarantined = commit.row_counts.get("quarantined_records", 0)
    return Outcome(key, commit.row_counts, commit.reconciled, commit.reason, quarantined)


def _as_text(outcomes: Sequence[Outcome]) -> str:
    results = [outcome for outcome in outcomes if outcome.key]
    lines = [f"Flattened {len(results)} result{'' if len(results) == 1 else 's'}."]
    if refused := len(outcomes) - len(results):
        lines[0] += f" {refused} file{'' if refused == 1 else 's'} refused: see standard error."
    for outcome in results:
        rows = sum(outcome.row_counts.values())
        assert outcome.key
        told = f"{outcome.key.operation} {outcome.key.name}: {rows:,} rows"
        if outcome.quarantined:
            told += f", {outcome.quarantined:,} of them quarantined"
        lines.append(told + (f". {one_line(outcome.reason)}" if outcome.reason else ""))
    return "\n".join([*lines, *_totals(outcomes)])


def _totals(outcomes: Sequence[Outcome]) -> list[str]:
    """Rows by table, over all results; tables without rows are left out."""
    totals: Counter[str] = Counter()
    for outcome in outcomes:
        totals.update(outcome.row_counts)
    filled = {table: f"{rows:,}" for table, rows in totals.items() if rows}
    if not filled:
        return []
    wide = max(map(len, filled))
    high = max(len("rows"), *map(len, filled.values()))
    head = ["", f"{'table':{wide}}  {'rows':>{high}}", f"{'-' * wide}  {'-' * high}"]
    return head + [f"{table:{wide}}  {rows:>{high}}" for table, rows in filled.items()]


def _as_json(outcomes: Sequence[Outcome]) -> str:
    return json.dumps(
        [
            {
                "operation": outcome.key and outcome.key.operation,
                "job_id": outcome.key and outcome.key.job_id,
                "aggregate_by": outcome.key and outcome.key.aggregate_by,
                "row_counts": outcome.row_counts,
                "reconciled": outcome.reconciled,
                "reason": outcome.reason,
                "quarantined": outcome.quarantined,
                "refused_file": outcome.file,
            }
            for outcome in outcomes
        ]
    )
