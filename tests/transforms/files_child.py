"""Work for processes of their own: all try to create the same files, or land the same pages."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from upath import UPath

from rekognition_tables.landing import attempts
from rekognition_tables.results_root.files import create
from rekognition_tables.results_root.layout import Layout, ResultKey

TIMEOUT = 60  # seconds at a barrier, so that a child that dies does not hang the others


def try_to_create(folder: str, rounds: int, me: int, barrier: Barrier, answer: Connection) -> None:
    """Race for files 0, 1, ...; answer with those that this process made."""
    mine = []
    for number in range(rounds):
        barrier.wait(TIMEOUT)
        if create(UPath(folder) / str(number), f"{me}".encode() * 100_000):
            mine.append(number)
    answer.send(mine)


def land(root: str, key: ResultKey, bodies: Sequence[bytes], die_at: int) -> None:
    """Land pages, four a part; SIGKILL strikes before file event number `die_at`, 0 is never."""
    attempts.BODIES_PER_PART = 4
    _die_at(die_at)
    attempt = attempts.LandingAttempt.resume_or_begin(Layout.at(root), key)
    begin = int(attempt.next_token or 0)
    if not attempt.pages_finished:
        for number in range(begin, len(bodies)):
            last = number == len(bodies) - 1
            attempt.add_page(bodies[number], None if last else str(number + 1))
    attempt.succeed(status="SUCCEEDED")


def _die_at(number: int) -> None:
    left = number

    def strike(event: str, _: object) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.chmod"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(strike)
