"""Rows do not depend on the order of the loads, nor on how many threads share the work."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from committed import Rows, commit_result, video
from warehouse_state import State, state

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import CONFIG, read_only
from rekognition_tables.warehouse.load import load

LANDED = datetime(2026, 1, 2, tzinfo=UTC)
LABELS = 50_000  # of a result; three of them are more than DuckDB gives one thread
NAMES = 10


def of_every_confidence(seed: int) -> Rows:
    """A finished video that shows the same labels from its beginning to its end."""
    chosen = random.Random(seed)
    return {
        # without it nobody knows with which filters the models were asked
        "job_requests": [
            {"operation": "label_detection", "token": "t", "request": "{}", "landed_at": LANDED}
        ],
        "label_detection_jobs": [
            {
                "job_status": "SUCCEEDED",
                "video_s3_object_bucket": "media",
                "video_s3_object_name": "a.mp4",
                "video_s3_object_version": "1",
                "label_model_version": str(seed),
                "video_metadata_duration_millis": LABELS // NAMES * 500,
            }
        ],
        "labels": [
            {
                "label_index": n,
                "timestamp": n // NAMES * 500,
                "name": f"Label {n % NAMES}",
                "confidence": chosen.uniform(50, 100),
            }
            for n in range(LABELS)
        ],
    }


def what_stands_in(warehouse: Path) -> State:
    """All rows, and those of the view that adds up labels of several results."""
    with read_only(warehouse) as con:
        query = "FROM label_model_versions ORDER BY ALL"
        return state(warehouse) | {"models": con.execute(query).fetchall()}


def test_loads_one_by_one_or_all_at_once_by_one_thread_or_two_make_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout.at(str(tmp_path / "results"))
    one_by_one, at_once = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    for number in (2, 0, 1):
        commit_result(layout, video(f"v{number}"), of_every_confidence(number))
        monkeypatch.setitem(CONFIG, "threads", 1)
        load(layout, one_by_one)
    expected = what_stands_in(one_by_one)
    assert len(expected["precomputed label_segments"]) == len(expected["models"]) == 3 * NAMES
    monkeypatch.setitem(CONFIG, "threads", 2)
    load(layout, at_once)
    assert what_stands_in(at_once) == expected
