"""What must hold of a results root, whichever version of the code wrote it."""

from __future__ import annotations

import tarfile
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from rekognition_tables.flatten.commits import commits, read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import landed_results
from rekognition_tables.results_root.layout import Layout

# A third operation is named in their comments.
REWORDED = {"job_requests", "quarantined_records", "unknown_fields"}
GOLDEN = Path(__file__).resolve().parent / "golden" / "root-0.1.0.tar.xz"


def extracted(folder: Path) -> Layout:
    """The root that version 0.1.0 wrote, to read and write."""
    with tarfile.open(GOLDEN) as kept:
        # Python 3.11.2 has no filters; the documented way to use one where there are.
        kept.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        kept.extractall(folder)
    return Layout.at(str(folder))


def bytes_of_tables(layout: Layout) -> dict[str, bytes]:
    tables = Path(layout.root, "tables")
    return {str(path.relative_to(tables)): path.read_bytes() for path in tables.rglob("*.parquet")}


def check_flattened_again(layout: Layout) -> None:
    """The same names, rows and types, and commits that say the same.

    The same bytes too, but for tables whose columns are described in other words by now.
    """
    before, tables = list(commits(layout)), bytes_of_tables(layout)
    assert {commit.key for commit in before} == {*landed_results(layout)}
    for commit in before:
        flatten(layout, commit.key)
        again = read_commit(layout, commit.key)
        assert again is not None
        files = tuple(
            replace(old, sha256=file.sha256) if file.table in REWORDED else old
            for file, old in zip(again.files, commit.files, strict=True)
        )
        assert again.files == files
        assert replace(again, flattened_at=commit.flattened_at, files=commit.files) == commit
    after = bytes_of_tables(layout)
    assert after.keys() == tables.keys()
    changed = {name for name, data in tables.items() if after[name] != data}
    assert {name.split("/")[0] for name in changed} <= REWORDED
    for name in changed:
        assert pq.read_table(BytesIO(after[name])) == pq.read_table(BytesIO(tables[name])), name


def check_loaded(layout: Layout, con: duckdb.DuckDBPyConnection) -> None:
    """Each table has the rows that the commits count, but for results that are held back."""
    expected: Counter[str] = Counter()
    for commit in commits(layout):
        rows = Counter(commit.row_counts)
        expected.update(Counter(dict.fromkeys(rows, 0)) if commit.held_back else rows)
    found = {table: con.table(table).aggregate("COUNT(*)").fetchone() for table in expected}
    assert found == {table: (count,) for table, count in expected.items()}
    assert con.table("loads").aggregate("COUNT(*)").fetchone() == (len([*commits(layout)]),)
