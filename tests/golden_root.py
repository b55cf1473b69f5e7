"""What must hold of a results root, whichever version of the code wrote it."""

from __future__ import annotations

import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb

from rekognition_tables.flatten.commits import commits, read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import landed_results
from rekognition_tables.results_root.layout import Layout

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
    """The same names, rows, schemas and bytes, and commits that say the same."""
    before, tables = list(commits(layout)), bytes_of_tables(layout)
    assert {commit.key for commit in before} == {*landed_results(layout)}
    for commit in before:
        assert flatten(layout, commit.key).files == commit.files
        again = read_commit(layout, commit.key)
        assert again is not None
        assert replace(again, flattened_at=commit.flattened_at) == commit
    assert bytes_of_tables(layout) == tables


def check_loaded(layout: Layout, con: duckdb.DuckDBPyConnection) -> None:
    """Each table has the rows that the commits count, but for results that are held back."""
    expected: Counter[str] = Counter()
    for commit in commits(layout):
        rows = Counter(commit.row_counts)
        expected.update(Counter(dict.fromkeys(rows, 0)) if commit.held_back else rows)
    found = {table: con.table(table).aggregate("COUNT(*)").fetchone() for table in expected}
    assert found == {table: (count,) for table, count in expected.items()}
    assert con.table("loads").aggregate("COUNT(*)").fetchone() == (len([*commits(layout)]),)
