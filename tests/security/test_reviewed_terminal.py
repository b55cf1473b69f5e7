"""Names with control sequences and formulas: harmless in a terminal and in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load_and_publish

ROOT = Path(__file__).resolve().parents[2]
# Clears the screen, changes the title, C1's CSI, DEL, right-to-left override.
HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\x7f\u202egpj"
ASK = "SELECT {} AS name"
SAID = "chr(27) || '[2J' || chr(27) || ']0;owned' || chr(7) || chr(155) || '31m' || chr(127)"
SAID += " || chr(8238) || 'gpj'"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results")
    load_and_publish(
        Layout.at(str(root)),
        root / "warehouse" / "rekognition.duckdb",
        root / "published" / "rekognition.duckdb",
    )
    (root / "settings").mkdir(exist_ok=True)
    return root


def run(
    root: Path, *words: str, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "rekognition_tables.cli.main", *words],
        cwd=ROOT,
        env=os.environ | {"REKOGNITION_RESULTS_URI": str(root), "COLUMNS": "200"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=True,
    )


def in_a_terminal(root: Path, *words: str) -> str:
    """What a real terminal is sent."""
    ours, theirs = pty.openpty()
    try:
        run(root, *words, stdout=theirs)
        return os.read(ours, 65_536).decode().replace("\r\n", "\n")
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("form", ["", "--csv", "--csv-safe", "--json"])
def test_sql_sends_a_terminal_no_control_sequence(root: Path, form: str) -> None:
    told = in_a_terminal(root, "sql", ASK.format(SAID), *filter(None, [form]))
    assert "owned" in told
    assert all(line.isprintable() for line in told.split("\n"))
    if form == "--json":
        assert json.loads(told) == [{"name": HOSTILE}]


@pytest.mark.parametrize("form", ["--csv", "--csv-safe", "--json"])
def test_a_pipe_gets_every_character(root: Path, form: str) -> None:
    told = run(root, "sql", ASK.format(SAID), form).stdout.decode()
    if form == "--json":
        assert json.loads(told) == [{"name": HOSTILE}]
    else:
        assert list(csv.reader(io.StringIO(told))) == [["name"], [HOSTILE]]


def test_a_column_s_name_is_data_too(root: Path) -> None:
    statement = f'SELECT 1 AS "{HOSTILE}"'
    for form in ("--csv", "--json"):
        told = in_a_terminal(root, "sql", statement, form)
        assert all(line.isprintable() for line in told.split("\n"))


@pytest.mark.parametrize("form", ["", "--json"])
def test_settings_sends_a_terminal_no_control_sequence(root: Path, form: str) -> None:
    file = root / "settings" / "review_thresholds.csv"
    file.write_text(f"category,min_confidence\n,50\n{HOSTILE},50\n")
    words = ["settings", "review_thresholds", *filter(None, [form])]
    told = in_a_terminal(root, *words)
    assert "owned" in told
    assert all(line.isprintable() for line in told.split("\n"))
    assert HOSTILE in (json.loads(told)[1].values() if form else run(root, *words).stdout.decode())
    file.unlink()


def test_csv_for_spreadsheets_has_no_formula(root: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "plain", "a=b", '=HYPERLINK("http://x")']
    rows = ", ".join(f"('{text}', -1, -1.5)" for text in texts)
    statement = f'FROM (VALUES {rows}) AS t(name, number, "=1+1")'
    told = run(root, "sql", statement, "--csv-safe").stdout.decode()
    header, *found = csv.reader(io.StringIO(told))
    assert header == ["name", "number", "'=1+1"]
    assert [row[0] for row in found] == [
        text if text in ("plain", "a=b") else f"'{text}" for text in texts
    ]
    assert {tuple(row[1:]) for row in found} == {("-1", "-1.5")}
    plain = run(root, "sql", statement, "--csv").stdout.decode()
    assert [row[0] for row in list(csv.reader(io.StringIO(plain)))[1:]] == texts
