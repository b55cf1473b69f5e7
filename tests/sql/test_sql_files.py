"""Every file of sql/ says what it is, and every query runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from literal_rows import Warehouse

from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.warehouse import sql_files
from rekognition_tables.warehouse.sql_files import SQL, Kind, all_of, read, views

OF_ALL: tuple[Kind, ...] = ("load", "checks")
OF_AN_OPERATION: tuple[Kind, ...] = ("views", "precomputed", "queries", "examples")
READS_FILES = re.compile(r"\b(read_parquet|parquet_scan|hive_partitioning)\b|\.parquet'")
FILES = [(kind, file.name) for kind in (*OF_ALL, *OF_AN_OPERATION) for file in all_of(kind)]


@pytest.mark.parametrize("kind, name", FILES)
def test_a_file_begins_with_what_it_is_for(kind: Kind, name: str) -> None:
    about = read(kind, name).about
    words = {
        "views": ("Grain: ", "Keys: ", "Answers: "),
        "precomputed": ("Grain: ", "Keys: ", "Holds: "),
        "checks": ("Grain: ", "Finds: "),
        "queries": ("Grain: ", "Answers: "),
        "examples": ("Answers: ",),
        "load": ("",),
    }[kind]
    assert about
    for word in words:
        assert any(line.startswith(word) for line in about.splitlines())


def test_every_folder_is_known() -> None:
    here = {path.name for path in SQL.iterdir() if path.is_dir()}
    assert here == {*OF_ALL, "settings", "shared", "each_video", *OPERATIONS}
    folders = ("shared", "each_video", *OPERATIONS)
    within = {path.name for name in folders for path in (SQL / name).iterdir() if path.is_dir()}
    assert within == {*OF_AN_OPERATION}


def test_every_file_is_found() -> None:
    alone = {path for path in SQL.rglob("*.sql") if path.parent.parent.name != "each_video"}
    each = set(SQL.rglob("*.sql")) - alone
    assert each
    operations = [name for name, spec in SPECS.items() if spec.aggregations]
    assert len(FILES) == len(alone) + len(each) * len(operations)
    assert ("views", "content_moderation_versions") in FILES


def test_two_files_of_one_name_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("shared", "label_detection"):
        (tmp_path / folder / "views").mkdir(parents=True)
        (tmp_path / folder / "views" / "totals.sql").write_text("SELECT 1\n")
    monkeypatch.setattr(sql_files, "SQL", tmp_path)
    with pytest.raises(ValueError, match=r"totals\.sql have one name"):
        sql_files._places.__wrapped__("views")


def test_a_name_that_no_folder_has_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match=r"views/no_such_view\.sql"):
        read("views", "no_such_view")


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
