"""Superset's secrets: in its container only in the environment, on a laptop in files."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bi.start import superset_environment
from bi.superset.own_secrets import secret

FILES = Path(__file__).resolve().parents[2] / "bi" / "superset"
GIVEN = {"SUPERSET_SECRET_KEY": "signs-sessions", "SUPERSET_ADMIN_PASSWORD": "lets-the-admin-in"}


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret-key"
    file.write_text("of the file\n")
    assert secret("SUPERSET_SECRET_KEY", file) == "of the file"
    monkeypatch.setenv("SUPERSET_SECRET_KEY", "of the environment")
    assert secret("SUPERSET_SECRET_KEY", file) == "of the environment"


def test_make_bi_keeps_to_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    environ = superset_environment(tmp_path, tmp_path / "published.duckdb")
    assert not GIVEN.keys() & environ.keys()
    assert environ["SUPERSET_HOME"] == str(tmp_path)


def test_the_container_writes_no_secret(tmp_path: Path) -> None:
    """With Python left out: what serve.sh itself writes, and what Python would get."""
    home, programs = tmp_path / "home", tmp_path / "bin"
    shutil.copytree(FILES / "assets", tmp_path / "assets")
    shutil.copy(FILES / "uv.lock", tmp_path)
    home.mkdir()
    programs.mkdir()
    (programs / "python").write_text('#!/bin/sh\necho "$1 $SUPERSET_ADMIN_PASSWORD"\n')
    (programs / "python").chmod(0o755)
    environ = {"PATH": f"{programs}:{os.environ['PATH']}", "SUPERSET_HOME": str(home)}
    environ |= GIVEN | {"SUPERSET_HOST": "127.0.0.1", "SUPERSET_PORT": "8088"}
    ran = subprocess.run(
        ["sh", str(FILES / "serve.sh")], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert ran.stdout.splitlines() == ["prepare.py lets-the-admin-in", "-m lets-the-admin-in"]
    assert [path.name for path in home.iterdir()] == ["prepared"]
