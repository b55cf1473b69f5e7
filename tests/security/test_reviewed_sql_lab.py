"""SQL Lab's connection, attacked: it writes no file, and no statement ends its process."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sql_lab_fuzz

from bi.superset import published as superset
from bi.superset.published import connect
from bi.superset.query_process import attached

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
    with attached(published) as con, pytest.raises(duckdb.Error, match="disabled by config"):
        con.execute(copy)  # what DuckDB itself says, should a statement get to it
    assert files(published.parent) == before


@pytest.mark.parametrize("reader", ["read_blob", "read_text", "glob"])
def test_the_published_file_is_not_read_as_bytes(published: Path, reader: str) -> None:
    question = f"SELECT * FROM {reader}('{published}')"
    refused = f"table function {reader} is not"
    with connect(published) as con, pytest.raises(duckdb.PermissionException, match=refused):
        con.execute(question)
    with attached(published) as con, pytest.raises(duckdb.Error, match="disabled by config"):
        con.execute(question)


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
    # it needs no memory: one chunk of rows after the other, of which none is kept
    endless = "SELECT count(*) FROM range(1_000_000_000_000) WHERE hash(range) = 1"
    with (
        connect(published) as con,
        pytest.raises(duckdb.InterruptException, match=r"takes more than 0\.5 seconds"),
    ):
        con.execute(endless)


def test_what_ends_its_process_is_one_error(published: Path) -> None:
    with connect(published) as con:
        con._process.kill()
        with pytest.raises(duckdb.FatalException, match=r"ended its process \(-9\)"):
            con.execute(ROWS)


def test_the_process_of_a_query_has_no_secret(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERSET_SECRET_KEY", "signs-sessions")
    with connect(published) as con:
        environ = Path(f"/proc/{con._process.pid}/environ").read_bytes()
    assert b"signs-sessions" not in environ


def test_a_result_that_would_fill_the_server_is_refused(published: Path) -> None:
    rows = "SELECT md5(range::VARCHAR) FROM range(2_000_000)"
    with connect(published) as con:
        con.execute(rows)
        with pytest.raises(duckdb.OperationalError, match="more than 32 MB: take fewer rows"):
            con.fetchall()
        con.execute(rows)
        for _ in range(7):
            assert len(con.fetchmany(100_000)) == 100_000
        with pytest.raises(duckdb.OperationalError, match="more than 32 MB: take fewer rows"):
            con.fetchmany(1_000_000)
        assert con.execute(f"{rows} LIMIT 3").fetchone() is not None


@pytest.mark.parametrize(
    "statement, refused",
    [
        ("SELECT 1; CALL enable_logging(storage='stdout')", "Only SELECT"),
        ("SELECT '('' -- ' FROM pandas_scan(1)", "table function pandas_scan"),
        ("FROM \"Read_Blob\"('x')", "table function read_blob"),
        ("FROM system.main.read_blob('x')", r"table function system\.main\.read_blob"),
        ("SELECT 1 WHERE 1 IN (FROM glob('*'))", "table function glob"),
        ("SELECT " + "[" * 900 + "]" * 900, "nested too deeply"),
        ("SELECT 1 -- " + "x" * 100_000, "more than 100,000 characters"),
        ("SELECT FROM FROM", "syntax error"),
        ("SELECT 1\0; CALL enable_logging(storage='stdout')", "unterminated"),
        ("SELECT 1'); CALL enable_logging(storage='stdout'); --", "syntax error"),
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
        "SELECT unnest([1, 2]), 'glob(' AS text, repeat('it''s', 3) -- read_blob(",
        "SELECT table_name FROM information_schema.tables",
    ],
)
def test_tables_are_read_in_every_usual_way(published: Path, statement: str) -> None:
    with connect(published) as con:
        assert con.execute(statement).fetchall()


def ran_alone(published: Path, work: Path, statements: list[str]) -> tuple[list[str], int, int]:
    """Statements in a process like the server: its errors, its peak and a query's, in MiB."""
    work.mkdir()
    ran = subprocess.run(
        [sys.executable, sql_lab_fuzz.__file__, str(published)],
        input="\n".join(map(json.dumps, statements)),
        capture_output=True,
        text=True,
        cwd=work,
        env={"PYTHONPATH": str(ROOT)},
    )
    answers = [line.partition(" ") for line in ran.stdout.splitlines()]
    peaks = [int(told) for name, _, told in answers if name == "peak"]
    told = [told for name, _, told in answers if name == "answer"]
    assert (ran.returncode, len(told)) == (0, len(statements)), (statements[len(told)], ran.stderr)
    return told, *peaks


@pytest.mark.bi
def test_no_text_or_list_of_any_length_fills_the_memory(published: Path, tmp_path: Path) -> None:
    told, server, query = ran_alone(published, tmp_path / "work", sql_lab_fuzz.LONG_VALUES)
    # mostly DuckDB notices that it gets no more memory; its process ends where it does not
    refusals = {"OutOfMemoryException", "OperationalError", "FatalException"}
    assert set(told) <= refusals
    assert server < 256
    assert query < 1280  # a GB of its own, and what it shares with other processes


@pytest.mark.bi
def test_no_function_and_no_setting_ends_the_process_or_changes_a_file(
    published: Path, tmp_path: Path
) -> None:
    tried = sql_lab_fuzz.statements(tmp_path)
    assert len(tried) > 4000
    before = files(tmp_path)
    _, server, query = ran_alone(published, tmp_path / "work", tried)
    assert files(tmp_path) == before
    assert server < 256
    assert query < 1280
