"""The checks as the command shows them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import two_labels as root_of_two_labels

from rekognition_tables.cli.main import main
from rekognition_tables.warehouse.checks import checks
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.load import publish

pytestmark = pytest.mark.usefixtures("in_a_root_of_two_labels")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["checks", *words]) == 0
    return capsys.readouterr().out


def test_every_check_is_listed_with_what_it_finds(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()
    assert [line.split()[0] for line in lines] == list(checks())
    assert all(line.split()[1:] for line in lines)
    finds = "a result of which only some tables were written."
    assert printed(capsys, "every_result_has_its_job") == f"every_result_has_its_job  {finds}\n"
    assert json.loads(printed(capsys, "--json", "every_result_has_its_job")) == [
        {"check": "every_result_has_its_job", "finds": finds}
    ]


def test_what_is_shown_is_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(printed(capsys, "--show", "--json"))
    assert {one["check"]: one["sql"] for one in shown} == {
        name: check.statement for name, check in checks().items()
    }
    script = printed(capsys, "--show")
    for name, check in checks().items():
        assert f"-- {name}\n-- Grain: " in script
        assert f"\n{check.statement}\n;\n" in script


def test_duckdb_runs_what_is_shown_as_it_is(
    two_labels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = printed(capsys, "--show")
    published = two_labels / "published" / "rekognition.duckdb"
    with duckdb.connect(str(published), read_only=True) as con:
        statements = con.extract_statements(script)
        assert [con.execute(statement).fetchall() for statement in statements] == [[]] * 11


def test_what_is_shown_finds_all_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    published = root_of_two_labels.publish(tmp_path)
    warehouse = tmp_path / "warehouse" / "rekognition.duckdb"
    with opened(warehouse, 0) as con:
        con.execute("UPDATE labels SET confidence = 101")
    publish(warehouse, published)
    assert main(["sql", printed(capsys, "--show", "confidences_are_percentages"), "--json"]) == 0
    problems = [row["problem"] for row in json.loads(capsys.readouterr().out)]
    assert problems == ["labels has a percentage of 101.0"] * 2


def test_a_check_that_there_is_not_is_a_bad_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["checks", "--show", "results_are_unique", "nonsense"]) == 2
    assert capsys.readouterr() == (
        "",
        "rekognition-results: There is no check nonsense: `rekognition-results checks` lists "
        "their names.\n",
    )
