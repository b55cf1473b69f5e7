"""`load`: what is committed and not loaded, checked and published; `--all` builds it all anew."""

from __future__ import annotations

import argparse
import json

from rekognition_tables.cli.printed.progress import counted
from rekognition_tables.results_root.layout import ResultKey
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.load import LoadReport, load_and_publish


def run(options: argparse.Namespace, settings: Settings) -> int:
    with counted("Loading", quiet=options.json) as progress:
        report = load_and_publish(
            settings.layout(),
            settings.warehouse,
            settings.published,
            everything=options.all,
            lock_timeout=settings.lock_timeout,
            progress=progress,
        )
    print(_as_json(report) if options.json else _as_text(report, settings))
    return 1 if report.held_back else 0


def _as_text(report: LoadReport, settings: Settings) -> str:
    lines = [f"Loaded {_results(len(report.loaded))}."]
    lines += [f"  {rows:>12,} rows in {table}" for table, rows in report.row_counts.items()]
    if report.held_back:
        lines.append(f"Held back {_results(len(report.held_back))}, which do not reconcile:")
        lines += [f"  {key.operation} {key.name}" for key in report.held_back]
        lines.append("`rekognition-results status` tells why, `accept` releases one.")
    if report.published:
        lines.append(f"Published: {report.published}")
    else:
        lines.append(f"Readers see it in {settings.published}")
    return "\n".join(lines)


def _results(count: int) -> str:
    return "1 result" if count == 1 else f"{count:,} results"


def _as_json(report: LoadReport) -> str:
    return json.dumps(
        {
            "loaded": [_key(key) for key in report.loaded],
            "held_back": [_key(key) for key in report.held_back],
            "row_counts": report.row_counts,
            "published": str(report.published) if report.published else None,
        }
    )


def _key(key: ResultKey) -> dict[str, str | None]:
    return {
        "operation": key.operation,
        "job_id": key.job_id,
        "aggregate_by": key.aggregate_by,
    }
