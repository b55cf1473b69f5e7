"""Runs DAGs in a process that dies: python crash_child.py HOME URL DIE_AT DAG_ID...

SIGKILL strikes before the DIE_AT-th file of the results root gets its name (0 is never): each such
moment is a step of the pipeline, with all before it done and nothing after it. Prints how many
steps there were, and whether each run succeeded.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.environment import airflow_environment, local_amazon_environment

STEPS = ("os.rename", "os.link")  # how a file gets its name: write_whole, create


def count_steps(root: str, die_at: int) -> list[int]:
    """The number of steps so far, in a list that goes on counting."""
    steps = [0]

    def strike(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and os.fspath(arguments[1]).startswith(root):
            steps[0] += 1
            if steps[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(strike)
    return steps


def main() -> None:
    home, url, die_at, *dag_ids = sys.argv[1:]
    os.environ.update(airflow_environment(Path(home)) | local_amazon_environment(url))
    from local.dag_runs import dag_bag, fresh_database, output_to

    states = {}
    with output_to(Path(home).with_suffix(".log")):
        if not dag_ids:
            fresh_database(Path(home))
            return
        from rekognition_results import dag_defaults

        dag_defaults.DEFAULT_ARGS["retry_delay"] = timedelta(seconds=0.1)
        dags = dag_bag()
        steps = count_steps(os.environ["REKOGNITION_RESULTS_URI"], int(die_at))
        for dag_id in dag_ids:
            states[dag_id] = str(dags[dag_id].test().state)
    print(json.dumps({"steps": steps[0], "states": states}))


if __name__ == "__main__":
    main()
