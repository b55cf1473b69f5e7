"""The emulator as an object: a server on a thread of this process."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from emulator.core import Rekognition
from emulator.front import Front
from emulator.http import Server
from emulator.state import State


class Emulator(Rekognition):
    """S3, SNS, SQS, STS and Rekognition on one port of this machine.

    port   0 picks a free one; `url` tells it
    state  a folder that keeps S3 objects and Rekognition's jobs over restarts; None: memory
    host   the address to bind

    The other arguments, and what a test works with, are Rekognition's. moto's memory belongs to
    the process, so there can be one Emulator at a time in each process.
    """

    _running = threading.Lock()

    def __init__(
        self,
        port: int = 0,
        state: Path | str | None = None,
        recordings: Path | str | None = None,
        host: str = "127.0.0.1",
        **options: Any,
    ) -> None:
        super().__init__(recordings, **options)
        self._address = (host, port)
        self._state_folder = Path(state) if state is not None else None
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """The endpoint for all services, such as http://127.0.0.1:4566."""
        assert self._server is not None, "the emulator is not started"
        return self._server.url

    def start(self) -> Self:
        """Load the state, take up unfinished jobs, and listen."""
        if not Emulator._running.acquire(blocking=False):
            raise RuntimeError("an Emulator runs in this process already; moto has one memory")
        state = None
        try:
            _forget_moto()
            self._server = Server(self._address, Front(self))
            if self._state_folder is not None:
                state = State(self._state_folder)
                state.load()
            self.open(state)
        except BaseException:
            self._release(state)
            raise
        self._server.start()
        return self

    def stop(self) -> None:
        """Close all connections and the state folder; what has begun is finished first."""
        assert self._server is not None, "the emulator is not started"
        self._server.stop()
        self.close()
        self._release(self._state)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _release(self, state: State | None) -> None:
        if self._server is not None:
            self._server.close()
        if state is not None:
            state.close()
        _forget_moto()
        Emulator._running.release()


def _forget_moto() -> None:
    """Empty moto's memory, which outlives any server."""
    BackendDict.reset()
    s3_backends.bucket_accounts.clear()
