"""Tables for notebooks: through the commits, with Arrow's types."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from landed import (
    IMAGES,
    JOB,
    VIDEO,
    encoded,
    image,
    label,
    land_manifest,
    land_video,
    page,
    summarized,
)

import rekognition_tables
from rekognition_tables.errors import IncompleteResults, ReconciliationFailed, SchemaMismatch
from rekognition_tables.flatten.commits import accept, read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.loose.files import flatten_loose
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def test_one_jobs_rows_or_every_ones(layout: Layout) -> None:
    other = ResultKey.of("label_detection", "other")
    land_video(layout, [label("A")])
    land_video(layout, [{"Label": {"Name": "B"}}], other)  # lacks a JobId of its own
    flatten(layout, VIDEO)
    with pytest.raises(IncompleteResults):
        flatten(layout, other)
    assert rekognition_tables.read_table(layout.root, "labels")["name"].to_pylist() == ["A"]
    assert rekognition_tables.read_table(layout.root, "labels", job_id=JOB).num_rows == 1
    with pytest.raises(KeyError, match="Nothing is committed for job other"):
        rekognition_tables.read_table(layout.root, "labels", job_id="other")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_its_schema_also_without_rows(layout: Layout, table: str) -> None:
    (layout.root / "raw").mkdir()
    assert rekognition_tables.read_table(layout.root, table).schema.equals(TABLES[table].schema)


def test_files_that_no_commit_names_are_not_read(layout: Layout) -> None:
    land_video(layout, [label("A")])
    commit = flatten(layout, VIDEO)
    (path,) = (file.path for file in commit.files if file.table == "labels")
    stray = layout.root / path.replace(JOB, "stray")
    stray.write_bytes((layout.root / path).read_bytes())
    assert rekognition_tables.read_table(layout.root, "labels").num_rows == 1


def test_a_result_held_back_is_left_out_until_it_is_accepted(layout: Layout) -> None:
    land_manifest(layout, [image()], summary=summarized(2))
    flatten(layout, IMAGES)
    read = rekognition_tables.read_table
    assert read(layout.root, "moderation_images").num_rows == 0
    assert read(layout.root, "moderation_images", held_back=True).num_rows == 1
    assert read(layout.root, "loads")["held_back"].to_pylist() == [True]
    with pytest.raises(ReconciliationFailed, match="counts 2 valid lines"):
        read(layout.root, "moderation_images", job_id=JOB)
    accept(layout, IMAGES, "one image is gone")
    assert read(layout.root, "moderation_images", job_id=JOB).num_rows == 1


def test_pandas_keeps_integers_with_nulls_and_instants(layout: Layout) -> None:
    land_video(layout, [label(), {"Label": {"Name": "Bus"}}])
    flatten(layout, VIDEO)
    frame = rekognition_tables.read_table(layout.root, "labels").to_pandas()
    assert str(frame.dtypes["timestamp"]) == "int64[pyarrow]"
    assert frame["timestamp"].isna().tolist() == [False, True]
    requests = rekognition_tables.read_table(layout.root, "job_requests").to_pandas()
    assert str(requests.dtypes["landed_at"]) == "timestamp[us, tz=UTC][pyarrow]"


def test_files_that_changed_and_commits_of_another_version_are_refused(layout: Layout) -> None:
    land_video(layout, [label()])
    commit = flatten(layout, VIDEO)
    replace(commit, schema_version=0).write(layout)
    with pytest.raises(SchemaMismatch):
        rekognition_tables.read_table(layout.root, "labels")
    commit.write(layout)
    assert read_commit(layout, VIDEO) == commit
    (path,) = (file.path for file in commit.files if file.table == "labels")
    (layout.root / path).write_bytes(b"")
    with pytest.raises(IncompleteResults, match="checksum"):
        rekognition_tables.read_table(layout.root, "labels")


def test_a_root_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    for root in (tmp_path, tmp_path / "gone", tmp_path / "photo.jpg"):
        with pytest.raises(FileNotFoundError, match="is no results root, nor a folder that `flat"):
            rekognition_tables.read_table(root, "labels")


def test_a_folder_that_flatten_wrote_is_read(tmp_path: Path) -> None:
    saved, out = tmp_path / "saved", tmp_path / "out"
    saved.mkdir()
    (saved / "a.json").write_bytes(encoded(page([label("A")])))
    segment = {**label("B"), "StartTimestampMillis": 0, "EndTimestampMillis": 9}
    (saved / "b.json").write_bytes(encoded(page([segment])))
    (saved / "c.jsonl").write_bytes(encoded(image({"Name": "C"})))
    flatten_loose([saved], None, out)
    read = rekognition_tables.read_table
    assert read(out, "labels")["name"].to_pylist() == ["A", "B"]
    assert read(out, "labels", job_id=JOB).num_rows == 2
    assert read(str(out), "moderation_labels")["name"].to_pylist() == ["C"]
    assert read(out, "loads")["reconciled"].to_pylist() == [None] * 3
    assert read(out, "labels").schema.equals(TABLES["labels"].schema)
    counts = [dict(row) for row in read(out, "loads")["row_counts"].to_pylist()]
    assert sorted(one.get("labels", 0) for one in counts) == [0, 1, 1]
    with pytest.raises(KeyError, match="no result of job other"):
        read(out, "labels", job_id="other")


def test_the_library_imports_neither_airflow_nor_boto3_nor_arrow_before_it_must() -> None:
    code = (
        "import sys, rekognition_tables\n"
        "assert 'pyarrow' not in sys.modules\n"
        "rekognition_tables.read_table\n"
        "import rekognition_tables.flatten.results, rekognition_tables.loose.files\n"
        "assert not {'airflow', 'boto3', 'botocore'} & set(sys.modules)"
    )
    root = Path(rekognition_tables.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
