"""Rekognition without a server: the operations, their jobs and what a test steers them with."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from rekognition_emulator.engine.arguments import folder, whole
from rekognition_emulator.engine.clock import Clock
from rekognition_emulator.engine.counters import Counters
from rekognition_emulator.engine.faults import Faults
from rekognition_emulator.engine.jobs import JobBook
from rekognition_emulator.engine.scheduler import Scheduler
from rekognition_emulator.engine.subscribers import Subscribers
from rekognition_emulator.service import Service
from rekognition_emulator.storage.objects import Objects
from rekognition_emulator.storage.recordings import Recordings
from rekognition_emulator.storage.state import State
from rekognition_emulator.world import Adapters, Settings, World


class Rekognition:
    """The service over moto's S3, SNS and KMS.

    recordings  a folder of recorded responses that objects may be tied to by their metadata
    clock       Clock.manual() for tests; None: the system's
    seed        of the faults' chances
    limits      other members of emulator.world.Settings: video_jobs_at_once, token_seconds, ...

    `clock`, `faults`, `counters`, `adapters` are what a test works with.
    """

    def __init__(
        self,
        recordings: Path | str | None = None,
        seconds_per_video_job: float = 2.0,
        seconds_per_bulk_job: float = 1.0,
        clock: Clock | None = None,
        seed: int = 0,
        **limits: Any,
    ) -> None:
        if clock is not None and not isinstance(clock, Clock):
            raise ValueError(f"clock must be Clock.system() or Clock.manual(), not {clock!r}")
        self.clock = clock or Clock.system()
        self.faults = Faults(whole("seed", seed))
        self.counters = Counters()
        self.adapters = Adapters()
        self._folder = folder("recordings", recordings)
        self._settings = Settings(seconds_per_video_job, seconds_per_bulk_job, **limits)
        self._subscribers = Subscribers()
        self._state: State | None = None
        self._restarting = threading.Lock()

    @property
    def service(self) -> Service:
        """The operations, as of the last restart."""
        return self._service

    @property
    def state(self) -> State | None:
        """The state folder, if there is one."""
        return self._state

    def open(self, state: State | None = None) -> None:
        """Read the jobs that the state folder holds, if there is one, and take them up."""
        self._state = state
        self._recordings = Recordings(self._folder, self._kept("recordings"))
        self._jobs = JobBook(self._kept("jobs.jsonl"))
        self._subscribers.start()
        self._build()

    def close(self) -> None:
        """Start and end no more jobs; what has begun is finished first."""
        self._scheduler.stop()
        self._subscribers.stop()
        self._jobs.close()

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
        return self._state.folder / name if self._state is not None else None
