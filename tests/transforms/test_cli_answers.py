"""Each form of an answer: its values, how long it may be, and whether memory holds it."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rekognition_tables.cli.main import main
from rekognition_tables.cli.printed.aligned import IN_MEMORY, put_table

pytestmark = pytest.mark.usefixtures("in_a_root_of_two_labels")


def in_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)


@pytest.mark.parametrize(
    "expression, number",
    [
        ("(SELECT sum(label_index) FROM labels)", "1"),
        ("170141183460469231731687303715884105727::HUGEINT", str(2**127 - 1)),
        ("1.5", "1.5"),
        ("1.50::DECIMAL(10, 2)", "1.50"),
        ("0.12345678901234567890123456789", "0.12345678901234567890123456789"),
        ("-7::DECIMAL(10, 0)", "-7"),
        ("0.1::DOUBLE", "0.1"),
    ],
)
def test_numbers_are_numbers_in_json_with_all_their_digits(
    expression: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", f"SELECT {expression} AS x, [{expression}] AS list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out, parse_float=Decimal)
    kind = Decimal if "." in number else int
    assert row == {"x": kind(number), "list": [kind(number)]}
    assert str(row["x"]) == number
    assert type(row["x"]) is kind


def test_what_json_has_no_number_for_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT 'nan'::DOUBLE AS n, 'inf'::FLOAT AS i, '-inf'::DOUBLE AS m"
    assert main(["sql", query, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"n": "nan", "i": "inf", "m": "-inf"}]


def test_an_interval_keeps_its_digits(capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT INTERVAL '1 month 2 days 123456.789012 seconds' AS i"
    assert main(["sql", query, "--csv"]) == 0
    assert capsys.readouterr().out == "i\nP1M2DT123456.789012S\n"


def test_csv_quotes_a_carriage_return(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 'a' || chr(13) || 'b' AS x, 'c' AS y, NULL AS z", "--csv"]) == 0
    told = capsys.readouterr().out
    assert told == 'x,y,z\n"a\rb",c,\n'
    assert list(csv.reader(io.StringIO(told, newline=""))) == [["x", "y", "z"], ["a\rb", "c", ""]]


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
def test_a_moment_that_python_cannot_tell_is_one_line(
    form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", "SELECT 'infinity'::DATE AS x", *form]) == 2
    told = capsys.readouterr().err
    assert "A date or time is outside the years 1 to 9999: cast it to VARCHAR." in told
    assert told.count("\n") == 1


def test_parquet_without_a_type_for_a_column_is_one_line_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", "SELECT 1 AS a, INTERVAL 1 DAY AS i", "--parquet", "i.parquet"]) == 2
    told = capsys.readouterr()
    assert "no type for column i, month_day_nano_interval: cast it to VARCHAR." in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert list(tmp_path.iterdir()) == []


def test_parquet_takes_no_folders_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 1", "--parquet", str(tmp_path)]) == 2
    assert "is not a file that can be replaced" in capsys.readouterr().err


def test_parquet_has_few_row_groups(tmp_path: Path) -> None:
    assert main(["sql", "FROM range(100000)", "--parquet", "r.parquet"]) == 0
    written = pq.ParquetFile(tmp_path / "r.parquet").metadata
    assert (written.num_rows, written.num_row_groups) == (100_000, 1)


def test_a_terminal_shows_the_first_rows_and_says_how_many_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_terminal(monkeypatch)
    assert main(["sql", "SELECT i FROM range(12345) t(i)"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 1_003
    assert told[2:4] == ["  0", "  1"]
    assert told[-2:] == [
        "999",
        "... 12,345 rows in all; --csv, --json or --parquet OUT give all of them.",
    ]


@pytest.mark.parametrize("rows", [0, 1, 1_000])
def test_a_terminal_shows_a_short_table_whole(
    rows: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_terminal(monkeypatch)
    assert main(["sql", f"SELECT i FROM range({rows}) t(i)"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2 + rows
    assert "in all" not in told[-1]


def test_a_pipe_gets_every_row_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT i, 'x' || i AS name FROM range(5000) t(i)"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 5_002
    assert (told[2], told[-1]) == ("   0  x0", "4999  x4999")


def test_a_table_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = pa.record_batch({"text": ["x" * 10_000] * 200})
    with Path(os.devnull).open("w") as nowhere, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", nowhere)
        tracemalloc.start()
        try:
            put_table(batch.schema, iter([batch] * 60))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert batch.nbytes * 60 > 100_000_000
    assert peak < 4 * IN_MEMORY


def test_status_in_a_terminal_tells_its_totals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_terminal(monkeypatch)
    assert main(["status"]) == 0
    assert "\n\n1 results, 0 do not reconcile, 0 held back.\n" in capsys.readouterr().out
