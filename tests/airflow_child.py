"""Runs DAGs in processes that may die: python airflow_child.py HOME, one order a line on stdin.

An order is `{"environment": {...}, "die_at": N, "runs": [[dag_id, conf], ...]}`. Each is run by a
process of its own, forked off one that has imported Airflow, on a metadata database in which
nothing has run: all that counts is in the results root. SIGKILL strikes before the N-th file of the
results root gets its name (0 is never): each such moment is a step of the pipeline, with all before
it done and nothing after it. The answer is how each run and each of its tasks ended, or null
when the process was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import looked_up_once
from dags_written_once import write_dags

from local.environment import airflow_environment

IMAGES_PER_PART = 2  # so that a few images make several parts
STEPS = ("os.rename", "os.link")  # how a file gets its name: write_whole, create


def strike_at(root: str, die_at: int) -> None:
    steps = count(1)

    def strike(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and os.fspath(arguments[1]).startswith(root) and next(steps) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(strike)


def prepare(home: Path) -> None:
    """A metadata database without runs, and in memory what they need; no connection stays open."""
    from local.dag_runs import dag_bag, fresh_database

    fresh_database(home)
    from airflow import settings
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    from rekognition_results import dag_defaults
    from rekognition_results.operators import image_mode

    dag_defaults.DEFAULT_ARGS["retry_delay"] = timedelta(seconds=0.1)
    image_mode.IMAGES_PER_PART = IMAGES_PER_PART
    write_dags()
    dag_bag()
    looked_up_once.install()
    in_process_api_server().app  # noqa: B018 (made once, and not by each process)
    settings.dispose_orm()
    shutil.copy(home / "airflow.db", home / "fresh.db")


def run(order: dict[str, Any]) -> list[dict[str, Any]]:
    os.environ.update(order["environment"])
    from airflow import settings
    from airflow.sdk.listener import get_listener_manager

    from local.dag_runs import dag_bag

    settings.configure_orm()
    dags = dag_bag()
    strike_at(os.environ["REKOGNITION_RESULTS_URI"], order["die_at"])
    ran = [ended(dags[dag_id].test(run_conf=conf)) for dag_id, conf in order["runs"]]
    # As at the end of a scheduler: OpenLineage sends its last events, and ends its processes.
    get_listener_manager().hook.before_stopping(component=None)
    return ran


def ended(run: Any) -> dict[str, Any]:
    instances = run.get_task_instances()
    tasks = {f"{one.task_id}[{one.map_index}]": str(one.state) for one in instances}
    return {"state": str(run.state), "tasks": tasks}


def answers(home: Path, orders: Iterator[str]) -> Iterator[str]:
    for line in orders:
        for left in home.glob("airflow.db*"):  # a journal of one that was killed belongs to it
            left.unlink()
        shutil.copy(home / "fresh.db", home / "airflow.db")
        answer, end = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(end, json.dumps(run(json.loads(line))).encode())
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        os.close(end)
        with os.fdopen(answer) as told:
            text = told.read()
        _, status = os.waitpid(child, 0)
        if status not in (0, signal.SIGKILL):
            raise RuntimeError(f"a run ended with status {status}: its log says why")
        yield text or "null"


def main() -> None:
    home = Path(sys.argv[1])
    os.environ.update(airflow_environment(home))
    from local.dag_runs import output_to

    told = os.fdopen(os.dup(1), "w")
    with output_to(home.with_suffix(".log")):
        prepare(home)
        for answer in answers(home, iter(sys.stdin.readline, "")):
            print(answer, file=told, flush=True)


if __name__ == "__main__":
    main()
