"""Small files as people save them, and flattening them through the command and the library."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from rekognition_tables.cli.main import main
from rekognition_tables.errors import ResultsError
from rekognition_tables.loose.files import flatten_loose

CASES = Path(__file__).resolve().parents[1] / "cases"
PAGES, MANIFESTS = CASES / "pages", CASES / "manifests"


@dataclass
class Flattened:
    """What became of files: `failed` is the command's exit status 1, in the library's words."""

    out: Path
    failed: bool
    refusals: str
    results: list[dict[str, Any]]

    def rows(self, table: str) -> list[dict[str, Any]]:
        paths = sorted(self.out.joinpath(table).glob("*.parquet"))
        return [row for path in paths for row in pq.read_table(path).to_pylist()]

    def names(self, table: str = "labels") -> list[str]:
        return [row["name"] for row in self.rows(table)]

    @property
    def wrote_nothing(self) -> bool:
        return not list(self.out.rglob("*.parquet"))


def through_the_command(paths: Sequence[Path], operation: str | None, out: Path) -> Flattened:
    asked = ["--operation", operation] if operation else []
    said, refused = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(refused):
        status = main(["flatten", *map(str, paths), *asked, "--out", str(out), "--json"])
    assert status in (0, 1)
    results = [one for one in json.loads(said.getvalue()) if not one["refused_file"]]
    return Flattened(out, status == 1, refused.getvalue(), results)


def through_the_library(paths: Sequence[Path], operation: Any, out: Path) -> Flattened:
    refusals: list[ResultsError] = []
    found = flatten_loose(paths, operation, out, on_refusal=refusals.append)
    results = [
        {
            "operation": one.key.operation,
            "job_id": one.key.job_id,
            "aggregate_by": one.key.aggregate_by,
            "row_counts": one.row_counts,
            "reconciled": one.reconciled,
            "reason": one.reason,
            "quarantined": one.quarantined,
        }
        for one in found
    ]
    failed = bool(refusals) or any(not one.complete or one.quarantined for one in found)
    return Flattened(out, failed, "\n".join(map(str, refusals)), results)


WAYS = {"command": through_the_command, "library": through_the_library}


def both_ways(paths: Sequence[Path], operation: str | None, out: Path) -> Iterator[Flattened]:
    for name, way in WAYS.items():
        yield way(paths, operation, out / name)
