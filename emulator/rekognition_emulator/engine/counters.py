"""What the emulator was asked and what it would have been paid for."""

from __future__ import annotations

import threading
from collections import Counter


class Counters:
    """Counts since the start; each is a plain Counter that may be read at any time.

    calls            by operation, whatever the answer
    errors           by error code
    jobs_started     by Start operation, retries with the same token not counted again
    images_analysed  by operation (StartMediaAnalysisJob, DetectModerationLabels): the paid unit
    videos_analysed  by operation
    notifications    by status published
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.jobs_started: Counter[str] = Counter()
        self.images_analysed: Counter[str] = Counter()
        self.videos_analysed: Counter[str] = Counter()
        self.notifications: Counter[str] = Counter()

    def add(self, kind: str, name: str, amount: int = 1) -> None:
        """Count `amount` more of `name` under one of the counters above."""
        with self._lock:
            getattr(self, kind)[name] += amount

    def snapshot(self) -> dict[str, dict[str, int]]:
        """All counters as plain dicts."""
        with self._lock:
            return {
                name: dict(counter)
                for name, counter in vars(self).items()
                if isinstance(counter, Counter)
            }
