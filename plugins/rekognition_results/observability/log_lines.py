"""Lines in a long task's log: that it goes on, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

SECONDS_BETWEEN_LINES = 15.0


def every_so_often(log: Any, sentence: str) -> Callable[[int, int], None]:
    """A function of how much is done and how much there is, which says so now and then."""
    said = time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            log.info(sentence, done, total)

    return say
