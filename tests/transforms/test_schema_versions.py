"""Tables and columns that are added later, and columns that come to mean something else.

A later version of the program is this one in a process of its own, with changed tables.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import FILE, SQLITE, new_warehouse
from golden_root import check_flattened_again, check_loaded, extracted

from rekognition_tables.errors import SchemaMismatch
from rekognition_tables.flatten.commits import commits
from rekognition_tables.operations.columns import INTEGER, Column
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.ddl import add_column
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import Warehouse, load

LATER = """
import sys
from dataclasses import replace
from rekognition_tables.operations import spec, tables
from rekognition_tables.operations.columns import TEXT, Column
from rekognition_tables.operations.table import table

TABLES = tables.TABLES
"""
ADDED = """
labels = TABLES["labels"]
scene = Column("scene", TEXT, "Where it is.")
TABLES["labels"] = replace(labels, columns=(*labels.columns[:4], scene, *labels.columns[4:]))
TABLES["label_notes"] = table(
    "label_notes",
    "One row per note.",
    [],
    [Column("note", TEXT, "A note.")],
    operations=labels.operations,
    aws_page="",
    forms=True,
)
"""
WRITTEN = "tables.WRITTEN[:] = [one for one in TABLES.values() if one is not tables.LOADS]\n"
ANOTHER_MEANING = """
labels = spec.SPECS["label_detection"]
spec.SPECS["label_detection"] = replace(labels, schema_version=labels.schema_version + 1)
"""
RUN = """
from rekognition_tables.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def golden(tmp_path: Path) -> Layout:
    return extracted(tmp_path / "root")


@pytest.fixture(params=[FILE, pytest.param(SQLITE, marks=pytest.mark.lake)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    return new_warehouse(request.param, tmp_path / "warehouse", request)


def later(changes: str, layout: Layout, warehouse: Warehouse, *command: str) -> str:
    """What a command of a later version says that failed; nothing when all is well."""
    lake = isinstance(warehouse, DuckLake)
    environ = os.environ | {
        "REKOGNITION_RESULTS_URI": str(layout.root),
        "REKOGNITION_WAREHOUSE_URI": warehouse.uri if lake else str(warehouse),
        "REKOGNITION_WAREHOUSE_DATA_URI": warehouse.data_uri if lake else "",
    }
    program = [sys.executable, "-c", LATER + changes + WRITTEN + RUN, *command]
    done = subprocess.run(program, env=environ, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stderr if done.returncode else ""


def check_added(golden: Layout, warehouse: Warehouse) -> None:
    """Every row is there, with NULL in the new column, and no row in the new table."""
    with read_only(warehouse) as con:
        check_loaded(golden, con)
        labels = con.execute("SELECT COUNT(*) > 0, COUNT(scene), MAX(label_index) > 0 FROM labels")
        assert labels.fetchone() == (True, 0, True)
        assert con.execute("SELECT COUNT(*) FROM label_notes").fetchone() == (0,)
        assert con.execute("SELECT COUNT(*) > 0 FROM latest_labels").fetchone() == (True,)
        about = "SELECT comment FROM duckdb_columns() WHERE column_name = 'scene'"
        assert con.execute(about).fetchone() == ("Where it is.",)


def test_what_is_added_needs_no_flattening(golden: Layout, warehouse: Warehouse) -> None:
    before = [commit.flattened_at for commit in commits(golden)]
    load(golden, warehouse)
    assert later(ADDED, golden, warehouse, "load") == ""
    check_added(golden, warehouse)
    assert [commit.flattened_at for commit in commits(golden)] == before


def test_a_new_warehouse_takes_files_from_before(golden: Layout, warehouse: Warehouse) -> None:
    assert later(ADDED, golden, warehouse, "load") == ""
    check_added(golden, warehouse)


def test_many_files_from_before_are_taken_too(golden: Layout, tmp_path: Path) -> None:
    few = "from rekognition_tables.warehouse import committed_files\n"
    few += "committed_files.FILES_AT_ONCE = 0\n"
    assert later(ADDED + few, golden, tmp_path / "w.duckdb", "load") == ""
    check_added(golden, tmp_path / "w.duckdb")


def test_notebooks_read_files_from_before(golden: Layout) -> None:
    read = """
from rekognition_tables import read_table
labels = read_table(sys.argv.pop(), "labels")
assert len(labels) > 100 and labels["scene"].null_count == len(labels)
sys.exit()
"""
    assert later(ADDED + read, golden, Path(), str(golden.root)) == ""


def test_the_program_of_before_goes_on_beside_a_later_one(
    golden: Layout, warehouse: Warehouse
) -> None:
    """A worker that is not upgraded yet may load after one that is."""
    load(golden, warehouse)
    assert later(ADDED, golden, warehouse, "load") == ""
    check_flattened_again(golden)
    load(golden, warehouse)
    check_added(golden, warehouse)


def test_another_meaning_asks_for_that_operation_to_be_flattened_again(
    golden: Layout, warehouse: Warehouse
) -> None:
    load(golden, warehouse)
    before = {commit.key: commit.flattened_at for commit in commits(golden)}
    refused = later(ANOTHER_MEANING, golden, warehouse, "load")
    assert "`rekognition-results flatten --operation label_detection`" in refused
    assert refused.count("\n") == 1
    assert later(ANOTHER_MEANING, golden, warehouse, "flatten") == ""
    assert later(ANOTHER_MEANING, golden, warehouse, "load") == ""
    with read_only(warehouse) as con:
        check_loaded(golden, con)
    again = {one.key.operation for one in commits(golden) if one.flattened_at > before[one.key]}
    assert again == {"label_detection"}
    with pytest.raises(SchemaMismatch, match="Use the program that wrote it, or a newer one"):
        load(golden, warehouse)


def flattened_later(golden: Layout, *, notes: bool = False) -> int:
    """One result as a later version flattens it; gives its labels."""
    commit = max(commits(golden), key=lambda one: one.row_counts.get("labels", 0))
    files = list(commit.files)
    (at,) = (number for number, file in enumerate(files) if file.table == "labels")
    path = Path(golden.root, files[at].path)
    labels = pq.read_table(path)
    scene = pa.array(["Kitchen"] * len(labels))
    pq.write_table(labels.append_column("scene", scene), path)
    files[at] = replace(files[at], sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    if notes:
        files.append(replace(files[at], table="label_notes"))
    replace(commit, files=tuple(files), flattened_at=datetime.now(UTC)).write(golden)
    return len(labels)


def test_values_of_a_new_column_are_loaded(golden: Layout, warehouse: Warehouse) -> None:
    load(golden, warehouse)
    count = flattened_later(golden)
    assert later(ADDED, golden, warehouse, "load") == ""
    assert scenes(warehouse) == count


def scenes(warehouse: Warehouse) -> int:
    with read_only(warehouse) as con:
        (count,) = con.execute("SELECT COUNT(scene) FROM labels").fetchall()[0]
    return int(count)


@pytest.mark.parametrize(
    "notes, what", [(False, "Columns scene of labels"), (True, "Tables label_notes")]
)
def test_what_a_later_version_wrote_is_not_left_out_by_the_one_before(
    golden: Layout, warehouse: Warehouse, notes: bool, what: str
) -> None:
    load(golden, warehouse)
    count = flattened_later(golden, notes=notes)
    with pytest.raises(SchemaMismatch, match=f"{what}: a later version of this program wrote"):
        load(golden, warehouse)
    if not notes:
        assert later(ADDED, golden, warehouse, "load") == ""
        assert scenes(warehouse) == count


def test_rows_that_the_one_before_cannot_delete_are_not_left_behind(
    golden: Layout, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    load(golden, warehouse)
    with duckdb.connect(warehouse) as con:
        con.execute("UPDATE loads SET row_counts = MAP {'label_notes': 2}")
    check_flattened_again(golden)
    with pytest.raises(SchemaMismatch, match="Tables label_notes: a later version"):
        load(golden, warehouse)


def test_results_of_an_operation_that_is_not_known_are_left_alone(
    golden: Layout, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    load(golden, warehouse)
    with duckdb.connect(warehouse) as con:
        con.execute(
            "INSERT INTO loads BY NAME SELECT * REPLACE ('text_detection' AS operation, "
            "9 AS schema_version) FROM loads LIMIT 1"
        )
    assert load(golden, warehouse).loaded == ()


def test_what_is_added_allows_null() -> None:
    with pytest.raises(ValueError, match=r"labels\.scene was added later: it must allow NULL"):
        add_column(TABLES["labels"], Column("scene", INTEGER, "", null=False))
