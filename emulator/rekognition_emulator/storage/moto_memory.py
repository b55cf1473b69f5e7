"""moto's memory: one a process, so one Emulator at a time holds it, and no mock empties it."""

from __future__ import annotations

import logging
import threading
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.models import MockAWS
from moto.s3.models import s3_backends

log = logging.getLogger(__name__)
_held = threading.Lock()
_mocks_reset = MockAWS.reset


def take() -> None:
    """Have the memory, empty; RuntimeError if an Emulator or a `mock_aws` has it already."""
    if MockAWS._mocks_active:
        raise RuntimeError(
            "mock_aws is active in this process, and moto has one memory: start the Emulator"
            " outside of it, or use emulator.in_moto.mock_rekognition inside of it"
        )
    if not _held.acquire(blocking=False):
        raise RuntimeError("an Emulator runs in this process already; moto has one memory")
    MockAWS.reset = _keep  # type: ignore[method-assign, assignment]
    _forget()


def give_back() -> None:
    """Leave the memory empty, for whoever comes next."""
    _forget()
    MockAWS.reset = _mocks_reset  # type: ignore[method-assign]
    _held.release()


def _keep(mock: Any) -> None:
    """In place of a mock's reset, at its start and its end."""
    log.warning(
        "mock_aws beside a running Emulator: both have moto's one memory, which is not emptied. For"
        " a mock that starts empty, run the Emulator in a process of its own: rekognition-emulator"
    )


def _forget() -> None:
    BackendDict.reset()
    s3_backends.bucket_accounts.clear()
