"""Airflow's REST API on the running system."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from processes import Stack


class Api:
    """Airflow's REST API, as the admin of the environment."""

    def __init__(self, stack: Stack) -> None:
        self.url = f"http://localhost:{stack.at.port('airflow-apiserver', 8080)}"
        environ = stack.services["airflow-init"].environment
        name, password = environ["AIRFLOW_ADMIN_USERNAME"], environ["AIRFLOW_ADMIN_PASSWORD"]
        self.token = ""
        self.token = self("auth/token", {"username": name, "password": password})["access_token"]

    def __call__(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/{path}", data, headers, method=method or None)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return list(self(f"api/v2/dags/{dag_id}/dagRuns")["dag_runs"])

    def tasks(self, dag_id: str) -> list[dict[str, Any]]:
        found = self(f"api/v2/dags/{dag_id}/dagRuns/~/taskInstances?limit=100")
        return list(found["task_instances"])
