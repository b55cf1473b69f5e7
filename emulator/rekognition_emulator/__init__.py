"""A local Amazon for tests and demos: S3, SNS, SQS, STS (moto's) and Rekognition on one port.

>>> from rekognition_emulator import Clock, Emulator
>>> with Emulator(clock=Clock.manual()) as emu:
...     emu.url, emu.clock, emu.faults, emu.counters
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rekognition_emulator.engine.clock import Clock, ManualClock

if TYPE_CHECKING:
    from rekognition_emulator.http.server import Emulator

__all__ = ["Clock", "Emulator", "ManualClock"]


def __getattr__(name: str) -> Any:
    """Emulator, when it is asked for: its libraries are an extra of this package."""
    if name != "Emulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from rekognition_emulator.http.server import Emulator
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(what_to_install(missing), name=missing.name) from None
    return Emulator


def what_to_install(missing: ModuleNotFoundError) -> str:
    """One sentence for whoever has the package without its extra."""
    return (
        f"the emulator needs {missing.name}, which is not installed:"
        " pip install 'rekognition-results[emulator]'"
    )
