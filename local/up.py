"""Airflow with its web page on this machine, and the local Amazon beside it. Ctrl-C stops both.

python -m local.up [--port 8080] [--aws-real]
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from local.demo import fill
from local.environment import (
    airflow_environment,
    local_amazon,
    local_amazon_environment,
    state_folder,
)
from local.web_server import is_free, stop_group, wait_until_up
from rekognition_results.own_page import VARIABLE

START_SECONDS = 300  # about 20 on two free cores; a busy machine takes its time
STOP_SECONDS = 30


def main() -> int:
    arguments = _arguments()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    folder = state_folder()
    home = folder / "airflow-web"
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)  # its metadata and logs are nobody else's
    os.environ.update(airflow_environment(home) | _web_environment(arguments.port, arguments.real))
    if arguments.real:
        os.environ.update(_log_in(home))
    real = nullcontext("")
    local = local_amazon(folder / "emulator", None, folder / "emulator.log")
    with real if arguments.real else local as url:
        if url:
            os.environ.update(local_amazon_environment(url) | {"REKOGNITION_SCHEDULE": "none"})
            fill(url, None)
            print(f"Local Amazon at {url}, with sample media.", flush=True)
        try:
            _prepare(home)
            return _serve(home, arguments.port)
        except KeyboardInterrupt:
            print("\nStopped.", flush=True)
            return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make up", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8080, help="of the web page (default 8080)")
    parser.add_argument(
        "--aws-real", dest="real", action="store_true", help="use aws_default as it is configured"
    )
    arguments = parser.parse_args()
    if not is_free(arguments.port):
        parser.error(f"port {arguments.port} is taken: choose another with make up PORT=8081")
    return arguments


def _web_environment(port: int, real: bool) -> dict[str, str]:
    """The page listens on this machine only, and answers no page of somebody else."""
    url = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        # Without a real account everyone who reaches the page is an admin.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": str(not real),
        VARIABLE: f"127.0.0.1:{port},localhost:{port}",
        # With a real account a person switches on what costs money.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": str(real),
    }


def _log_in(home: Path) -> dict[str, str]:
    """One admin, whose password is in a file that only this user reads."""
    passwords = home / "passwords.json"
    if not passwords.exists():
        with os.fdopen(os.open(passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({"admin": secrets.token_urlsafe(12)}, out)
    print(f"Log in as admin; the password is in {passwords}.", flush=True)
    return {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }


def _prepare(home: Path) -> None:
    with (home / "prepare.log").open("w") as log:
        for command in (["airflow", "db", "migrate"], [sys.executable, "-m", "local.pools"]):
            subprocess.run(command, check=True, stdout=log, stderr=subprocess.STDOUT)


def _serve(home: Path, port: int) -> int:
    """Run Airflow in a process group of its own: a signal to its parent alone orphans the rest."""
    log = home / "standalone.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            ["airflow", "standalone"], stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        if wait_until_up(process, f"http://127.0.0.1:{port}/api/v2/monitor/health", START_SECONDS):
            print(f"Airflow at http://127.0.0.1:{port}. Ctrl-C stops it. Logs: {log}", flush=True)
            return process.wait()
        print(f"Airflow did not start: {log} says why.", file=sys.stderr)
        return 1
    finally:
        print("\nStopping Airflow ...", flush=True)
        stop_group(process, STOP_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
