"""What reading the DAGs costs, which Airflow does again and again.

    python -m benchmarks.parse [--rounds 5]

All in CPU seconds, the best of the rounds: each DAG file as the first one of a process, with what
it imports, and after another DAG, when all that is imported; Airflow's own import, which comes
before any DAG; and one round of `airflow dag-processor`, which gives each file a process and writes
the DAGs to the metadata database.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from local.environment import airflow_environment

DAGS = Path(__file__).resolve().parent.parent / "dags"
# Prints CPU seconds: of Airflow's own import, of the first DAG file, of each file.
CHILD = """
import json, sys, time
from pathlib import Path
began = time.process_time()
from airflow.dag_processing.dagbag import DagBag
import airflow.models.serialized_dag
airflow = time.process_time()
told = {"airflow": airflow - began}
for path in sys.argv[1:]:
    before = time.process_time()
    bag = DagBag(path, bundle_path=Path(path).parent)
    assert not bag.import_errors and len(bag.dags) == 1, bag.import_errors
    told[Path(path).stem] = time.process_time() - before
print(json.dumps(told))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "airflow"
        os.environ.update(airflow_environment(home))
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        files = sorted(DAGS.glob("*.py"))
        first = best(rounds, lambda: {path.stem: first_file(path) for path in files})
        later = best(rounds, lambda: imported([files[0], *files]))
        airflow = min(imported(files[:1])["airflow"] for _ in range(rounds))
        whole = min(processed(home) for _ in range(rounds))
    print("| CPU seconds | first DAG of a process | after another DAG |")
    print("|---|--:|--:|")
    for name, seconds in first.items():
        print(f"| dags/{name}.py | {seconds:.2f} | {later[name]:.3f} |")
    print(f"| all | {sum(first.values()):.2f} | {sum(later[name] for name in first):.3f} |\n")
    print("| CPU seconds | |")
    print("|---|--:|")
    print(f"| importing Airflow itself, before any DAG | {airflow:.2f} |")
    print(f"| `airflow dag-processor`, one round over all files, itself included | {whole:.2f} |")
    return 0


def best(rounds: int, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    found = [measure() for _ in range(rounds)]
    return {name: min(one[name] for one in found) for name in found[0]}


def imported(files: list[Path]) -> dict[str, float]:
    """CPU seconds of `airflow` itself and of each file, read in this order by one process."""
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, files)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return told


def first_file(path: Path) -> float:
    return imported([path])[path.stem]


def processed(home: Path) -> float:
    """CPU seconds of one round of the DAG processor and its processes."""
    if not (home / "airflow.db").exists():
        subprocess.run(["airflow", "db", "migrate"], check=True, capture_output=True)
    before = _children()
    subprocess.run(["airflow", "dag-processor", "--num-runs", "1"], check=True, capture_output=True)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
