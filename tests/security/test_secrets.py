"""Secrets stay in connections and the environment. Whole runs are searched in tests/dags."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import zstandard
from airflow.sdk.exceptions import AirflowException
from planted_secrets import LAKE, SECRETS, leaks, planted

from rekognition_results.operators.results import RekognitionLoadWarehouseOperator
from rekognition_tables.cli.main import main
from rekognition_tables.warehouse.lake.ducklake import without_password


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_the_search_finds_a_secret_wherever_it_stands(secret: str, tmp_path: Path) -> None:
    assert leaks(tmp_path, "nothing") == []
    (tmp_path / "log").write_text(f"key={secret}")
    (tmp_path / "db").write_bytes(b"\x00" + json.dumps({"a": secret}).encode() + b"\x00")
    (tmp_path / "raw.zst").write_bytes(zstandard.compress(secret.encode()))
    (tmp_path / "b64").write_bytes(base64.b64encode(secret.encode()))
    found = leaks(tmp_path, f"printed {secret}")
    assert len(found) == 5
    assert [line.rpartition("/")[2] for line in found[:4]] == ["b64", "db", "log", "raw.zst"]


def test_planting_puts_secrets_where_they_belong() -> None:
    connection = json.dumps({"login": "x", "extra": {}})
    environ = planted({"AIRFLOW_CONN_AWS_DEFAULT": connection})
    told = [
        secret for secret in SECRETS.values() if secret in json.dumps(environ).replace("\\", "")
    ]
    assert len(told) == 3


@pytest.mark.parametrize(
    "told",
    [
        "host=db password=SECRET",
        "host=db password = 'SECRET\\' SECRET'",
        "password=ab'SECRET host=db",
        r"password=a\ SECRET host=db",
        'password=ab"SECRET host=db',
        "sslpassword=SECRET host=db",
        "PASSWORD=SECRET",
        "postgresql://u:SECRET@db/x",
        "postgresql://u:p@SECRET/x@db/x",
    ],
)
def test_a_password_is_left_out_as_libpq_would_read_it(told: str) -> None:
    assert "SECRET" not in without_password(f"could not connect to {told}")
    assert "host=db" in without_password(told) or "host=db" not in told


def test_a_catalog_s_password_is_in_no_error_and_no_log(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    monkeypatch.setenv("REKOGNITION_WAREHOUSE_URI", LAKE)
    load = RekognitionLoadWarehouseOperator(task_id="load")
    context: Any = {"ti": SimpleNamespace(try_number=1, max_tries=0)}
    with pytest.raises(AirflowException) as red:
        load.execute(context)
    assert "ducklake:postgres:" in str(red.value)
    for command in (["load"], ["status"], ["sql", "SELECT 1"], ["publish"]):
        assert (main(command) == 0) == (command == ["publish"])  # which has nothing to do
    printed = "".join(capfd.readouterr())
    assert "password=***" in printed
    assert leaks(tmp_path, str(red.value), repr(red.value), printed, caplog.text) == []
