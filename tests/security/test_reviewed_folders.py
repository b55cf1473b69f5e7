"""Temporary folders and files: read by their owner alone, gone with their process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from upath import UPath

from bi import start
from rekognition_results.hooks.duckdb import PublishedTablesHook
from rekognition_tables import own_folders
from rekognition_tables.own_folders import own_folder
from rekognition_tables.results_root.files import create, write_whole
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.load import load_and_publish

ROOT = Path(__file__).resolve().parents[2]
SERVE = ROOT / "bi" / "superset" / "serve.sh"
CHILD = """
import sys, time
from pathlib import Path
from rekognition_tables.own_folders import make
print(make("rekognition-test-", Path(sys.argv[1])), flush=True)
time.sleep(600)
"""
TEMP = "SELECT current_setting('temp_directory')"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def old(folder: Path) -> None:
    os.utime(folder, (0, 0))


@pytest.fixture
def open_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_folder_goes_when_its_process_is_gone_and_not_before(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    theirs = Path(process.stdout.readline().strip())
    assert mode(theirs) == 0o700
    (theirs / "spilled").write_bytes(b"rows of somebody")
    old(theirs)
    with own_folder("rekognition-test-", tmp_path):
        assert (theirs / "spilled").exists()
    process.kill()
    process.communicate()
    old(theirs)
    with own_folder("rekognition-test-", tmp_path) as ours:
        assert list(tmp_path.iterdir()) == [ours]
    assert list(tmp_path.iterdir()) == []


def test_other_folders_links_and_new_ones_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    new = tmp_path / "rekognition-test-new"
    other = tmp_path / "rekognition-other-x"
    for folder in (target, new, other):
        folder.mkdir()
    (target / "kept").write_bytes(b"")
    (tmp_path / "rekognition-test-link").symlink_to(target)
    for folder in (target, other):
        old(folder)
    with own_folder("rekognition-test-", tmp_path):
        pass
    assert (target / "kept").exists()
    assert new.exists()
    assert other.exists()


@pytest.mark.usefixtures("open_umask")
def test_spills_are_read_by_their_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    warehouse = tmp_path / "warehouse" / "rekognition.duckdb"
    published = tmp_path / "published" / "rekognition.duckdb"
    load_and_publish(Layout.at(str(tmp_path)), warehouse, published)
    places = []
    with opened(warehouse, 1) as con:
        places.append(Path(con.execute(TEMP).fetchall()[0][0]))
        assert mode(places[-1]) == 0o700
    with read_only(published) as con:
        places.append(Path(con.execute(TEMP).fetchall()[0][0]))
        assert mode(places[-1]) == 0o700
    con = PublishedTablesHook().get_conn()
    places.append(Path(con.execute(TEMP).fetchall()[0][0]))
    assert mode(places[-1]) == 0o700
    con.close()
    assert len({place.name for place in places}) == 3
    assert [place for place in places if place.exists()] == []
    assert own_folders._held == {}


@pytest.mark.parametrize("umask", [0o077, 0o027, 0o002])
def test_files_are_as_the_umask_says(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_whole(UPath(tmp_path / "written"), b"x")
        create(UPath(tmp_path / "created"), b"x")
        root = tmp_path / "root"
        published = root / "published" / "p.duckdb"
        load_and_publish(Layout.at(str(root)), root / "warehouse" / "w.duckdb", published)
    finally:
        os.umask(before)
    assert mode(tmp_path / "written") == mode(tmp_path / "created") == 0o666 & ~umask
    assert mode(published) == 0o444 & ~umask


@pytest.mark.usefixtures("open_umask")
def test_make_bi_keeps_superset_s_files_private(tmp_path: Path) -> None:
    home = tmp_path / "superset"
    home.mkdir(mode=0o755)
    (home / "superset.db").write_bytes(b"of an older version")
    start._keep_private(home)
    (home / "superset.log").write_bytes(b"")
    assert mode(home) == 0o700
    assert {mode(file) for file in home.iterdir()} == {0o600}


def test_the_container_s_superset_does_so_too() -> None:
    before_python = SERVE.read_text().partition("python")[0]
    assert "umask 077\n" in before_python
    assert 'chmod 700 "$SUPERSET_HOME"\n' in before_python
