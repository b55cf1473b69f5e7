"""Every file of sql/ says what it is, and every query runs."""

from __future__ import annotations

import re

import pytest
from literal_rows import Warehouse

from rekognition_tables.warehouse.sql_files import SQL, Folder, all_of, read, views

FOLDERS: tuple[Folder, ...] = ("views", "precomputed", "checks", "queries", "examples", "load")
READS_FILES = re.compile(r"\b(read_parquet|parquet_scan|hive_partitioning)\b|\.parquet'")
FILES = [(folder, file.name) for folder in FOLDERS for file in all_of(folder)]


@pytest.mark.parametrize("folder, name", FILES)
def test_a_file_begins_with_what_it_is_for(folder: Folder, name: str) -> None:
    about = read(folder, name).about
    words = {
        "views": ("Grain: ", "Keys: ", "Answers: "),
        "precomputed": ("Grain: ", "Keys: ", "Holds: "),
        "checks": ("Grain: ", "Finds: "),
        "queries": ("Grain: ", "Answers: "),
        "examples": ("Answers: ",),
        "load": ("",),
    }[folder]
    assert about
    for word in words:
        assert any(line.startswith(word) for line in about.splitlines())


def test_every_folder_is_known() -> None:
    assert {path.name for path in SQL.iterdir() if path.is_dir()} == {*FOLDERS, "settings"}


@pytest.mark.parametrize("name", [file.name for file in all_of("queries")])
def test_a_query_answers_on_a_small_warehouse(warehouse: Warehouse, name: str) -> None:
    finding = {"name": "Violence", "parent_name": "", "confidence": 99.0}
    warehouse.images("m", {"key": "a.jpg", "labels": [finding]})
    labels = [{"name": "Cat", "timestamp": at, "confidence": 90.0} for at in (0, 500)]
    warehouse.video("v", *labels, video_metadata_duration_millis=1000)
    assert warehouse.ask(read("queries", name).statement)


def test_a_view_comes_after_those_it_reads() -> None:
    order = [view.name for view in views()]
    assert order.index("latest_labels") < order.index("video_samples")
    assert order.index("video_steps") < order.index("label_objects")
    assert sorted(order) == sorted(view.name for view in all_of("views"))


def test_top_labels_are_in_order_of_screen_time(warehouse: Warehouse) -> None:
    cat = [{"name": "Cat", "timestamp": at} for at in (0, 500)]
    warehouse.video(
        "v", *cat, {"name": "Dog", "timestamp": 500}, video_metadata_duration_millis=1000
    )
    assert warehouse.ask(read("queries", "top_labels_by_screen_time").statement) == [
        ("Cat", 1, 1.0, 100.0),
        ("Dog", 1, 0.5, 50.0),
    ]


def test_no_sql_of_ours_asks_for_a_partition_column() -> None:
    """DuckDB 1.5.5 ends max() of one over a single file with an internal error."""
    texts = {
        path: path.read_text()
        for path in (SQL.parent / "transforms" / "rekognition_tables").rglob("*.py")
    }
    texts |= {path: path.read_text() for path in SQL.rglob("*.sql")}
    reading = {path.name for path, text in texts.items() if READS_FILES.search(text)}
    assert reading == {"committed_files.py"}  # whose test shows that it gives no such column
    named = {path.name for path, text in texts.items() if "landed_on" in text}
    assert named == {"layout.py"}  # the folder's name
