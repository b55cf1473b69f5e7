"""Starts what docker-compose.yaml describes as processes, in its order; stops them all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from compose_file import ROOT, Service
from loopback import Loopback

PATIENCE = 240.0  # seconds until a service is healthy; two free cores take about 60
STOP_SECONDS = 60.0
# What a container has from its image; the rest of this machine's environment stays outside.
IMAGE = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    # A container's host name is its id, and Airflow asks the machine; here HOSTNAME tells it.
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "stack_hostname.hostname",
    "PYTHONPATH": str(Path(__file__).parent),
}

# Superset's image has an environment of its own.
PROGRAMS = {"superset": ROOT / "bi" / "superset" / ".venv" / "bin"}


@dataclass
class Stack:
    """The running system: `at` tells where each port of the file is."""

    services: dict[str, Service]
    at: Loopback
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, service: Service, instance: str) -> dict[str, str]:
        path = f"{PROGRAMS.get(service.name, Path(sys.executable).parent)}:{os.environ['PATH']}"
        return {"PATH": path} | IMAGE | self.at.environment(service, instance)

    def log(self, instance: str) -> Path:
        return self.folder / f"{instance}.log"

    def tail(self, instance: str, lines: int = 40) -> str:
        return "\n".join(self.log(instance).read_text(errors="replace").splitlines()[-lines:])

    def spawn(
        self,
        instance: str,
        command: list[str],
        environ: dict[str, str],
        folder: Path,
        user: str = "",
    ) -> subprocess.Popen[bytes]:
        """In a process group of its own, so that whatever it starts can be stopped with it."""
        with self.log(instance).open("ab") as log:
            process = subprocess.Popen(
                command,
                env=environ,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user or None,
            )
        self.running[instance] = process
        return process

    def start(self, service: Service) -> None:
        for instance in service.instances:
            for folder in self.at.folders(service, instance):
                folder.mkdir(parents=True, exist_ok=True)
            if service.name == "postgres":
                self._start_postgres(service)
                continue
            command = self.at.command(service, instance)
            folder = Path(self.at.working_dir(service, instance))
            self.spawn(instance, command, self.environment(service, instance), folder)

    def _start_postgres(self, service: Service) -> None:
        """What the image does: a cluster with the environment's owner, password and database."""
        programs = max(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name)
        )
        data = self.at.volume(service, "postgres", "/var/lib/postgresql/data")
        environ = self.environment(service, "postgres")
        user = "postgres" if os.geteuid() == 0 else ""  # PostgreSQL refuses root
        if user:
            shutil.chown(data, user)
        data.chmod(0o700)
        secret = self.folder / "postgres.secret"
        secret.write_text(environ["POSTGRES_PASSWORD"])
        owner, login = environ["POSTGRES_USER"], ["--auth=scram-sha-256", f"--pwfile={secret}"]
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", owner, *login]
        with self.log("postgres").open("ab") as log:
            subprocess.run(initdb, check=True, user=user or None, cwd="/", stdout=log, stderr=log)
        port = str(self.at.port("postgres", 5432))
        sockets = [
            f"-cunix_socket_directories={data}",
            "-clisten_addresses=127.0.0.1",
            "-cfsync=off",
        ]
        server = [str(programs / "postgres"), "-D", str(data), "-p", port, *sockets]
        self.spawn("postgres", server, environ, Path("/"), user)
        self.wait_healthy(service)
        create = ["createdb", "--username", owner, environ["POSTGRES_DB"]]
        subprocess.run(
            create, check=True, env=self.environment(service, "postgres") | self._client()
        )

    def _client(self, instance: str = "postgres") -> dict[str, str]:
        """In the container psql and pg_isready find the server at its socket."""
        environ = self.services["postgres"].environment
        port = str(self.at.port(instance, 5432))
        return {"PGHOST": "localhost", "PGPORT": port, "PGPASSWORD": environ["POSTGRES_PASSWORD"]}

    def healthy(self, service: Service, instance: str) -> bool:
        """Run the service's own healthcheck once."""
        environ = self.environment(service, instance)
        if service.name == "postgres":
            environ |= self._client(instance)
        done = subprocess.run(
            self.at.healthcheck(service, instance),
            env=environ,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )
        return done.returncode == 0

    def wait_healthy(self, service: Service) -> None:
        for instance in service.instances:
            until = time.monotonic() + PATIENCE
            while not self.healthy(service, instance):
                code = self.running[instance].poll()
                assert code is None, f"{instance} ended with {code}:\n{self.tail(instance)}"
                assert time.monotonic() < until, (
                    f"{instance} is not healthy:\n{self.tail(instance)}"
                )
                Event().wait(1)

    def wait_completed(self, service: Service) -> None:
        code = self.running[service.name].wait(PATIENCE)
        assert code == 0, f"{service.name} ended with {code}:\n{self.tail(service.name)}"

    def up(self) -> None:
        """Start each service once what it depends on is as it asks."""
        waits = {
            "service_healthy": self.wait_healthy,
            "service_completed_successfully": self.wait_completed,
        }
        met: set[tuple[str, str]] = set()
        waiting = sorted(self.services.values(), key=lambda one: len(one.depends_on))
        while waiting:
            free = [one for one in waiting if set(one.depends_on.items()) <= met]
            for service in free:
                self.start(service)
            waiting = [one for one in waiting if one not in free]
            wanted = {item for one in waiting for item in one.depends_on.items()} - met
            started = [(name, how) for name, how in wanted if self._started(name)]
            assert started or not waiting, f"nothing can start: {[one.name for one in waiting]}"
            for name, how in sorted(started):
                waits[how](self.services[name])
                met.add((name, how))

    def _started(self, name: str) -> bool:
        return self.services[name].instances[0] in self.running

    def stop(self) -> dict[str, int]:
        """SIGTERM to each, in the order of `docker compose stop`: who depends on it goes before it.

        Gives the exit codes: -9 for a process that did not end and had to be killed.
        """
        left = dict(self.services)
        while left:
            needed = {name for one in left.values() for name in one.depends_on}
            last = [left.pop(name) for name in list(left) if name not in needed]
            self._end([self.running[i] for one in last for i in one.instances if i in self.running])
        return {name: process.returncode for name, process in self.running.items()}

    def _end(self, processes: list[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, until - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(services: dict[str, Service], folder: Path) -> Iterator[Stack]:
    stack = Stack(services, Loopback(services, folder), folder)
    # Who ends the tests from outside leaves no service behind either.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        stack.up()
        yield stack
    finally:
        stack.stop()
        signal.signal(signal.SIGTERM, before)
