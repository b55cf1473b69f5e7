"""The environment of an Airflow on this machine, and of the local Amazon beside it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.files import is_local, local
from rekognition_tables.results_root.layout import results_path
from rekognition_tables.settings import CHECKOUT, Settings

MEDIA_BUCKET, OUTPUT_BUCKET = "sample-media", "sample-output"
REGION = "us-east-1"
READY = re.compile(r"listening on (http://\S+)")


def state_folder() -> Path:
    """Where Airflow and the emulator keep their state: in a local results root, else in var/."""
    root = results_path(Settings.from_env().root_uri)
    return local(root) if is_local(root) else CHECKOUT / "var"


def airflow_environment(home: Path) -> dict[str, str]:
    """Airflow's settings for this checkout, in a home of its own."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        # A call to the API server that takes longer than 5 s, or three missed heartbeats, end a
        # task without a word in its log. With metadata in SQLite that happens to tasks that are
        # well: a click in the page can keep the API server waiting for SQLite's lock for 5 s.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "90",
        "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "20",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "_AIRFLOW_PROCESS_CONTEXT": "client",
    }


def local_amazon_environment(url: str) -> dict[str, str]:
    """The connection and the settings with which everything goes to the local Amazon."""
    connection = {
        "conn_type": "aws",
        "login": "local",
        "password": "local",
        "extra": {"region_name": REGION, "endpoint_url": url},
    }
    given = {
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection),
        "REKOGNITION_IMAGES_URI": f"s3://{MEDIA_BUCKET}/images/",
        "REKOGNITION_VIDEOS_URI": f"s3://{MEDIA_BUCKET}/videos/",
        "REKOGNITION_VIDEO_OPERATIONS": ",".join(VIDEO_OPERATIONS),
        "REKOGNITION_OUTPUT_URI": f"s3://{OUTPUT_BUCKET}/rekognition",
        "REKOGNITION_WAITER_DELAY": "2",
    }
    return {name: os.environ.get(name, value) for name, value in given.items()} | {
        "AIRFLOW_CONN_AWS_DEFAULT": given["AIRFLOW_CONN_AWS_DEFAULT"]
    }


@contextmanager
def local_amazon(state: Path, recordings: Path | None, log: Path) -> Iterator[str]:
    """The emulator as a process of its own, on a free port; gives its URL, and stops it after."""
    command = [sys.executable, "-m", "rekognition_emulator", "--port", "0", "--state", str(state)]
    if recordings:
        command += ["--recordings", str(recordings)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        ready = READY.search(process.stdout.readline())
        if ready is None:
            raise RuntimeError(f"The local Amazon did not start: {log} says why.")
        yield ready[1]
    finally:
        process.terminate()
        process.communicate()
