"""Superset's connection to the published file: read-only, and new for each query.

DuckDB shares one open file among all connections of a process that name the same path, so a server
that opened the file itself would go on showing the old rows after a load. Here each connection is
a process of its own (query_process.py) with the file attached: it sees the file that is there at
that moment, whole, and keeps it to its end. No statement can end or fill the server.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import duckdb
from duckdb_engine import ConnectionWrapper

PROGRAM = Path(__file__).with_name("query_process.py")
MEMORY = 1024 << 20  # bytes of one query's process: DuckDB's own 512 MB, and what it does not count
SECONDS = 120.0  # of one call: as long as its server waits for it (serve.sh)
RESULT = 32 << 20  # bytes of a result, pickled; Superset holds it several times
# What a program that writes to a DuckDB file keeps beside it. DuckDB adds the rows in it to what
# it reads, so whoever can put such a file there could forge what dashboards show.
LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")


class ReadingConnection:
    """DuckDB's connection, down to what Superset needs of it, in a process of its own."""

    def __init__(self, published: Path) -> None:
        limits = [str(limit) for limit in (MEMORY, SECONDS, RESULT)]
        self._process = subprocess.Popen(
            [sys.executable, "-I", PROGRAM, published, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={},  # none of Superset's secrets
        )
        self.description: list[tuple[Any, ...]] = []
        self.rowcount = -1
        try:
            self._answer()
        except duckdb.Error:
            self.close()
            raise

    def execute(self, statement: str, parameters: object = None) -> Self:
        self.description, self.rowcount = self._call("execute", statement, parameters)
        return self

    def fetchone(self) -> Any:
        return self._call("fetchone")

    def fetchmany(self, size: int = 1) -> Any:
        return self._call("fetchmany", size)

    def fetchall(self) -> Any:
        return self._call("fetchall")

    def begin(self) -> None:
        """Nothing: what is read stays as it is to the end of the connection."""

    commit = rollback = begin

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _call(self, name: str, *arguments: object) -> Any:
        assert self._process.stdin
        try:
            pickle.dump((name, arguments), self._process.stdin)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # it has ended, which its answer says
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        try:
            answer = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError, ValueError) as error:
            raise self._ended() from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _ended(self) -> duckdb.Error:
        if self._process.wait() == -signal.SIGALRM:
            return duckdb.InterruptException(
                f"The query takes more than {SECONDS:g} seconds: narrow it."
            )
        return duckdb.FatalException(
            f"The query ended its process ({self._process.returncode}): it needs too much memory, "
            "or DuckDB failed. Narrow it."
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(published: Path) -> ReadingConnection:
    """The published file; nothing else on this machine is reachable.

    PermissionException when a log is beside the file.
    """
    for log in (published.with_name(published.name + ending) for ending in LOGS):
        if log.exists():
            raise duckdb.PermissionException(
                f"{log} would change what {published.name} shows, and no load puts it there: find "
                "out who did, and run `rekognition-results publish`, which removes it."
            )
    return ReadingConnection(published)


def mutator(published: Path) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """A DB_CONNECTION_MUTATOR: connections of `duckdb:///:memory:` are made by `connect`."""

    def mutate(uri: Any, params: dict[str, Any], *_: Any) -> tuple[Any, dict[str, Any]]:
        if uri.drivername == "duckdb" and uri.database == ":memory:":
            own: Any = connect  # not DuckDB's class, but all of it that the wrapper uses
            params = {**params, "creator": lambda: ConnectionWrapper(own(published))}
        return uri, params

    return mutate
