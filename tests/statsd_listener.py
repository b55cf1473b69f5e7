"""A StatsD server on a free loopback port, and Airflow's client for tasks that sends to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from airflow.sdk._shared.observability.metrics import stats as backend
from airflow.sdk._shared.observability.metrics.base_stats_logger import NoStatsLogger
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics.stats_utils import get_stats_factory


class Listener:
    """What was sent, in order: name, value, StatsD's type."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def received(self) -> list[tuple[str, float, str]]:
        """What came since the last look. On loopback it is here once it is sent."""
        found = []
        while True:
            try:
                lines = self.socket.recv(65536).decode().splitlines()
            except BlockingIOError:
                return found
            for line in lines:
                name, _, rest = line.partition(":")
                value, kind = rest.split("|")[:2]
                found.append((name, float(value), kind))

    def values(self) -> dict[str, float]:
        """By name: counters added up, the last value of the others."""
        told: dict[str, float] = {}
        for name, value, kind in self.received():
            told[name] = told.get(name, 0.0) + value if kind == "c" else value
        return told


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A task's client, made as the task runner makes it, that sends to the listener."""
    listener = Listener()
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_HOST", "127.0.0.1")
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_PORT", str(listener.port))
    stats.initialize(factory=get_stats_factory(), export_legacy_names=True)
    client: Any = backend._get_backend()
    try:
        yield listener
    finally:
        client.statsd.close()
        stats.initialize(factory=NoStatsLogger, export_legacy_names=True)
        listener.socket.close()
