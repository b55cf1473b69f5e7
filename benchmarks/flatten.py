"""What flattening costs, beside what people use: CPU, wall and peak memory, medians of rounds.

    python -m benchmarks.flatten [--pages 1000] [--manifests 100] [--rounds 3] [--slow-pages 50]

Builds its input (the same bytes each time), runs every contender in a process of its own, all of
them once a round, and puts the medians into benchmarks/RESULTS.md. Slow contenders get the first
`--slow-pages` pages, and their seconds are scaled to all: each does its pages one by one or is
known to grow more than evenly. `--pages 20 --manifests 2 --rounds 1` runs in seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.flatten_input import LINES_PER_MANIFEST, land_manifests, land_pages
from benchmarks.results import machine, put_section
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

WHOLE = ("simdjson", "ours", "pyarrow.json", "DuckDB read_json")
SLOW = ("orjson loops", "polars", "boto3 + json_normalize", "dlt")
PACKAGES = ("msgspec", "pyarrow", "numpy", "pysimdjson", "duckdb", "botocore", "pandas", "polars")
Told = dict[str, Any]


@dataclass(frozen=True)
class Size:
    pages: int
    manifests: int
    slow_pages: int

    @property
    def jobs(self) -> dict[str, int]:
        """Pages by job: all, a half twice, a slow contender's share, and with a new member."""
        half, share = max(self.pages // 2, 1), max(self.pages // 4, 1)
        return {
            "whole": self.pages,
            "half-0": half,
            "half-1": half,
            "slow": self.slow_pages,
            "known": share,
            "new": share,
        }


def build(root: Path, size: Size) -> None:
    for job, pages in size.jobs.items():
        land_pages(root, job, pages, new_member=job == "new")
        land_pages(root, f"{job}-small", 2)
    for operation in VIDEO_OPERATIONS:
        for job, pages in ((f"of-{operation}", size.jobs["known"]), (f"of-{operation}-small", 2)):
            land_pages(root, job, pages, operation=operation)
    land_manifests(root, size.manifests)


def run(contender: str, root: Path, job: str) -> Told:
    with TemporaryDirectory() as out:
        command = [sys.executable, "-m", "benchmarks.flatten_contenders", contender]
        command += [str(root), job, out]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def one_round(root: Path, told: dict[str, list[Told]]) -> None:
    for contender in WHOLE:
        told[contender].append(run(contender, root, "whole"))
    for contender in SLOW:
        told[contender].append(run(contender, root, "slow"))
    for contender in ("manifests", "landing"):
        told[contender].append(run(contender, root, "known"))
    for operation in VIDEO_OPERATIONS:
        told[operation].append(run(operation, root, f"of-{operation}"))
    for job in ("known", "new", "half-0", "half-1"):
        told[job].append(run("ours", root, job))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda job: run("ours", root, job), ("half-0", "half-1")))
    alone = told["half-0"][-1]["wall"] + told["half-1"][-1]["wall"]
    told["two processes"].append({"speedup": alone / max(one["wall"] for one in both)})


def median(told: list[Told], name: str) -> float:
    return float(statistics.median(one[name] for one in told))


def contender_rows(told: dict[str, list[Told]], size: Size) -> list[str]:
    parse = median(told["simdjson"], "cpu")
    ours = median(told["ours"], "cpu")
    lines = [
        "| pages | CPU s | wall s | peak MB | CPU over simdjson's | CPU over ours |",
        "|---|---|---|---|---|---|",
    ]
    for contender in (*WHOLE, *SLOW):
        scale = size.pages / size.slow_pages if contender in SLOW else 1
        cpu, wall = (median(told[contender], name) * scale for name in ("cpu", "wall"))
        peak = median(told[contender], "peak_mb")
        of = f" ({size.slow_pages} pages, scaled)" if contender in SLOW else ""
        lines.append(
            f"| {contender}{of} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {cpu / parse:.1f} "
            f"| {cpu / ours:.2f} |"
        )
    return lines


def other_rows(told: dict[str, list[Told]], size: Size) -> list[str]:
    alone = statistics.median(one["rows"]["parse_alone"] for one in told["simdjson"])
    lines = size.manifests * LINES_PER_MANIFEST / median(told["manifests"], "cpu")
    landing = median(told["landing"], "cpu") / size.jobs["known"] * 1e3
    new = median(told["new"], "cpu") / median(told["known"], "cpu")
    return [
        f"- simdjson without reading and decompressing: {alone:.2f} CPU s; ours is "
        f"{median(told['ours'], 'cpu') / alone:.1f} times that.",
        f"- Two processes on two halves: {median(told['two processes'], 'speedup'):.2f} times as "
        "fast as one after the other.",
        f"- A new member on every label: {new:.2f} times the CPU.",
        f"- Manifests: {lines:,.0f} lines a CPU second, {median(told['manifests'], 'peak_mb'):.0f} "
        f"MB ({size.manifests} jobs of {LINES_PER_MANIFEST:,} lines).",
        *(
            f"- {spec.title}: {_by_the_megabyte(told[name]):.1f} ms of CPU a megabyte of JSON."
            for name, spec in VIDEO_OPERATIONS.items()
        ),
        f"- Landing: {landing:.1f} ms of CPU a page, compression included, the hook's decode not.",
    ]


def _by_the_megabyte(told: list[Told]) -> float:
    return float(statistics.median(one["cpu"] / one["rows"]["megabytes"] for one in told)) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--manifests", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow-pages", type=int, default=50)
    options = parser.parse_args()
    size = Size(options.pages, options.manifests, min(options.slow_pages, options.pages))
    told: dict[str, list[Told]] = defaultdict(list)
    with TemporaryDirectory(prefix="benchmark-") as folder:
        root = Path(folder)
        build(root, size)
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            one_round(root, told)
    versions = ", ".join(f"{name} {version(name)}" for name in (*PACKAGES, "dlt", "orjson"))
    text = [
        f"{size.pages:,} pages of 1,000 labels to Parquet, medians of {options.rounds} alternating "
        "rounds, each in a process of its own, imports not counted. simdjson reads and "
        "decompresses the landed files as ours does, and parses each page; ours alone checks "
        "types, duplicated keys, unknown members, unique keys and reconciliation.",
        "",
        machine(),
        "",
        f"{versions}.",
        "",
        *contender_rows(told, size),
        "",
        *other_rows(told, size),
    ]
    put_section("Flatten", "\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
