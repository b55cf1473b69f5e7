"""Lines of a landed file by their offsets: the bytes are never copied line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1 over all files of a result; `start` and `end` are offsets."""

    number: int
    start: int
    end: int


def lines(data: bytes, first: int) -> Iterator[Line]:
    """Every line, empty ones too, numbered from `first`; the last line break begins no new one."""
    start, number = 0, first
    while start < len(data):
        end = data.find(b"\n", start)
        if end < 0:
            end = len(data)
        yield Line(number, start, end)
        start, number = end + 1, number + 1
