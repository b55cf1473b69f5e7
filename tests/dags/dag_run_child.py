"""Runs DAGs one after another in a fresh Airflow, in a process of its own.

    python dag_run_child.py HOME URL DAG_ID...

Prints one JSON line a DAG: its state, and the state of each task instance.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from planted_secrets import plant

from local.environment import airflow_environment, local_amazon_environment


def main() -> None:
    home, url, *dag_ids = sys.argv[1:]
    os.environ.update(airflow_environment(Path(home)) | local_amazon_environment(url))
    plant(os.environ)
    from local.dag_runs import dag_bag, fresh_database, output_to

    told = []
    with output_to(Path(home).parent / "dag_runs.log"):
        fresh_database(Path(home))
        dags = dag_bag()
        for dag_id in dag_ids:
            run = dags[dag_id].test()
            tasks = {
                f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in run.get_task_instances()
            }
            told.append({"dag_id": dag_id, "state": str(run.state), "tasks": tasks})
    print("\n".join(json.dumps(one) for one in told))


if __name__ == "__main__":
    main()
