"""Foreign pages: Host and Origin of somebody else are refused by every server on this machine."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from bi.superset.own_host import OwnHost
from local.up import _log_in, _web_environment
from rekognition_emulator import Emulator
from rekognition_results.own_page import VARIABLE, OwnPageOnly, middlewares

OWN = "127.0.0.1:8080"
PATHS = ["/_emulator/health", "/bucket/key", "/", "/moto-api/data.json"]
FOREIGN = [
    {"Host": "evil.example:4566"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example:4566"},
    {"Host": "evil.example"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
]
PROGRAMS: list[dict[str, str]] = [
    {},
    {"Host": "emulator:4566"},
    {"Host": "media.localhost:4566"},
    {"Host": "[::1]:4566"},
    {"Host": "10.0.0.7"},
    {"Origin": "http://localhost:3000"},
    {"Sec-Fetch-Site": "none"},
]
KEYS = {
    "aws_access_key_id": "x",
    "aws_secret_access_key": "x",
    "region_name": "us-east-1",
}


@pytest.fixture(scope="module")
def amazon() -> Iterator[Emulator]:
    with Emulator() as emulator:
        s3 = boto3.client("s3", endpoint_url=emulator.url, **KEYS)
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"secret")
        s3.close()
        yield emulator


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_the_emulator_answers_no_foreign_page(
    amazon: Emulator, path: str, headers: dict[str, str]
) -> None:
    answer = requests.get(amazon.url + path, headers=headers, timeout=20)
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_a_foreign_page_controls_nothing(amazon: Emulator) -> None:
    order = json.dumps({"verb": "throttle", "times": 100})
    for headers in FOREIGN:
        answer = requests.post(f"{amazon.url}/_emulator/faults", order, headers=headers, timeout=20)
        assert answer.status_code == 403
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    answer = requests.options(f"{amazon.url}/bucket/key", headers=preflight, timeout=20)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("headers", PROGRAMS, ids=str)
def test_programs_and_pages_of_this_machine_are_answered(
    amazon: Emulator, headers: dict[str, str]
) -> None:
    answer = requests.get(f"{amazon.url}/_emulator/health", headers=headers, timeout=20)
    assert answer.status_code == 200


def test_no_answer_of_s3_is_open_to_the_pages_of_every_origin(amazon: Emulator) -> None:
    local = {"Origin": "http://localhost:3000"}
    answer = requests.get(f"{amazon.url}/bucket/key", headers=local, timeout=20)
    assert answer.headers.get("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    "endpoint, taken",
    [
        ("http://169.254.169.254/latest", False),
        ("https://evil.example/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://10.0.0.7:9/", False),
        ("http://127.0.0.1:9/", True),
        ("http://localhost:9/", True),
    ],
)
def test_sns_posts_to_this_machine_only(amazon: Emulator, endpoint: str, taken: bool) -> None:
    sns = boto3.client("sns", endpoint_url=amazon.url, **KEYS)
    topic = sns.create_topic(Name="topic")["TopicArn"]
    told = {"TopicArn": topic, "Protocol": endpoint.partition(":")[0], "Endpoint": endpoint}
    if taken:
        arn = sns.subscribe(**told)["SubscriptionArn"]
        sns.unsubscribe(SubscriptionArn=arn)
    else:
        with pytest.raises(ClientError, match="is not on this machine"):
            sns.subscribe(**told)
    sns.close()


def status_of_airflow(headers: dict[str, str]) -> int:
    """What a page of Airflow's answers behind the middleware that `make up` switches on."""
    sent: list[dict[str, Any]] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    (told,) = middlewares()
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    guarded = told["middleware"](page, *told["args"])
    asyncio.run(guarded({"type": "http", "headers": lines}, None, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": OWN}, 200),
        ({"Host": "localhost:8080", "Origin": f"http://{OWN}"}, 200),
        ({"Host": "evil.example:8080"}, 403),
        ({"Host": "127.0.0.1.evil.example:8080"}, 403),
        ({"Host": "127.0.0.1:9090"}, 403),
        ({}, 403),
        ({"Host": OWN, "Origin": "https://evil.example"}, 403),
        ({"Host": OWN, "Origin": "http://127.0.0.1:3000"}, 403),
        ({"Host": OWN, "Origin": "null"}, 403),
    ],
)
def test_airflow_s_page_answers_to_its_own_address_only(
    headers: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, _web_environment(8080, real=False)[VARIABLE])
    assert status_of_airflow(headers) == status


def test_airflow_really_puts_it_before_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow import plugins_manager
    from airflow.api_fastapi.app import init_plugins
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    monkeypatch.setenv(VARIABLE, OWN)
    told = ([], middlewares())
    monkeypatch.setattr(plugins_manager, "get_fastapi_plugins", lambda: told)
    app = FastAPI()
    app.add_api_route("/", lambda: "page")
    init_plugins(app)
    assert TestClient(app, base_url=f"http://{OWN}").get("/").status_code == 200
    rebound = TestClient(app, base_url="http://evil.example:8080")
    assert rebound.post("/auth/token").status_code == 403
    assert rebound.get("/api/v2/connections").status_code == 403


def test_a_websocket_of_a_foreign_page_is_closed() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    guarded = OwnPageOnly(None, [OWN])
    asyncio.run(guarded({"type": "websocket", "headers": [(b"host", b"evil")]}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_elsewhere_airflow_s_page_is_left_to_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert middlewares() == []


def test_with_a_real_account_there_is_a_password(tmp_path: Path) -> None:
    assert _web_environment(8080, real=True)["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == (
        "False"
    )
    told = _log_in(tmp_path)
    file = Path(told["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert told["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "admin:admin"
    assert len(json.loads(file.read_text())["admin"]) >= 16
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text()
    _log_in(tmp_path)
    assert file.read_text() == before


@pytest.mark.parametrize(
    "environ, status",
    [
        ({"HTTP_HOST": "127.0.0.1:8088"}, "200 OK"),
        ({"HTTP_HOST": "localhost:8088", "HTTP_ORIGIN": "http://localhost:8088"}, "200 OK"),
        ({"HTTP_HOST": "BI.example"}, "200 OK"),
        ({"HTTP_HOST": "evil.example:8088"}, "403 Forbidden"),
        ({}, "403 Forbidden"),
        ({"HTTP_HOST": "127.0.0.1:8088", "HTTP_ORIGIN": "https://evil.example"}, "403 Forbidden"),
        ({"HTTP_HOST": "127.0.0.1:8088", "HTTP_ORIGIN": "null"}, "403 Forbidden"),
    ],
)
def test_superset_answers_to_its_own_names_only(
    environ: dict[str, str], status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERSET_ALLOWED_HOSTS", " bi.example ,")
    said: list[str] = []

    def page(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return []

    list(OwnHost(page)(environ, lambda status, _: said.append(status)))
    assert said == [status]


def test_superset_has_it_before_everything() -> None:
    config = Path(__file__).resolve().parents[2] / "bi" / "superset" / "superset_config.py"
    assert "ADDITIONAL_MIDDLEWARE = [OwnHost]" in config.read_text()
