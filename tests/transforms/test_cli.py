"""The commands, as a person or a script types them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from committed import commit_result, image_rows, images, video, video_rows

from rekognition_tables.cli.main import main
from rekognition_tables.results_root.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    monkeypatch.delenv("REKOGNITION_WAREHOUSE_URI", raising=False)
    return Layout.at(str(tmp_path))


def test_load_prints_what_was_loaded_and_where_it_is_published(
    layout: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    assert main(["load"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Loaded 1 result.",
        "             1 rows in job_requests",
        "             1 rows in label_detection_jobs",
        "             2 rows in labels",
        "             2 rows in label_parents",
        f"Published: {tmp_path}/published/rekognition.duckdb",
    ]


def test_load_json_is_for_machines_and_a_result_held_back_is_exit_status_1(
    layout: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit_result(layout, images("m1"), image_rows(["a.jpg"]), reason="an image is missing")
    assert main(["load", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "loaded": [],
        "held_back": [{"operation": "media_analysis", "job_id": "m1", "aggregate_by": None}],
        "row_counts": {},
        "published": f"{tmp_path}/published/rekognition.duckdb",
    }


def test_accept_releases_a_result_for_the_next_load(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    commit_result(layout, video("v1", "SEGMENTS"), video_rows(["Cat"]), reason="cut")
    assert main(["load"]) == 1
    assert main(["status"]) == 1
    assert "1 results, 1 do not reconcile, 1 held back." in capsys.readouterr().out
    assert main(["accept", "v1.segments", "--reason", "good enough"]) == 0
    assert main(["load", "--json"]) == 0
    assert main(["status", "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out.split("\n", 3)[3]))
    assert (row["aggregate_by"], row["reconciled"], row["note"]) == (
        "SEGMENTS",
        "false",
        "good enough",
    )


def test_load_all_builds_the_warehouse_anew(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    main(["load"])
    capsys.readouterr()
    assert main(["load", "--all", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["row_counts"]["labels"] == 1


@pytest.fixture
def loaded(layout: Layout, capsys: pytest.CaptureFixture[str]) -> Layout:
    commit_result(layout, video("v1"), video_rows(["Cat", "Dog"]))
    main(["load"])
    capsys.readouterr()
    return layout


QUERY = "SELECT name, confidence, NULL AS nothing FROM labels ORDER BY label_index"


@pytest.mark.usefixtures("loaded")
def test_sql_prints_an_aligned_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", QUERY]) == 0
    assert capsys.readouterr().out == (
        "name  confidence  nothing\n"
        "----  ----------  -------\n"
        "Cat         90.0     NULL\n"
        "Dog         91.0     NULL\n"
    )


@pytest.mark.usefixtures("loaded")
def test_sql_prints_csv_and_json_and_writes_parquet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", QUERY, "--csv"]) == 0
    assert capsys.readouterr().out == "name,confidence,nothing\nCat,90.0,\nDog,91.0,\n"
    assert main(["sql", QUERY, "--json"]) == 0
    rows = [
        {"name": "Cat", "confidence": 90.0, "nothing": None},
        {"name": "Dog", "confidence": 91.0, "nothing": None},
    ]
    assert json.loads(capsys.readouterr().out) == rows
    assert main(["sql", QUERY, "--parquet", str(tmp_path / "out.parquet")]) == 0
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows


@pytest.mark.usefixtures("loaded")
def test_every_type_of_the_tables_prints_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    query = (
        "SELECT row_counts, landed_at, reconciled, 'a\x1b[31m' AS t, '\\xFF'::BLOB AS b,"
        " ['x'] AS l, 'nan'::DOUBLE AS n FROM loads"
    )
    for form in ([], ["--csv"]):
        assert main(["sql", query, *form]) == 0
        out = capsys.readouterr().out
        assert "2026-05-01 13:00:00+00:00" in out
    assert main(["sql", query, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["row_counts"]["labels"] == 2
    assert (row["b"], row["l"], row["n"]) == ("\\xff", ["x"], "nan")
    assert main(["sql", query]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.usefixtures("loaded")
def test_sql_without_rows_prints_a_header_or_an_empty_list(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sql", "SELECT name FROM labels WHERE false", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"
    assert main(["sql", "SELECT name FROM labels WHERE false"]) == 0
    assert capsys.readouterr().out == "name\n----\n"


@pytest.mark.usefixtures("loaded")
def test_sql_aligns_characters_that_are_two_cells_wide(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT '中文' AS a, 5 AS b UNION ALL SELECT 'abc', 10 ORDER BY b"]) == 0
    assert capsys.readouterr().out == "a      b\n----  --\n中文   5\nabc   10\n"


@pytest.mark.usefixtures("loaded")
def test_sql_loses_no_column_of_a_name_that_comes_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 1 AS a, 2 AS a, 3 AS a_1, INTERVAL 3 DAY AS i", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"a": 1, "a_2": 2, "a_1": 3, "i": "P0M3DT0S"}]


@pytest.mark.parametrize("statement", ["", " -- nothing"])
@pytest.mark.usefixtures("loaded")
def test_sql_wants_a_statement(capsys: pytest.CaptureFixture[str], statement: str) -> None:
    assert main(["sql", statement]) == 2
    assert "There is no SQL statement to run." in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_sql_cannot_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "DELETE FROM labels"]) == 2
    assert "read-only" in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_sql_that_does_not_run_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT nme FROM labels"]) == 2
    told = capsys.readouterr().err
    assert 'Referenced column "nme" not found' in told
    assert "\\n" not in told
    assert told.count("\n") == 1


@pytest.mark.usefixtures("layout")
@pytest.mark.parametrize(
    "arguments, status, sentence",
    [
        (["sql", "SELECT 1"], 1, "run `rekognition-results load` to publish it"),
        (["status"], 1, "run `rekognition-results load` to publish it"),
        (["publish"], 1, "run `rekognition-results load` first"),
        (["accept", "nobody", "--reason", "r"], 2, "Nothing is committed for nobody"),
        (["accept", "wrong", "job", "--reason", "r"], 2, "operation is 'wrong', not one of"),
        (["flatten", "--job-id", "nobody"], 2, "Nothing is landed for job nobody"),
        (["flatten", "page.json"], 2, "Loose files need --out DIR"),
        (["flatten", "--out", "d"], 2, "--out is for loose files"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["wrong"],
        ["load", "--al"],
        ["load", "extra"],
        ["sql"],
        ["sql", "SELECT 1", "--csv", "--json"],
        ["accept", "job"],
        ["flatten", "--operation", "other"],
    ],
)
def test_bad_arguments_are_one_sentence_and_exit_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_setting_of_the_wrong_kind_is_exit_status_2(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REKOGNITION_LOCK_TIMEOUT", "soon")
    assert main(["load"]) == 2
    assert "REKOGNITION_LOCK_TIMEOUT is 'soon', which is not a number of" in capsys.readouterr().err


def test_help_needs_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys, rekognition_tables.cli.main\n"
        "rekognition_tables.cli.main.parser()\n"
        "print(sorted({'duckdb', 'pyarrow', 'rich', 'msgspec', 'upath'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_head_closing_the_pipe_is_no_error(loaded: Layout) -> None:
    command = [
        sys.executable,
        "-m",
        "rekognition_tables.cli.main",
        "sql",
        "FROM range(100000)",
        "--csv",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0
