"""A local Amazon for tests and demos: S3, SNS, SQS, STS (moto's) and Rekognition on one port.

>>> from emulator import Clock, Emulator
>>> with Emulator(clock=Clock.manual()) as emu:
...     emu.url, emu.clock, emu.faults, emu.counters
"""

from __future__ import annotations

from emulator.clock import Clock, ManualClock
from emulator.server import Emulator

__all__ = ["Clock", "Emulator", "ManualClock"]
