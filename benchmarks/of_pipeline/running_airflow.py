"""An Airflow as `make up` starts it, with a folder and ports of its own; runs of its DAGs."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, RUN_SECONDS = 300.0, 1800.0
ENDED = {"success", "failed"}


@dataclass(frozen=True)
class RunningAirflow:
    """`pid` is the process above the services and the local Amazon, whose URL is `amazon`."""

    pid: int
    api: str
    amazon: str

    def ask(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = Request(f"{self.api}/{path}", data, headers, method=method or None)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def states(self, dag_id: str) -> list[str]:
        """Of the DAG's runs; none while the server is busy."""
        try:
            found = self.ask(f"dags/{dag_id}/dagRuns?limit=100")["dag_runs"]
        except (URLError, TimeoutError):
            return []
        return [run["state"] for run in found]

    def all_ended(self, dag_id: str) -> bool:
        """Whether there are runs and all have succeeded. RuntimeError when one failed."""
        states = self.states(dag_id)
        if "failed" in states:
            raise RuntimeError(f"A run of {dag_id} failed: its log is in the temporary folder.")
        return bool(states) and set(states) <= ENDED

    def settle(self) -> None:
        """Let what the clock begins when it is new come to its end, and pause all but our two."""
        wait_for(lambda: self.ask("dags")["total_entries"] > 0, START_SECONDS)
        for dag_id in ("check_warehouse", "expiring_results", "load_warehouse", "measure_results"):
            wait_for(partial(self.all_ended, dag_id), START_SECONDS)
        for dag in self.ask("dags?limit=100")["dags"]:
            if dag["dag_id"] not in ("label_detection", "load_warehouse"):
                self.ask(f"dags/{dag['dag_id']}", {"is_paused": True}, "PATCH")

    def trigger(self, dag_id: str) -> bool:
        """Begin the run `benchmark`; False where SQLite was locked and it must be asked again."""
        try:
            order = {"logical_date": None, "dag_run_id": "benchmark"}
            self.ask(f"dags/{dag_id}/dagRuns", order)
        except HTTPError as error:
            if error.code not in (409, 500, 503):
                raise
            return error.code == 409
        return True


def wait_for(found: Callable[[], Any], seconds: float, pause: float = 0.5) -> None:
    """Until `found` gives something. RuntimeError when the time is over."""
    until = time.monotonic() + seconds
    while not found():
        if time.monotonic() > until:
            raise RuntimeError(f"not within {seconds:g} seconds")
        time.sleep(pause)


@contextmanager
def running_airflow(folder: Path, settings: dict[str, str]) -> Iterator[RunningAirflow]:
    """With nothing of the caller's own Airflow or settings; stopped with all below it after."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "REKOGNITION_"))}
    # `airflow` is the one beside this Python, however that was started.
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "local.up", "--port", str(port)],
        cwd=ROOT,
        env=kept | {"REKOGNITION_RESULTS_URI": str(folder)} | settings,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield RunningAirflow(process.pid, f"http://127.0.0.1:{port}/api/v2", _amazon(process))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)


def _amazon(process: subprocess.Popen[str]) -> str:
    """The local Amazon's URL, once Airflow is up too."""
    url = ""
    assert process.stdout is not None
    for line in process.stdout:
        if named := re.match(r"Local Amazon at (\S+?),", line):
            url = named[1]
        if line.startswith("Airflow at"):
            return url
    raise RuntimeError("Airflow did not start: what it printed says why.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
