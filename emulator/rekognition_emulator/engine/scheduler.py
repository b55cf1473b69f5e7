"""Runs what falls due: on a thread with the system's clock, in `advance` with a manual one."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable

from rekognition_emulator.engine.clock import Clock, ManualClock

log = logging.getLogger(__name__)
Action = Callable[[float], None]


class Scheduler:
    """A queue of (due time, action); each action is called once with its due time, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        # One runner at a time, so that jobs finish in the order of their due times.
        self._running = threading.RLock()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to run what is due, at once and from now on."""
        if isinstance(self._clock, ManualClock):
            self._clock.listen(self.run_due)
            self.run_due()
            return
        self._thread = threading.Thread(target=self._loop, name="emulator-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Run nothing any more; what has begun is finished first."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if isinstance(self._clock, ManualClock):
            self._clock.forget(self.run_due)
        with self._running:
            pass
        if self._thread is not None:
            self._thread.join()

    def at(self, due: float, action: Action) -> None:
        """Call `action(due)` when the clock reaches `due`."""
        with self._changed:
            heapq.heappush(self._queue, (due, next(self._order), action))
            self._changed.notify_all()

    def run_due(self) -> None:
        """Run all that is due by the clock, oldest first."""
        with self._running:
            while (item := self._take_due()) is not None:
                due, action = item
                try:
                    action(due)
                except Exception:
                    # One job that breaks must not keep the others from finishing.
                    log.exception("an emulated job broke")

    def _take_due(self) -> tuple[float, Action] | None:
        with self._changed:
            if self._stopped or not self._queue or self._queue[0][0] > self._clock.now():
                return None
            due, _, action = heapq.heappop(self._queue)
            return due, action

    def _loop(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                wait = self._queue[0][0] - self._clock.now() if self._queue else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
            self.run_due()
