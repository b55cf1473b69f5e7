"""How what is committed stands, in numbers: from the commits, and from the published tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from rekognition_tables.flatten.commits import read_commit
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.results_root.files import names
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.sql_files import read


@dataclass(frozen=True)
class Published:
    """What readers see. `newest_landed_at` is None when nothing is loaded; `usd` by operation."""

    results: int
    held_back: int
    quarantined: int
    newest_landed_at: datetime | None
    usd: dict[Operation, float]


def published(con: duckdb.DuckDBPyConnection) -> Published:
    """From an open connection to the published tables."""
    rows = con.execute(read("queries", "how_the_published_tables_stand").statement).fetchall()
    told = {operation: rest for operation, *rest in rows}
    newest = [one[3] for one in told.values() if one[3]]
    return Published(
        sum(one[0] for one in told.values()),
        sum(one[1] for one in told.values()),
        sum(one[2] for one in told.values()),
        max(newest, default=None),
        {operation: float(one[4]) for operation, one in told.items()},
    )


def oldest_unpublished(layout: Layout, con: duckdb.DuckDBPyConnection | None) -> float:
    """Age in seconds of the oldest commit that is not in the ledger; None: nothing is published."""
    there: set[ResultKey] = set()
    if con is not None:
        rows = con.execute("SELECT operation, job_id, aggregate_by FROM loads").fetchall()
        there = {ResultKey(*row) for row in rows}
    moments = []
    for operation in OPERATIONS:
        for name in names(layout.commits(operation), ".json"):
            key = ResultKey.from_name(operation, name.removesuffix(".json"))
            if key not in there and (commit := read_commit(layout, key)):
                moments.append(commit.flattened_at)
    return max((datetime.now(UTC) - min(moments)).total_seconds(), 0.0) if moments else 0.0
