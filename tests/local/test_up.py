"""`make up`: the real scheduler, triggerer, DAG processor and web server, from trigger to rows."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from airflow_process import ROOT, environment
from demo_runs import rows
from statsd_listener import Listener

pytestmark = [pytest.mark.stack, pytest.mark.timeout(420)]
PATIENCE = 300.0  # seconds; on two free cores it takes about 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(found: Callable[[], Any]) -> Any:
    """What `found` gives once it gives something; looks twice a second."""
    for _ in range(int(PATIENCE * 2)):
        if value := found():
            return value
        Event().wait(0.5)
    raise AssertionError(f"not within {PATIENCE} seconds")


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"content-type": "application/json"}), timeout=30) as answer:
        return json.load(answer)


@pytest.fixture
def statsd() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.socket.close()


@pytest.fixture
def airflow(tmp_path: Path, statsd: Listener) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    metrics = {
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": str(statsd.port),
        # Airflow's own are so many that the socket would lose some.
        "AIRFLOW__METRICS__METRICS_ALLOW_LIST": r"^rekognition\.,^ti\.finish\.\w+\.\w+\.success",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "local.up", "--port", str(port)],
        cwd=ROOT,
        env=environment(tmp_path) | metrics,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Airflow at"):
                break
        yield f"http://127.0.0.1:{port}/api/v2", process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def states(api: str, dag_id: str) -> list[str]:
    try:
        return [run["state"] for run in ask(f"{api}/dags/{dag_id}/dagRuns")["dag_runs"]]
    except (URLError, TimeoutError):
        return []


def all_ended(api: str, dag_id: str) -> list[str]:
    """The states of a DAG's runs once there are some, and all of them have ended."""
    found = states(api, dag_id)
    return found if set(found) <= {"success", "failed"} else []


def triggered(api: str, dag_id: str) -> bool:
    """False where SQLite was locked by a run that the clock began: the same run is asked again."""
    order = {"logical_date": None, "dag_run_id": "by_hand"}
    try:
        ask(f"{api}/dags/{dag_id}/dagRuns", order)
    except HTTPError as error:
        if error.code not in (409, 500, 503):
            raise
        return error.code == 409
    return True


def test_a_run_triggered_in_airflow_ends_as_loaded_rows_and_ctrl_c_stops_it_all(
    airflow: tuple[str, subprocess.Popen[str]], tmp_path: Path, statsd: Listener
) -> None:
    api, process = airflow
    until(lambda: "label_detection" in str(ask(f"{api}/dags")))
    # What runs by the clock runs at once when it is new, and again when its hour comes meanwhile.
    by_the_clock = ("check_warehouse", "expiring_results", "load_warehouse", "measure_results")
    for dag_id in by_the_clock:
        assert set(until(lambda dag_id=dag_id: all_ended(api, dag_id))) == {"success"}
    until(lambda: triggered(api, "label_detection"))
    assert until(lambda: all_ended(api, "label_detection")) == ["success"]
    published = tmp_path / "published" / "rekognition.duckdb"
    query = "SELECT count(DISTINCT job_id) AS jobs FROM labels"
    until(lambda: published.exists() and rows(tmp_path, query) == [{"jobs": 3}])
    told: Counter[str] = Counter()
    loaded = "airflow.rekognition.warehouse.results_loaded"
    until(lambda: told.update(statsd.values()) or told[loaded] == 3)
    each = "airflow.rekognition.label_detection."
    assert [told[each + one] for one in ("jobs_started", "results_landed")] == [3, 3]
    assert told[each + "rows_written"] > 3
    assert told["airflow.ti.finish.label_detection.job__land.success"] == 3
    scheduler = children(process.pid)
    assert scheduler
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    until(lambda: not any(alive(pid) for pid in scheduler))


def children(pid: int) -> list[int]:
    """Every process below this one."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    parents = dict(tuple(map(int, line.split())) for line in listed.splitlines())
    found: list[int] = []
    for child in sorted(parents):
        above = child
        while above := parents.get(above, 0):
            if above == pid:
                found.append(child)
                break
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
