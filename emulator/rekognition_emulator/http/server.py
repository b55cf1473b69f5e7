"""The emulator as an object: a server on a thread of this process."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rekognition_emulator.core import Rekognition
from rekognition_emulator.engine.arguments import whole
from rekognition_emulator.http.application import Front
from rekognition_emulator.http.sockets import Server
from rekognition_emulator.storage import moto_memory
from rekognition_emulator.storage.state import State


class Emulator(Rekognition):
    """S3, SNS, SQS, STS and Rekognition on one port of this machine.

    port   0 picks a free one; `url` tells it
    state  a folder that keeps S3 objects and Rekognition's jobs over restarts; None: memory
    host   the address to bind

    The other arguments, and what a test works with, are Rekognition's. moto's memory belongs to
    the process, so there can be one Emulator at a time in each process.
    """

    def __init__(
        self,
        port: int = 0,
        state: Path | str | None = None,
        recordings: Path | str | None = None,
        host: str = "127.0.0.1",
        **options: Any,
    ) -> None:
        super().__init__(recordings, **options)
        if whole("port", port) > 65535:
            raise ValueError(f"port must be at most 65535, not {port}")
        if not isinstance(host, str) or not host:
            raise ValueError(f"host must be an address or a name, not {host!r}")
        self._address = (host, port)
        self._state_folder = Path(state) if state is not None else None
        if self._state_folder is not None and self._state_folder.is_file():
            raise ValueError(f"state must be a folder; {self._state_folder} is a file")
        self._server: Server | None = None
        # Held while it starts and while it stops.
        self._changing = threading.Lock()

    @property
    def url(self) -> str:
        """The endpoint for all services, such as http://127.0.0.1:4566."""
        if self._server is None:
            raise RuntimeError("the emulator is not started")
        return self._server.url

    def start(self) -> Self:
        """Load the state, take up unfinished jobs, and listen."""
        with self._changing:
            moto_memory.take()
            state = server = None
            try:
                server = Server(self._address, Front(self))
                if self._state_folder is not None:
                    state = State(self._state_folder)
                    state.load()
                self.open(state)
            except BaseException:
                _release(server, state)
                raise
            self._server = server
            server.start()
        return self

    def stop(self) -> None:
        """Close all connections and the state folder; what has begun is finished first.

        Does nothing to an emulator that is not running.
        """
        with self._changing:
            server, self._server = self._server, None
            if server is None:
                return
            server.stop()
            self.close()
            _release(server, self._state)

    def restart(self, memory: bool = True) -> None:
        """Begin anew, as Rekognition does; RuntimeError for an emulator that is not running."""
        if self._server is None:
            raise RuntimeError("the emulator is not started")
        super().restart(memory)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def _release(server: Server | None, state: State | None) -> None:
    if server is not None:
        server.close()
    if state is not None:
        state.close()
    moto_memory.give_back()
