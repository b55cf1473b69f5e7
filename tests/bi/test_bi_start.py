"""`make bi` when it cannot start: one sentence that says what to do."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from bi import start


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["bi.start", *arguments])
    return start.main()


def test_without_a_published_file_it_says_what_to_run_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    assert run(monkeypatch, "--port", "0") == 1
    told = (
        f"{tmp_path}/published/rekognition.duckdb is not there: run `make demo` first, or load.\n"
    )
    assert capsys.readouterr().err == told
    assert list(tmp_path.iterdir()) == []


def test_a_lake_has_no_published_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REKOGNITION_WAREHOUSE_URI", "ducklake:sqlite:catalog.sqlite")
    assert run(monkeypatch, "--port", "0") == 1
    assert "is a DuckLake, and make bi reads a published file" in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as ended:
            run(monkeypatch, "--port", str(port))
    assert ended.value.code == 2
    assert f"port {port} is taken: choose another with make bi PORT=8089" in capsys.readouterr().err


def test_anything_that_superset_is_made_of_changes_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "uv.lock").write_text("1")
    monkeypatch.setattr(start, "FILES", tmp_path)
    before = start.assets_digest()
    (tmp_path / "assets" / "chart.yaml").write_text("a: 1")
    assert start.assets_digest() != before
