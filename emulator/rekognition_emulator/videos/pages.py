"""Pages of made-up labels as JSON bytes, written straight from the arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from rekognition_emulator.engine.wire import float_texts
from rekognition_emulator.videos.operation import Order, Pages
from rekognition_emulator.videos.sightings import Segments, Sightings, by_name, segments

# Of each label, what is before and after its confidence, from `"Label":` on.
Parts = Sequence[tuple[bytes, bytes]]
Rows = NDArray[np.int64]


def pages_of(
    seen: Sightings,
    rows: Rows,
    order: Order,
    parts: Parts,
    inside: Callable[[Rows], Iterable[bytes]] = lambda rows: repeat(b""),
) -> Pages:
    """These sightings in the order asked for.

    `inside` gives what an entry of TIMESTAMPS has after its confidence, for each of some rows.
    """
    if order.aggregate_by == "SEGMENTS":
        return SegmentPages(segments(seen, rows, order), parts)
    rows = by_name(seen, rows) if order.sort_by == "NAME" else rows
    return TimestampPages(seen, rows, parts, inside)


class TimestampPages:
    """One entry a label and timestamp."""

    def __init__(
        self,
        seen: Sightings,
        rows: Rows,
        parts: Parts,
        inside: Callable[[Rows], Iterable[bytes]],
    ) -> None:
        self._seen, self._rows, self._parts, self._inside = seen, rows, parts, inside

    def __len__(self) -> int:
        return len(self._rows)

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Entries begin to end as a JSON array."""
        seen, rows = self._seen, self._rows[begin:end]
        texts = []
        for time, label, confidence, inside in zip(
            seen.millis[seen.frame[rows]].tolist(),
            seen.label[rows].tolist(),
            float_texts(seen.confidence[rows]),
            self._inside(rows),
            strict=False,  # repeat() has no end
        ):
            head, tail = self._parts[label]
            texts.append(b'{"Timestamp":%d,%s%s%s%s}' % (time, head, confidence, inside, tail))
        return msgspec.Raw(b"[" + b",".join(texts) + b"]")


class SegmentPages:
    """One entry a segment."""

    def __init__(self, found: Segments, parts: Parts) -> None:
        self._found, self._parts = found, parts

    def __len__(self) -> int:
        return len(self._found.label)

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Segments begin to end as a JSON array."""
        part, found = slice(begin, end), self._found
        texts = []
        for label, confidence, start, stop in zip(
            found.label[part].tolist(),
            float_texts(found.confidence[part]),
            found.start_millis[part].tolist(),
            found.end_millis[part].tolist(),
            strict=True,
        ):
            head, tail = self._parts[label]
            texts.append(
                b'{"Timestamp":%d,%s%s%s,"StartTimestampMillis":%d,"EndTimestampMillis":%d,'
                b'"DurationMillis":%d}' % (start, head, confidence, tail, start, stop, stop - start)
            )
        return msgspec.Raw(b"[" + b",".join(texts) + b"]")
