"""The whole pipeline on this machine: local Amazon, three DAGs through Airflow, tables, answers.

    python -m local.demo [--recordings DIR]

Exit status 0 only when every DAG run succeeded and every job reconciled.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from local.dag_runs import dag_bag, fresh_database, output_to
from local.environment import (
    MEDIA_BUCKET,
    OUTPUT_BUCKET,
    REGION,
    airflow_environment,
    local_amazon,
    local_amazon_environment,
    state_folder,
)
from local.recordings import NAMES, prepared
from local.show import show_results
from local.status_line import StatusLine
from rekognition_tables.errors import one_line
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.settings import CHECKOUT, Settings

DAGS = (*OPERATIONS, "load_warehouse")


def main() -> int:
    arguments = _arguments()
    if arguments.recordings:
        default = str(CHECKOUT / "var" / "recordings")
        os.environ["REKOGNITION_RESULTS_URI"] = os.environ.get("REKOGNITION_RESULTS_URI") or default
    folder = state_folder()
    log = folder / "airflow" / "demo.log"
    # The console keeps the terminal while Airflow's own output goes to the log.
    console = Console(file=os.fdopen(os.dup(1), "w"))
    began = time.monotonic()
    os.environ.update(airflow_environment(folder / "airflow"))
    with StatusLine(console, "Starting the local Amazon (S3, SNS, SQS, Rekognition) ...") as status:
        recordings = _recordings(console, arguments.recordings, folder / "recordings")
        with local_amazon(folder / "emulator", recordings, folder / "emulator.log") as url:
            os.environ.update(local_amazon_environment(url))
            fill(url, recordings)
            console.print(f"Local Amazon at {url}, with sample media in s3://{MEDIA_BUCKET}.")
            states = _run(console, status, folder / "airflow", log)
    for dag_id, state in states.items():
        if state != "success":
            console.print(f"[red]{dag_id} ended {state}[/]: {log} says why.")
    reconciled = show_results(console, Settings.from_env(), time.monotonic() - began)
    return 0 if reconciled and set(states.values()) == {"success"} else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, help="folder of recorded service responses")
    arguments = parser.parse_args()
    if arguments.recordings and not arguments.recordings.is_dir():
        parser.error(f"{arguments.recordings} is no folder: give one of recorded responses")
    return arguments


def _recordings(console: Console, given: Path | None, folder: Path) -> Path | None:
    """The folder to serve. Names the files that are not used; SystemExit(2) when none is."""
    if given is None:
        return None
    unused = prepared(given, folder)
    for name, why in unused.items():
        console.print(one_line(f"Not used: {name}: {why}"), markup=False)
    if any(folder.iterdir()):
        return folder
    print(
        f"{given} holds no recorded response that can be served: give a folder of answers of "
        f"{' or '.join(NAMES)}.",
        file=sys.stderr,
    )
    raise SystemExit(2)


def fill(url: str, recordings: Path | None) -> None:
    import boto3

    from rekognition_emulator import sample_media

    session = boto3.Session("local", "local", region_name=REGION)
    s3 = session.client("s3", endpoint_url=url)
    sample_media.fill(s3, MEDIA_BUCKET, OUTPUT_BUCKET, recordings)


def _run(console: Console, status: StatusLine, home: Path, log: Path) -> dict[str, str]:
    """Run each DAG to its end; give each one's final state."""
    status.update("Preparing Airflow: a fresh metadata database ...")
    with output_to(log.with_suffix(".setup.log")):
        fresh_database(home)
    states: dict[str, str] = {}
    with output_to(log):
        # Airflow reads its environment when it is first imported.
        from airflow.sdk.listener import get_listener_manager

        from local.task_progress import TaskProgress

        dags = dag_bag()
        progress = TaskProgress(console, status)
        get_listener_manager().add_listener(progress)
        for dag_id in DAGS:
            progress.begin(dag_id)
            states[dag_id] = str(dags[dag_id].test().state)
            progress.end(states[dag_id])
    return states


if __name__ == "__main__":
    sys.exit(main())
