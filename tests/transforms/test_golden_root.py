"""A results root that version 0.1.0 wrote: today's code reads, flattens and loads it.

tests/plugins/test_golden_written.py says what is in it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from golden_root import check_flattened_again, check_loaded, extracted

from rekognition_tables.flatten.commits import commits, read_commit
from rekognition_tables.jobs.requests import read_job, uncommitted_tokens
from rekognition_tables.jobs.unlanded import unlanded_jobs
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import Warehouse, load


@pytest.fixture
def golden(tmp_path: Path) -> Layout:
    return extracted(tmp_path / "root")


def test_it_holds_every_kind_of_result(golden: Layout) -> None:
    told = [*commits(golden)]
    jobs = {
        commit.key: read_job(golden, commit.key.operation, commit.key.job_id) for commit in told
    }
    kinds = {
        "forms": {commit.key.aggregate_by for commit in told},
        "attempts": {commit.attempt for commit in told},
        "held back": {commit.held_back for commit in told},
        "accepted": {commit.accepted is not None for commit in told},
        "quarantined": {commit.row_counts["quarantined_records"] for commit in told},
        "found by": {record.found_by for record in jobs.values() if record},
        "image by image": {key.job_id.startswith("image-") for key in jobs},
    }
    assert kinds == {
        "forms": {None, "TIMESTAMPS", "SEGMENTS"},
        "attempts": {"00001", "00002"},
        "held back": {False, True},
        "accepted": {False, True},
        "quarantined": {0, 1},
        "found by": {"started_here", "list_media_analysis_jobs"},
        "image by image": {False, True},
    }
    statuses = [newest_whole_attempt(golden, key).facts["status"] for key in jobs]  # type: ignore[union-attr]
    assert (len(statuses), statuses.count("FAILED")) == (12, 2)
    assert any(Path(golden.root).rglob("pages-00001.r1.jsonl.zst"))


def test_it_is_flattened_to_the_same_bytes(golden: Layout) -> None:
    check_flattened_again(golden)


@pytest.mark.parametrize("kind", ["file", "lake"])
def test_it_is_loaded_whole(golden: Layout, tmp_path: Path, kind: str) -> None:
    places: dict[str, Warehouse] = {
        "file": tmp_path / "new.duckdb",
        "lake": DuckLake(f"ducklake:sqlite:{tmp_path}/catalog.sqlite", str(tmp_path / "lake")),
    }
    report = load(golden, places[kind])
    assert (len(report.loaded), len(report.held_back)) == (11, 1)
    with read_only(places[kind]) as con:
        check_loaded(golden, con)


def test_its_own_warehouse_goes_on(golden: Layout) -> None:
    """Nothing is loaded twice; what is released after the upgrade comes in."""
    warehouse = Path(golden.root, "warehouse", "rekognition.duckdb")
    assert load(golden, warehouse).loaded == ()
    check_flattened_again(golden)
    load(golden, warehouse)
    with read_only(warehouse) as con:
        check_loaded(golden, con)


def test_its_open_job_is_still_known(golden: Layout) -> None:
    unlanded = [job for operation in OPERATIONS for job in unlanded_jobs(golden, operation)]
    assert [(job.record.operation, job.begun, job.given_up) for job in unlanded] == [
        ("label_detection", False, False)
    ]
    tokens = {operation: uncommitted_tokens(golden, operation) for operation in OPERATIONS}
    found = {operation: some for operation, some in tokens.items() if some}
    assert found == {"label_detection": {unlanded[0].record.token}}
    assert read_commit(golden, next(commits(golden)).key) is not None
