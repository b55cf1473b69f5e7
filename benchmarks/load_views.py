"""How fast the views on labels answer: for one video, over all, and on plain Parquet instead.

    python -m benchmarks.load_views [--millions 10] [--rounds 3] [--views label_segments ...]

Every column of every row is computed (hashed and added up), as a client that fetches all would.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from benchmarks.load import fill
from benchmarks.results import machine, put_section
from transforms.ddl import identifier, literal
from transforms.layout import Layout
from transforms.sql_files import views
from transforms.tables import TABLES
from transforms.warehouse_connection import opened, read_only

VIEWS = (
    "latest_labels",
    "video_samples",
    "label_timeline",
    "label_screen_time",
    "label_segments",
    "label_cooccurrence",
    "object_counts",
    "box_heat_map",
    "confidence_histogram",
    "job_status",
    "label_taxonomy",
)
OF_ALL_VIDEOS = ("label_taxonomy",)  # its grain has no job_id
ONE = hashlib.md5(b"7").hexdigest()


def as_parquet(warehouse: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """The same tables as Parquet files behind the same views, nothing loaded."""
    con = duckdb.connect(":memory:", config={"temp_directory": str(folder / "spill")})
    with opened(warehouse, 0) as source:
        for table in TABLES:
            file = literal(str(folder / f"{table}.parquet"))
            source.execute(f"COPY {identifier(table)} TO {file} (COMPRESSION zstd)")
            con.execute(f"CREATE VIEW {identifier(table)} AS FROM read_parquet({file})")
    for view in views():
        con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
    return con


def best(con: duckdb.DuckDBPyConnection, view: str, where: str, rounds: int) -> tuple[float, int]:
    """Seconds of the fastest round, and how many rows it had."""
    query = f"SELECT count(*), sum(hash(answer)) FROM {view} AS answer {where}"
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        ((rows, _),) = con.execute(query).fetchall()
        times.append(time.perf_counter() - began)
    return min(times), rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--views", nargs="+", default=VIEWS)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        warehouse = folder / "w.duckdb"
        fill(Layout.at(str(folder)), warehouse, options.millions)
        plain = as_parquet(warehouse, folder)
        lines = [
            machine(),
            f"{options.millions:g} million labels; milliseconds, best of {options.rounds}.\n",
            "| view | one video | over all | rows | one video, Parquet | over all, Parquet |",
            "|---|---|---|---|---|---|",
        ]
        with read_only(warehouse) as con:
            for view in options.views:
                cells = []
                for source in (con, plain):
                    whole, rows = best(source, view, "", options.rounds)
                    one = "-"
                    if view not in OF_ALL_VIDEOS:
                        seconds, _ = best(source, view, f"WHERE job_id = '{ONE}'", options.rounds)
                        one = f"{1000 * seconds:.0f}"
                    cells.append(f"{one} | {1000 * whole:,.0f}")
                lines.append(f"| {view} | {cells[0]} | {rows:,} | {cells[1]} |")
        plain.close()
    print("\n".join(lines))
    put_section("Views", "\n".join(lines))


if __name__ == "__main__":
    main()
