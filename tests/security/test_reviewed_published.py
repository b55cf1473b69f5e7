"""A forged log beside the published file: no reader shows its rows, and publishing removes it."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import pytest

from rekognition_results.hooks.duckdb import PublishedTablesHook
from rekognition_tables.cli.main import main
from rekognition_tables.errors import ResultsError
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.file.stray_logs import ENDINGS
from rekognition_tables.warehouse.load import load_and_publish, publish

ROWS = "SELECT count(*) FROM review_thresholds"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A results root with an empty published file; its settings tables have rows."""
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    load_and_publish(Layout.at(str(tmp_path)), *places(tmp_path))
    return tmp_path


def places(root: Path) -> tuple[Path, Path]:
    return root / "warehouse" / "rekognition.duckdb", root / "published" / "rekognition.duckdb"


def forge(published: Path, ending: str) -> Path:
    """The log of a DELETE, made on a copy."""
    copy = published.with_name("copy.duckdb")
    copy.write_bytes(published.read_bytes())
    with duckdb.connect(str(copy)) as con:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute("DELETE FROM review_thresholds")
    stray = published.with_name(published.name + ending)
    copy.with_name(copy.name + ".wal").replace(stray)
    copy.unlink()
    return stray


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_reader_of_ours_shows_what_a_log_says(
    root: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, published = places(root)
    with read_only(published) as con:
        ((rows,),) = con.execute(ROWS).fetchall()
    assert rows > 0
    stray = forge(published, ending)
    with pytest.raises(ResultsError, match="would change what"), read_only(published):
        pass
    with pytest.raises(ResultsError, match="would change what"):
        PublishedTablesHook().get_conn()
    capsys.readouterr()  # what Airflow's hook logs
    for command in (["sql", ROWS], ["status"]):
        assert main(command) == 1
        said = capsys.readouterr()
        assert "which removes it" in said.err
        assert said.out == ""
    assert stray.exists()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("way", ["publish", "load with nothing new"])
def test_publishing_removes_it_also_when_nothing_is_new(
    root: Path, ending: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse, published = places(root)
    stray = forge(published, ending)
    with caplog.at_level(logging.WARNING):
        if way == "publish":
            publish(warehouse, published)
        else:
            load_and_publish(Layout.at(str(root)), warehouse, published)
    assert not stray.exists()
    assert f"{stray} was removed" in caplog.text
    with read_only(published) as con:
        assert con.execute(ROWS).fetchall() != [(0,)]


def test_a_log_that_is_a_link_to_nowhere_is_one_too(root: Path) -> None:
    _, published = places(root)
    published.with_name(published.name + ".wal").symlink_to("not-there-yet")
    with pytest.raises(ResultsError, match="would change what"), read_only(published):
        pass
