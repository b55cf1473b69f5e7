"""A PostgreSQL of the test's own: a new cluster behind a socket in a folder of its own.

The programs are the system's (`make postgresql` installs Debian's package). They refuse to run as
root, so there they run as the user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "hush-hush"
OPTIONS = "-c listen_addresses= -c fsync=off -c max_connections=60"


@dataclass(frozen=True)
class Cluster:
    """A running server. `folder` holds its socket and PGPASSFILE's file."""

    folder: Path
    programs: Path

    @property
    def address(self) -> str:
        """Host and user as libpq's connection string has them; the password is in `passfile`."""
        return f"host={self.folder} user=loader"

    @property
    def passfile(self) -> Path:
        return self.folder / "pgpass"

    def new_database(self) -> str:
        """Make a database; its connection string, without the password."""
        name = f"lake_{uuid.uuid4().hex}"
        environ = os.environ | {"PGPASSFILE": str(self.passfile)}
        command = [self.programs / "createdb", "-h", self.folder, "-U", "loader", name]
        subprocess.run(command, check=True, env=environ, capture_output=True)
        return f"{self.address} dbname={name}"


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Started for this block, and stopped and removed after."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="lake-postgres-", dir="/tmp"))
    try:
        cluster = Cluster(folder, programs)
        cluster.passfile.write_text(f"*:*:*:loader:{PASSWORD}\n")
        cluster.passfile.chmod(0o600)
        word = folder / "password"
        word.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(word, "postgres", "postgres")
        data = folder / "data"
        login = ["--username=loader", "--auth=scram-sha-256", f"--pwfile={word}", "--no-sync"]
        _run([programs / "initdb", "-D", data, *login])
        control = [programs / "pg_ctl", "-D", data, "-w", "-s", "-l", folder / "log"]
        _run([*control, "-o", f"{OPTIONS} -c unix_socket_directories={folder}", "start"])
        try:
            yield cluster
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise RuntimeError("These tests need PostgreSQL: `make postgresql` installs it.")
    return found[-1].parent if found else Path(str(on_path)).parent


def _run(command: list[str | Path]) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, cwd="/", user=user, group=user, stdout=subprocess.DEVNULL)
