"""Imports every DAG in processes that may touch neither the network nor the results root.

    python dag_parse_child.py ENVIRONMENT...

Prints, for each environment (JSON), each DAG's timetable as a line of JSON, or why not. Airflow is
imported once; the DAGs are in a fork for each.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise PermissionError(f"{event} {arguments} while a DAG is parsed")
    touched = event == "open" or event.startswith(("os.", "shutil."))
    if touched and str(arguments[0]).startswith(os.environ["REKOGNITION_RESULTS_URI"]):
        raise PermissionError(f"{event} {arguments} while a DAG is parsed")


def timetables(environment: dict[str, str]) -> dict[str, str]:
    from airflow.dag_processing.dagbag import DagBag

    os.environ.update(environment)
    sys.addaudithook(forbid)
    bag = DagBag(ROOT / "dags", load_op_links=False)
    if bag.import_errors:
        sys.exit(str(bag.import_errors))
    return {dag_id: type(dag.timetable).__name__ for dag_id, dag in bag.dags.items()}


def main() -> None:
    import airflow.dag_processing.dagbag  # noqa: F401

    for environment in map(json.loads, sys.argv[1:]):
        sys.stdout.flush()
        if child := os.fork():
            if os.waitpid(child, 0)[1]:
                sys.exit(f"{environment} is refused")
        else:
            print(json.dumps(timetables(environment)))
            return


if __name__ == "__main__":
    main()
