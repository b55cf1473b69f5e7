"""Apache Superset on the published file, on this machine alone. Ctrl-C stops it.

    python -m bi.start [--port 8088]

The first start makes Superset's metadata database, a secret key and the admin's password in
`superset/` under the results root; later ones import the dashboards again when they have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from local.environment import state_folder
from local.web_server import is_free, stop_group, wait_until_up
from rekognition_tables.settings import CHECKOUT, Settings

FILES = CHECKOUT / "bi" / "superset"
PYTHON = FILES / ".venv" / "bin" / "python"
START_SECONDS = 300  # about 15 on two free cores; a busy machine takes its time
STOP_SECONDS = 15


def main() -> int:
    arguments = _arguments()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    published = Settings.from_env().published
    if not isinstance(published, Path):
        print(
            "REKOGNITION_WAREHOUSE_URI is a DuckLake, and make bi reads a published file: connect"
            " Superset to the lake's catalog instead.",
            file=sys.stderr,
        )
        return 1
    if not published.exists():
        print(f"{published} is not there: run `make demo` first, or load.", file=sys.stderr)
        return 1
    home = state_folder() / "superset"
    try:
        return _run(home, published, arguments.port)
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bi", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8088, help="of the web page (default 8088)")
    arguments = parser.parse_args()
    if not is_free(arguments.port):
        parser.error(f"port {arguments.port} is taken: choose another with make bi PORT=8089")
    return arguments


def _run(home: Path, published: Path, port: int) -> int:
    _keep_private(home)
    new_password = make_secret(home / "admin-password", 12)
    make_secret(home / "secret-key", 42)
    environment = superset_environment(home, published)
    if not _prepare(home, environment):
        return 1
    return _serve(home, environment, port, new_password)


def _keep_private(home: Path) -> None:
    """Nobody else reads Superset's database, logs and secrets: of now, and what comes to be."""
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    for file in home.iterdir():
        if file.is_file():
            file.chmod(0o600)


def make_secret(path: Path, strength: int) -> bool:
    """A random secret that only this user can read; False when there is one already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(strength) + "\n")
    return True


def superset_environment(home: Path, published: Path) -> dict[str, str]:
    """What superset_config.py reads; nothing of this project's own Python path, nor of a .env."""
    foreign = ("PYTHON", "SUPERSET_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(FILES / "superset_config.py"),
        "REKOGNITION_PUBLISHED": str(published),
        "PYTHONPATH": str(FILES),
        "SCARF_ANALYTICS": "false",
    }


def assets_digest() -> str:
    """Changes with everything that `prepare.py` makes."""
    files = [FILES / "uv.lock", *sorted((FILES / "assets").rglob("*.yaml"))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(FILES)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _prepare(home: Path, environment: dict[str, str]) -> bool:
    done, log, digest = home / "prepared", home / "prepare.log", assets_digest()
    if done.exists() and done.read_text() == digest:
        return True
    print("Preparing Superset: metadata, one admin, the dashboards. A minute ...", flush=True)
    with log.open("w") as out:
        command = [str(PYTHON), str(FILES / "prepare.py")]
        ran = subprocess.run(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    if ran.returncode:
        print(f"Superset could not be prepared: {log} says why.", file=sys.stderr)
        return False
    done.write_text(digest)
    return True


def _serve(home: Path, environment: dict[str, str], port: int, new_password: bool) -> int:
    log = home / "superset.log"
    command = [str(PYTHON), "-m", "gunicorn", "superset.app:create_app()"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
    command += ["--timeout", "120", "--no-control-socket"]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        if not wait_until_up(process, f"http://127.0.0.1:{port}/health", START_SECONDS):
            print(f"Superset did not start: {log} says why.", file=sys.stderr)
            return 1
        password = home / "admin-password"
        told = f" ({password.read_text().strip()})" if new_password else ""
        print(f"Superset at http://127.0.0.1:{port}. Ctrl-C stops it. Logs: {log}")
        print(f"Log in as admin; the password stands in {password}{told}.", flush=True)
        return process.wait()
    finally:
        stop_group(process, STOP_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
