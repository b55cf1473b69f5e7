"""What loading one result of 50,000 labels costs, into warehouses of more and more labels.

    python -m benchmarks.load [--millions 0 1 10] [--lakes 0 1 10] [--rounds 3]

A frame has 30 labels out of 300, and each stays for twenty frames, about as in real videos. Each
label has a parent and a category, every second one an alias, every fifth two boxes: 2.9 child rows
a label, as real responses have about 3. The clock runs over `load` alone, in a process of its own;
publishing copies the file and is timed by itself. Best of the rounds, which go through the sizes
in turn. A lake's catalog is in SQLite and its files are on this disk; nothing of it is published.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.results import machine, put_section
from rekognition_tables.flatten.commits import Commit, TableFile, commits
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout, ResultKey, table_path
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import Warehouse, load, publish
from rekognition_tables.warehouse.precomputed import recompute

LABELS = 50_000
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
JOB = "md5(({from_job} + i // 50000)::VARCHAR)"
ROWS = {
    "label_detection_jobs": "SELECT {job} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    " 'SUCCEEDED' AS job_status, 'media' AS video_s3_object_bucket,"
    " {job} || '.mp4' AS video_s3_object_name, '3.0' AS label_model_version,"
    " 834000 AS video_metadata_duration_millis"
    " FROM range(0, {labels}, 50000) t(i)",
    "labels": "SELECT {job} AS job_id, 'TIMESTAMPS' AS aggregate_by, i % 50000 AS label_index,"
    " (i % 50000) // 30 * 500 AS timestamp, 'Label ' || (i % 30 * 10 +"
    " hash(i // 50000, i % 30, i % 50000 // 600) % 10) AS name,"
    " 50 + hash(i) % 50000 / 1000.0 AS confidence FROM range({labels}) t(i)",
    "label_instances": "SELECT {job} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    " i % 50000 AS label_index, n AS instance_index, hash(i, n, 1) % 1000 / 2000.0 AS"
    " bounding_box_left, hash(i, n, 2) % 1000 / 2000.0 AS bounding_box_top,"
    " hash(i, n, 3) % 1000 / 2000.0 AS bounding_box_width,"
    " hash(i, n, 4) % 1000 / 2000.0 AS bounding_box_height,"
    " 50 + hash(i, n) % 50000 / 1000.0 AS confidence"
    " FROM range(0, {labels}, 5) t(i), range(2) s(n)",
    "label_parents": "SELECT {job} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    " i % 50000 AS label_index, 0 AS parent_index, 'Parent ' || (hash(i) % 50) AS name"
    " FROM range({labels}) t(i)",
    "label_aliases": "SELECT {job} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    " i % 50000 AS label_index, 0 AS alias_index, 'Alias ' || (hash(i) % 200) AS name"
    " FROM range(0, {labels}, 2) t(i)",
    "label_categories": "SELECT {job} AS job_id, 'TIMESTAMPS' AS aggregate_by,"
    " i % 50000 AS label_index, 0 AS category_index, 'Category ' || (hash(i) % 40) AS name"
    " FROM range({labels}) t(i)",
}


def rows(table: str, labels: int, from_job: int) -> str:
    return ROWS[table].format(labels=labels, job=JOB.format(from_job=from_job))


def commit_result(layout: Layout, number: int, generation: int) -> None:
    """A result of 50,000 labels, flattened."""
    job_id = hashlib.md5(str(number).encode()).hexdigest()
    key = ResultKey.of("label_detection", job_id)
    landed_at = NOON + timedelta(hours=generation)
    files = []
    for table in ROWS:
        path = layout.root / table_path(table, landed_at, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(":memory:") as con:
            query = rows(table, LABELS, number)
            found = con.execute(query).to_arrow_table()
        schema = TABLES[table].schema
        columns = [
            found[name].cast(kind) if name in found.column_names else pa.nulls(len(found), kind)
            for name, kind in zip(schema.names, schema.types, strict=True)
        ]
        pq.write_table(pa.table(columns, schema=schema), str(path), compression="zstd")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        place = str(path.relative_to(layout.root))
        files.append(TableFile(table, place, len(found), digest))
    Commit(
        key,
        f"{generation:05d}",
        SPECS["label_detection"].schema_version,
        landed_at,
        landed_at,
        tuple(files),
    ).write(layout)


def fill(layout: Layout, warehouse: Warehouse, millions: float) -> None:
    """A warehouse of so many labels, its ledger and commits: what loading for weeks would leave."""
    load(layout, warehouse)
    jobs = int(millions * 1_000_000) // LABELS
    with opened(warehouse, 0) as con:
        for first in range(0, jobs, 100):  # keeps the fill inside the memory limit
            labels = min(100, jobs - first) * LABELS
            for table in ROWS:
                query = rows(table, labels, first)
                con.execute(f"INSERT INTO {table} BY NAME {query}")
        con.execute(
            "INSERT INTO loads BY NAME SELECT md5(i::VARCHAR) AS job_id,"
            " 'label_detection' AS operation, 'TIMESTAMPS' AS aggregate_by, '00001' AS attempt,"
            " ? AS schema_version, map {} AS row_counts, true AS reconciled, false AS held_back,"
            " ?::TIMESTAMPTZ AS landed_at, ?::TIMESTAMPTZ AS flattened_at FROM range(?) t(i)",
            [SPECS["label_detection"].schema_version, NOON, NOON, jobs],
        )
        if jobs:
            recompute(con)
    for number in range(jobs):
        key = ResultKey.of("label_detection", hashlib.md5(str(number).encode()).hexdigest())
        Commit(key, "00001", SPECS["label_detection"].schema_version, NOON, NOON, ()).write(layout)
    load(layout, warehouse)  # finds nothing new, and has read the commits


def one_load(root: str, place: str, lake: str = "") -> None:
    """In a process of its own, so that memory is this load's. Prints seconds, CPU seconds, MB."""
    layout = Layout.at(root)
    list(commits(layout))  # first use imports half of fsspec
    before, cpu = time.perf_counter(), time.process_time()
    report = load(layout, DuckLake(place, lake) if lake else Path(place))
    took, spent = time.perf_counter() - before, time.process_time() - cpu
    assert len(report.loaded) == 1
    print(json.dumps([took, spent, peak_megabytes()]))


def peak_megabytes() -> float:
    """Of this program since it began. getrusage would count its parent's at the fork too."""
    (line,) = [
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    ]
    return int(line.split()[1]) / 1024


def measured(layout: Layout, warehouse: Warehouse) -> tuple[float, float, float]:
    place = [str(warehouse)]
    if isinstance(warehouse, DuckLake):
        place = [warehouse.uri, warehouse.data_uri]
    command = [sys.executable, "-m", "benchmarks.load", "--one", str(layout.root), *place]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, cpu, peak = json.loads(done.stdout)
    return seconds, cpu, peak


@dataclass
class Size:
    """A warehouse of so many million labels, and what was measured on it."""

    millions: float
    layout: Layout
    warehouse: Warehouse
    new: list[tuple[float, float, float]] = field(default_factory=list)
    again: list[tuple[float, float, float]] = field(default_factory=list)

    @classmethod
    def filled(cls, millions: float, folder: Path, *, lake: bool = False) -> Size:
        name = f"lake-{millions:g}" if lake else f"{millions:g}"
        warehouse: Warehouse = folder / f"{name}.db"
        if lake:
            warehouse = DuckLake(f"ducklake:sqlite:{folder}/{name}.sqlite", f"{folder}/{name}.data")
        size = cls(millions, Layout.at(str(folder / name)), warehouse)
        fill(size.layout, size.warehouse, millions)
        return size

    def one_round(self, number: int) -> None:
        for generation, found in ((1, self.new), (2, self.again)):
            commit_result(self.layout, 1_000_000 + number, generation)
            found.append(measured(self.layout, self.warehouse))

    def row(self) -> str:
        if isinstance(self.warehouse, DuckLake):
            kind, publishing = "lake", "-"
            size = sum(path.stat().st_size for path in Path(self.warehouse.data_uri).rglob("*.*"))
        else:
            began = time.perf_counter()
            publish(self.warehouse, self.warehouse.with_suffix(".published"))
            kind, publishing = "file", f"{time.perf_counter() - began:.1f}"
            size = self.warehouse.stat().st_size
        (new, new_cpu, _), (again, again_cpu, _) = min(self.new), min(self.again)
        peak = max(one[2] for one in (*self.new, *self.again))
        return (
            f"| {kind} | {self.millions:g} | {new:.2f} / {new_cpu:.2f} "
            f"| {again:.2f} / {again_cpu:.2f} | {peak:.0f} | {publishing} | {size / 1e6:,.0f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, nargs="+", default=[0, 1, 10])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lakes", type=float, nargs="*", default=[0, 1, 10])
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_load(*options.one)
        return
    lines = [
        machine(),
        f"One result of {LABELS:,} labels, best of {options.rounds}.\n",
        "| | labels there, M | new: s / CPU-s | again: s / CPU-s | peak MB | publish s | MB |",
        "|---|---|---|---|---|---|---|",
    ]
    with TemporaryDirectory() as folder:
        sizes = [Size.filled(millions, Path(folder)) for millions in options.millions]
        sizes += [Size.filled(millions, Path(folder), lake=True) for millions in options.lakes]
        for number in range(options.rounds):  # in turn, so that a busy machine slows all alike
            for size in sizes:
                size.one_round(number)
        lines += [size.row() for size in sizes]
    print("\n".join(lines))
    put_section("Loading", "\n".join(lines))


if __name__ == "__main__":
    main()
