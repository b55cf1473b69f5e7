"""The emulator's time: the system's, or one that a test turns by hand."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

# Any fixed moment will do; a round one makes timestamps in failing tests easy to read.
MANUAL_START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


class Clock:
    """Seconds since the epoch, as a float.

    ``Clock.system()`` follows the machine; ``Clock.manual()`` stands still until ``advance``.
    """

    def now(self) -> float:
        """The current time in seconds since the epoch."""
        return time.time()

    def advance(self, seconds: float) -> float:
        """Only a manual clock can be turned; RuntimeError for the system's."""
        raise RuntimeError(
            f"the system's clock cannot be turned by {seconds} s: use Clock.manual()"
        )

    @staticmethod
    def system() -> Clock:
        """The machine's own time."""
        return Clock()

    @staticmethod
    def manual(start: float = MANUAL_START) -> ManualClock:
        """A clock that stands at `start` (epoch seconds) until a test turns it."""
        return ManualClock(start)


class ManualClock(Clock):
    """A clock for tests: what falls due while it is turned has happened when `advance` returns."""

    def __init__(self, start: float = MANUAL_START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """The time it was last set to, in seconds since the epoch."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> float:
        """Turn the clock forward and finish every job that falls due; gives the new time."""
        if not 0 <= seconds < math.inf:
            raise ValueError(f"a clock does not run backwards, or for ever: {seconds}")
        with self._lock:
            self._now += seconds
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
        return self.now()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` each time the clock is turned."""
        with self._lock:
            self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        with self._lock:
            self._listeners = [one for one in self._listeners if one != listener]
