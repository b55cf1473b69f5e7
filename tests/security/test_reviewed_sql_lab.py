"""SQL Lab's connection, attacked: it writes no file, and no statement ends its process."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sql_lab_fuzz

from bi.superset import published as superset
from bi.superset.published import connect

ROOT = Path(__file__).resolve().parents[2]
ROWS = "SELECT count(*) FROM labels"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "published.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE labels AS SELECT range AS number, 'Cat' AS name FROM range(78)")
    path.chmod(0o444)
    return path


def log_that_empties(published: Path) -> bytes:
    """What DuckDB's log of a DELETE is, as somebody makes it on a copy of the file."""
    copy = published.with_name("copy.duckdb")
    copy.write_bytes(published.read_bytes())
    with duckdb.connect(str(copy)) as con:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute("DELETE FROM labels")
    log = copy.with_name(copy.name + ".wal")
    forged = log.read_bytes()
    log.unlink()
    copy.unlink()
    return forged


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("ending", superset.LOGS)
def test_no_log_is_written_beside_the_published_file(published: Path, ending: str) -> None:
    forged = "".join(f"\\x{byte:02X}" for byte in log_that_empties(published))
    before = files(published.parent)
    copy = f"COPY (SELECT '{forged}'::BLOB) TO '{published}{ending}' (FORMAT blob)"
    with connect(published) as con, pytest.raises(duckdb.PermissionException):
        con.execute(copy)
    with connect(published) as con:
        assert con.execute(ROWS).fetchall() == [(78,)]
        assert con._con.execute("SELECT 1").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match="disabled by configuration"):
            con._con.execute(copy)  # what DuckDB itself says, should a statement get to it
    assert files(published.parent) == before


@pytest.mark.parametrize("reader", ["read_blob", "read_text", "glob"])
def test_the_published_file_is_not_read_as_bytes(published: Path, reader: str) -> None:
    question = f"SELECT * FROM {reader}('{published}')"
    with connect(published) as con:
        with pytest.raises(duckdb.PermissionException, match=f"table function {reader} is not"):
            con.execute(question)
        with pytest.raises(duckdb.Error, match="disabled by configuration"):
            con._con.execute(question)


@pytest.mark.parametrize("ending", superset.LOGS)
def test_a_file_with_a_log_beside_it_is_not_shown(published: Path, ending: str) -> None:
    published.with_name(published.name + ending).write_bytes(log_that_empties(published))
    with pytest.raises(duckdb.PermissionException, match="run `rekognition-results publish`"):
        connect(published)


def test_a_query_that_would_spill_is_refused_in_one_sentence(published: Path) -> None:
    wide = "SELECT count(*) FROM (SELECT range, md5(range::VARCHAR) AS a, uuid() AS b"
    with (
        connect(published) as con,
        pytest.raises(
            duckdb.OutOfMemoryException, match=r"more than 512MB .* narrow it"
        ) as refused,
    ):
        con.execute(f"{wide} FROM range(10_000_000) ORDER BY b, a OFFSET 5)")
    assert len(str(refused.value).splitlines()) == 1


def test_a_query_without_an_end_is_ended(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superset, "SECONDS", 0.5)
    endless = "SELECT count(*) FROM range(1_000_000_000) a, range(1_000_000_000) b"
    with connect(published) as con:
        with pytest.raises(duckdb.InterruptException, match=r"takes more than 0\.5 seconds"):
            con.execute(endless)
        assert con.execute(ROWS).fetchall() == [(78,)]


@pytest.mark.parametrize(
    "statement, refused",
    [
        ("SELECT 1; CALL enable_logging(storage='stdout')", "Only SELECT"),
        ("SELECT '('' -- ' FROM pandas_scan(1)", "table function pandas_scan"),
        ("FROM \"Read_Blob\"('x')", "table function read_blob"),
        ("FROM system.main.read_blob('x')", r"table function system\.main\.read_blob"),
        ("SELECT 1 WHERE 1 IN (FROM glob('*'))", "table function glob"),
        ("SELECT system.main.rePEAT('x', 1000)", "function repeat is not"),
        ("SELECT " + "[" * 900 + "]" * 900, "nested too deeply"),
        ("SELECT 1 -- " + "x" * 100_000, "more than 100,000 characters"),
        ("SELECT FROM FROM", "syntax error"),
    ],
)
def test_no_way_of_writing_hides_a_function(published: Path, statement: str, refused: str) -> None:
    with connect(published) as con, pytest.raises(duckdb.Error, match=refused):
        con.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT name, count(*) FROM labels GROUP BY ALL",
        "WITH few AS (FROM labels LIMIT 3) SELECT * FROM few, range(2)",
        "DESCRIBE labels",
        "SUMMARIZE labels",
        "SHOW TABLES",
        "SELECT unnest([1, 2]), 'repeat(' AS text -- read_blob(",
        "SELECT table_name FROM information_schema.tables",
    ],
)
def test_tables_are_read_in_every_usual_way(published: Path, statement: str) -> None:
    with connect(published) as con:
        assert con.execute(statement).fetchall()


@pytest.mark.slow
def test_no_function_and_no_setting_ends_the_process_or_changes_a_file(
    published: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    tried = sql_lab_fuzz.statements(tmp_path)
    assert len(tried) > 4000
    before = files(tmp_path)
    ran = subprocess.run(
        [sys.executable, sql_lab_fuzz.__file__, str(published)],
        input="\n".join(map(json.dumps, tried)),
        capture_output=True,
        text=True,
        cwd=work,
        env={"PYTHONPATH": str(ROOT)},
    )
    *_, last = ran.stdout.split("\npeak")[0].split()
    assert (ran.returncode, int(last)) == (0, len(tried) - 1), (tried[int(last)], ran.stderr)
    assert files(tmp_path) == before
    peak = re.search(r"peak (\d+) MiB", ran.stdout)
    assert peak
    assert int(peak[1]) < 1024  # the container has 2 GB
