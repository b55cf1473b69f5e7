"""Questions of `sql` that go wrong late, are stopped, or write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from rekognition_tables.cli.main import main
from rekognition_tables.cli.printed.question import asked

# One thread: with more DuckDB at times says only that it was interrupted.
LATE = (
    "SET threads = 1;"
    " SELECT i, CASE i WHEN 200000 THEN 'x' ELSE '1' END::INT AS n FROM range(300000) t(i)"
)
ENDLESS = 10**11
pytestmark = pytest.mark.usefixtures("in_a_root_of_two_labels")


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
def test_an_error_in_a_late_row_is_told_as_an_early_one_and_the_answer_called_incomplete(
    form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", LATE, *form]) == 2
    assert capsys.readouterr().err == (
        "rekognition-results: Conversion Error: Could not convert string 'x' to INT32."
        " What was printed is not the whole answer.\n"
    )


def test_an_error_without_a_reason_tells_how_to_get_one() -> None:
    with duckdb.connect() as con, asked(con, f"FROM range({ENDLESS})") as (_, batches):
        next(batches)
        con.interrupt()
        with pytest.raises(duckdb.Error, match="with `SET threads = 1;` in front it tells one"):
            list(batches)


def test_an_error_in_a_late_row_leaves_the_parquet_file_that_was_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "late.parquet").write_text("before")
    assert main(["sql", LATE, "--parquet", "late.parquet"]) == 2
    told = capsys.readouterr()
    assert "Could not convert string 'x' to INT32. late.parquet is not written." in told.err
    assert told.out == ""
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM labels",
        "DROP TABLE labels",
        "CREATE TABLE mine AS SELECT 1",
        "INSERT INTO warehouse.main.prices FROM warehouse.main.prices",
        "UPDATE labels SET name = ''",
    ],
)
def test_the_tables_of_the_warehouse_cannot_be_changed(
    statement: str, two_labels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (two_labels / "published" / "rekognition.duckdb").read_bytes()
    assert main(["sql", statement]) == 2
    assert "read-only" in capsys.readouterr().err
    assert (two_labels / "published" / "rekognition.duckdb").read_bytes() == before


def test_files_of_ones_own_can_be_written_and_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", "COPY (SELECT name FROM labels ORDER BY name) TO 'names.csv'"]) == 0
    assert (tmp_path / "names.csv").read_text() == "name\nCat\nDog\n"
    attach = "ATTACH 'mine.duckdb' AS mine; CREATE TABLE mine.names AS FROM 'names.csv'"
    assert main(["sql", attach]) == 0
    capsys.readouterr()
    ask = "ATTACH 'mine.duckdb' AS mine; SELECT count(*) AS n FROM mine.names"
    assert main(["sql", ask, "--csv"]) == 0
    assert capsys.readouterr().out == "n\n2\n"


@pytest.mark.parametrize("name", ["statement", "con"])
def test_a_variable_of_ours_is_no_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", f"FROM {name}"]) == 2
    assert f"Table with name {name} does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    "statement, told",
    [
        ("SELECT 1 AS a; SELECT 2 AS b", "b\n2\n"),
        ("CREATE TEMP TABLE t AS SELECT 3 AS c; FROM t", "c\n3\n"),
        ("SET threads = 1", "Success\n"),
    ],
)
def test_the_last_statement_answers(
    statement: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", statement, "--csv"]) == 0
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    "question",
    [
        f"SELECT count(*) FROM range({ENDLESS}) t(i) WHERE hash(i) = 1",
        f"SELECT i FROM range({ENDLESS}) t(i) WHERE i < 200000 OR hash(i) = 1",
    ],
    ids=["before the first row", "between two rows"],
)
def test_control_c_stops_a_long_question(
    question: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pressed = threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT))
    pressed.start()
    assert main(["sql", question, "--parquet", "never.parquet"]) == 130
    pressed.join()
    assert capsys.readouterr().err == (
        "rekognition-results: Stopped: nothing but what was being printed is left half done.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rows", [3, ENDLESS])
def test_a_reader_that_has_seen_enough_is_no_error(rows: int, two_labels: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "rekognition_tables.cli.main",
        "sql",
        f"FROM range({rows})",
        "--json",
    ]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            command, stdout=closed, stderr=subprocess.PIPE, env=_environ(two_labels), timeout=60
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("rows", [3, 100_000])
def test_a_disk_that_takes_no_more_of_the_answer_is_one_line(
    rows: int, two_labels: Path, tmp_path: Path
) -> None:
    code = (
        "import resource, sys, rekognition_tables.cli.main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"sys.exit(rekognition_tables.cli.main.main(['sql', 'FROM range({rows})', '--csv']))"
    )
    (tmp_path / "full").write_bytes(bytes(4096))
    # Python would write byte code cut at the limit, which breaks whoever imports it next.
    environ = _environ(two_labels) | {"PYTHONDONTWRITEBYTECODE": "1"}
    with (tmp_path / "full").open("ab") as full:
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environ, text=True)
    assert done.returncode == 1
    assert done.stderr == "rekognition-results: [Errno 27] File too large\n"


def _environ(two_labels: Path) -> dict[str, str]:
    """Ours, but what is printed waits until Python flushes it, as it does by default."""
    environ = os.environ | {"REKOGNITION_RESULTS_URI": str(two_labels)}
    return {name: value for name, value in environ.items() if name != "PYTHONUNBUFFERED"}
