"""`make bi`: what is in Superset, who gets in, and what SQL Lab may do."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Superset
    from dashboards import Dashboards

pytestmark = [pytest.mark.bi, pytest.mark.timeout(900)]


def test_nothing_is_there_but_ours(dashboards: Dashboards) -> None:
    titles = {found["dashboard_title"] for found in dashboards.ask("/api/v1/dashboard/")}
    assert titles == {"Video labels", "Moderation"}
    databases = [found["database_name"] for found in dashboards.ask("/api/v1/database/")]
    assert databases == ["Rekognition results"]
    (about,) = dashboards.ask(
        "/api/v1/dataset/?q=(filters:!((col:table_name,opr:eq,value:label_screen_time)))"
    )
    columns = dashboards.ask(f"/api/v1/dataset/{about['id']}")["columns"]
    told = {column["column_name"]: column["description"] for column in columns}
    assert told["video_s3_object_name"] == "Key of the video."


def test_the_password_is_new_and_only_its_owner_can_read_it(
    superset: Superset, dashboards: Dashboards
) -> None:
    for name in ("admin-password", "secret-key"):
        assert (superset.home / name).stat().st_mode & 0o777 == 0o600
    assert superset.password in superset.printed
    tried = {}
    for password in ("admin", "general", "superset", superset.password):
        login = {"username": "admin", "password": password, "provider": "db"}
        url = f"{superset.url}/api/v1/security/login"
        tried[password] = dashboards.page.request.post(url, data=login).status
    assert tried.pop(superset.password) == 200
    assert set(tried.values()) == {401}


@pytest.mark.parametrize(
    "statement, refused",
    [
        ("SELECT count(*) FROM labels", None),
        ("DELETE FROM labels", "not allow"),
        ("SELECT * FROM read_csv('/etc/passwd')", "table function read_csv is not allowed here"),
        ("SET enable_external_access = true", "Only SELECT statements are allowed here"),
    ],
)
def test_sql_lab_reads_tables_and_nothing_else(
    dashboards: Dashboards, statement: str, refused: str | None
) -> None:
    (database,) = dashboards.ask("/api/v1/database/")
    asked = {"database_id": database["id"], "sql": statement, "schema": "main"}
    asked["client_id"] = uuid.uuid4().hex[:11]
    answer = dashboards.page.request.post(
        f"{dashboards.url}/api/v1/sqllab/execute/",
        data=asked,
        headers={
            "X-CSRFToken": dashboards.ask("/api/v1/security/csrf_token/"),
            "Referer": dashboards.url,
        },
    )
    told = json.dumps(answer.json())
    assert answer.ok is (refused is None), told
    assert refused is None or refused in told
