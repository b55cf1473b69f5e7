"""Readers ask without pause while loads run: no lock error on either side, no torn answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from committed import commit_result, video, video_rows

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load_and_publish

READER = Path(__file__).with_name("reader_child.py")


def load_under_readers(tmp_path: Path, modes: Sequence[str], loads: int) -> list[dict[str, object]]:
    """What each reader saw while results were loaded and published, one a load."""
    layout, published = Layout.at(str(tmp_path / "results")), tmp_path / "p" / "r.duckdb"

    def one_load(number: int) -> None:
        commit_result(layout, video(f"v{number:03d}"), video_rows(["Cat"] * (number + 1)))
        load_and_publish(layout, tmp_path / "w.duckdb", published)

    one_load(0)
    readers = [
        subprocess.Popen(
            [sys.executable, str(READER), str(published), mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for mode in modes
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == b"reads\n"
    for number in range(1, loads + 1):
        one_load(number)
    told = [reader.communicate(timeout=120)[0] for reader in readers]
    assert [reader.returncode for reader in readers] == [0] * len(readers)
    return [json.loads(line) for line in told]


def check_answers(tmp_path: Path, modes: Sequence[str], loads: int) -> None:
    """Who connects anew has seen the last load at the end; a snapshot stays one load's."""
    seen = load_under_readers(tmp_path, modes, loads)
    assert [reader["torn"] for reader in seen] == [0] * len(modes)
    for reader, mode in zip(seen, modes, strict=True):
        if mode == "snapshot":
            assert reader["seen"] == [reader["last"]]
        else:
            assert reader["last"] == loads + 1


def test_readers_see_whole_results_while_loads_run(tmp_path: Path) -> None:
    check_answers(tmp_path, ["anew", "anew", "snapshot"], loads=4)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_eight_readers_and_a_hundred_loads(tmp_path: Path) -> None:
    check_answers(tmp_path, [*["anew"] * 6, *["snapshot"] * 2], loads=100)


def test_overlapping_connections_see_new_rows_when_they_attach_to_memory(tmp_path: Path) -> None:
    """Why docs/connect.md says so: connections to the path itself keep the old file in sight."""
    layout, published = Layout.at(str(tmp_path / "results")), tmp_path / "p.duckdb"
    query = "SELECT count(*) FROM labels"

    def attached() -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(":memory:")
        con.execute(f"ATTACH '{published}' AS rekognition (READ_ONLY)")
        con.execute("USE rekognition")
        return con

    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load_and_publish(layout, tmp_path / "w.duckdb", published)
    with duckdb.connect(str(published), read_only=True) as first, attached() as other_first:
        commit_result(layout, video("v2"), video_rows(["Dog"]))
        load_and_publish(layout, tmp_path / "w.duckdb", published)
        with duckdb.connect(str(published), read_only=True) as second, attached() as other_second:
            assert second.execute(query).fetchall() == [(1,)]
            assert other_second.execute(query).fetchall() == [(2,)]
        assert first.execute(query).fetchall() == other_first.execute(query).fetchall() == [(1,)]
