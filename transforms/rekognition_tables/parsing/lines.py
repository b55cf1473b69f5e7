"""Records of a landed file by their offsets: the bytes are never copied line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

SLICE = 2**17  # bytes looked at together: what is made of them stays in the cache

Positions = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One record. `number` counts from 1 over all files of a result; the rest are offsets."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes of a file, which begin `offset` bytes into it (uncompressed)."""

    file: str
    data: bytes
    offset: int = 0

    def record(self, line: Line) -> bytes:
        return self.data[line.start : line.end]

    def view(self, line: Line) -> memoryview:
        return memoryview(self.data)[line.start : line.end]

    def count(self) -> int:
        """How many `lines` there are, without looking for each."""
        unended = bool(self.data) and not self.data.endswith(b"\n")
        return self.data.count(b"\n") + unended

    def offsets(self) -> tuple[Positions, Positions]:
        """Where each line starts and ends, as `lines` gives them."""
        signs = np.frombuffer(self.data, np.uint8)
        slices = range(0, max(len(signs), 1), SLICE)
        found = [np.flatnonzero(signs[at : at + SLICE] == ord("\n")) + at for at in slices]
        breaks = np.concatenate(found)
        if self.data and not self.data.endswith(b"\n"):
            breaks = np.append(breaks, len(self.data))
        return np.concatenate([[0], breaks[:-1] + 1])[: len(breaks)], breaks

    def lines(self, first: int) -> Iterator[Line]:
        """Every line, empty ones too, numbered from `first`; a break at the end begins no new."""
        start, number, data = 0, first, self.data
        while start < len(data):
            end = data.find(b"\n", start)
            if end < 0:
                end = len(data)
            yield Line(number, start, end)
            start, number = end + 1, number + 1
