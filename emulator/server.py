"""The emulator as an object: a server on a thread of this process."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from emulator.clock import Clock
from emulator.counters import Counters
from emulator.faults import Faults
from emulator.front import Front
from emulator.http import Server
from emulator.jobs import JobBook
from emulator.objects import Objects
from emulator.recordings import Recordings
from emulator.scheduler import Scheduler
from emulator.service import Service
from emulator.state import State
from emulator.world import Adapters, Settings, World


class Emulator:
    """S3, SNS, SQS, STS and Rekognition on one port of this machine.

    port       0 picks a free one; `url` tells it
    state      a folder that keeps S3 objects and Rekognition's jobs over restarts; None: memory
    recordings a folder of recorded responses that objects may be tied to by their metadata
    clock      Clock.manual() for tests; None: the system's
    seed       of the faults' chances
    limits     members of emulator.world.Settings: video_jobs_at_once, token_seconds, ...

    `url`, `clock`, `faults`, `counters`, `adapters` are what a test works with. moto's memory
    belongs to the process, so there can be one Emulator at a time in each process.
    """

    _running = threading.Lock()

    def __init__(
        self,
        port: int = 0,
        state: Path | str | None = None,
        recordings: Path | str | None = None,
        seconds_per_video_job: float = 2.0,
        seconds_per_bulk_job: float = 1.0,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        seed: int = 0,
        **limits: Any,
    ) -> None:
        self.clock = clock or Clock.system()
        self.faults = Faults(seed)
        self.counters = Counters()
        self.adapters = Adapters()
        self._address = (host, port)
        self._state_folder = Path(state) if state is not None else None
        self._recordings_folder = Path(recordings) if recordings is not None else None
        self._settings = Settings(seconds_per_video_job, seconds_per_bulk_job, **limits)
        self._state: State | None = None
        self._server: Server | None = None
        self._restarting = threading.Lock()

    @property
    def url(self) -> str:
        """The endpoint for all services, such as http://127.0.0.1:4566."""
        assert self._server is not None, "the emulator is not started"
        return self._server.url

    @property
    def service(self) -> Service:
        """Rekognition, as of the last restart."""
        return self._service

    @property
    def state(self) -> State | None:
        """The state folder, if there is one."""
        return self._state

    def start(self) -> Self:
        """Load the state, listen, and take up unfinished jobs."""
        if not Emulator._running.acquire(blocking=False):
            raise RuntimeError("an Emulator runs in this process already; moto has one memory")
        try:
            _forget_moto()
            if self._state_folder is not None:
                self._state = State(self._state_folder)
                self._state.load()
            self._server = Server(self._address, Front(self))
            self._recordings = Recordings(self._recordings_folder, self._kept("recordings"))
            self._jobs = JobBook(self._kept("jobs.jsonl"))
            self._build()
        except BaseException:
            self._release()
            raise
        self._server.start()
        return self

    def stop(self) -> None:
        """Close all connections and the state folder; what has begun is finished first."""
        assert self._server is not None, "the emulator is not started"
        self._server.stop()
        self._scheduler.stop()
        self._jobs.close()
        self._release()

    def restart(self, memory: bool = True) -> None:
        """Begin anew: with a state folder the jobs are read from its journal again.

        With `memory=False` Rekognition forgets its jobs; S3, SNS and SQS stay as they are.
        """
        with self._restarting:
            self._scheduler.stop()
            journal = self._kept("jobs.jsonl")
            if journal is not None or not memory:
                self._jobs.close()
                if journal is not None and not memory:
                    journal.unlink()
                self._jobs = JobBook(journal)
            self._build()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _build(self) -> None:
        self._scheduler = Scheduler(self.clock)
        world = World(
            clock=self.clock,
            scheduler=self._scheduler,
            jobs=self._jobs,
            objects=Objects(self._keep),
            recordings=self._recordings,
            faults=self.faults,
            counters=self.counters,
            adapters=self.adapters,
            settings=self._settings,
        )
        self._service = Service(world)
        self._scheduler.start()

    def _keep(self, bucket: str, key: str) -> None:
        if self._state is not None:
            self._state.keep(bucket, key)

    def _kept(self, name: str) -> Path | None:
        return self._state_folder / name if self._state_folder is not None else None

    def _release(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._state is not None:
            self._state.close()
            self._state = None
        _forget_moto()
        Emulator._running.release()


def _forget_moto() -> None:
    """Empty moto's memory, which outlives any server."""
    BackendDict.reset()
    s3_backends.bucket_accounts.clear()
