"""Makes each mistake of a list in a fresh Airflow, in a process of its own.

    python mistakes_child.py HOME URL < mistakes.json

A mistake is [way, DAG, what is given]. Prints a JSON line for each: whether Airflow took it, what
was said, the state of the run if there was one, and what was started or analysed by then.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import looked_up_once
from dags_written_once import write_dags

from local.environment import airflow_environment, local_amazon_environment
from rekognition_tables.settings import CHECKOUT

MONTH = ["--from-date", "2026-01-01", "--to-date", "2026-01-01T01:00:00"]


class Airflow:
    """The DAGs in a database, the API before them, and the command line."""

    def __init__(self) -> None:
        from airflow.api_fastapi.app import create_app
        from airflow.cli.cli_parser import get_parser
        from fastapi.testclient import TestClient

        self.cli = get_parser().parse_args
        write_dags()
        looked_up_once.install()
        self.api = TestClient(create_app())
        token = self.api.get("/auth/token").json()["access_token"]
        self.api.headers["Authorization"] = f"Bearer {token}"

    def take(self, way: str, dag_id: str, conf: dict[str, Any]) -> str:
        """Why Airflow does not take the run, empty when it does."""
        told = json.dumps(conf)
        if way == "cli":
            return self._command("dags", "trigger", dag_id, "--conf", told)
        if way == "backfill":
            what = ["--dag-id", dag_id, *MONTH, "--dag-run-conf", told]
            return self._command("backfill", "create", *what)
        if way == "asset":
            assets = self.api.get("/api/v2/assets").json()["assets"]
            (number,) = (one["id"] for one in assets if one["name"] == "rekognition_tables")
            answer = self.api.post(f"/api/v2/assets/{number}/materialize", json={"conf": conf})
            return "" if answer.status_code == 200 else answer.text
        url = f"/api/v2/dags/{dag_id}"
        if way == "form":
            params = self.api.get(f"{url}/details").json()["params"]
            conf = {name: param["value"] for name, param in params.items()} | conf
        answer = self.api.post(f"{url}/dagRuns", json={"logical_date": None, "conf": conf})
        return "" if answer.status_code == 200 else answer.text

    def _command(self, *words: str) -> str:
        arguments = self.cli(words)
        try:
            arguments.func(arguments)
        except (Exception, SystemExit) as error:
            return f"{type(error).__name__}: {error}"
        return ""


@contextmanager
def environment(given: dict[str, str]) -> Iterator[None]:
    kept = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def broken(given: dict[str, str]) -> str:
    """Why the DAGs do not import, with these variables; empty when all do."""
    from airflow.dag_processing.dagbag import DagBag

    with environment(given):
        return "\n".join(DagBag().import_errors.values())


def run(dag_id: str, conf: dict[str, Any]) -> str:
    """The state in which a run ends. `dag.test()` writes its conf into the DAG's own params."""
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(CHECKOUT / "dags" / f"{dag_id}.py").dags[dag_id]
    return str(dag.test(run_conf=conf).state)


def started(url: str) -> int:
    with urllib.request.urlopen(f"{url}/_emulator/counters") as answer:
        told = json.load(answer)
    return sum(sum(told[kind].values()) for kind in ("jobs_started", "images_analysed"))


def main() -> None:
    home, url = sys.argv[1:]
    mistakes = json.load(sys.stdin)
    os.environ.update(airflow_environment(Path(home)) | local_amazon_environment(url))
    os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] = "True"
    from local.dag_runs import fresh_database, output_to

    log, told = Path(home).parent / "runs.log", []
    with output_to(log):
        fresh_database(Path(home))
        airflow = Airflow()
        for way, dag_id, given in mistakes:
            before, state = log.stat().st_size, None
            said = broken(given) if way == "environment" else airflow.take(way, dag_id, given)
            taken = not said
            if taken and way != "environment":
                state = run(dag_id, given)
                sys.stdout.flush()
                said = log.read_bytes()[before:].decode(errors="replace")
            told.append({"taken": taken, "state": state, "said": said, "started": started(url)})
    print("\n".join(json.dumps(one) for one in told))


if __name__ == "__main__":
    main()
