"""A result manifest in compressed parts, cut at line ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from rekognition_tables.errors import ResultsError

MANIFEST_PART_BYTES = 32 * 2**20
LINE_BYTES = 16 * 2**20  # a line that is longer is none: its part would be held in memory
LEVEL = 3  # 1.4 ms a page; gzip takes 9


@dataclass
class Part:
    data: bytes
    raw_size: int
    records: int


def parts_of(chunks: Iterable[bytes]) -> Iterator[Part]:
    """Compress chunks as they come; a part ends at its first line end at or past its size.

    So the parts are a function of the bytes, not of how they were cut into chunks.
    """
    press, data, raw_size, lines, last = _press(), [], 0, 0, b"\n"
    for chunk in chunks:
        rest = chunk
        while rest:
            room = MANIFEST_PART_BYTES - raw_size
            last_but = max(room - 1, 0)  # a line end here fills the part exactly
            cut = rest.find(b"\n", last_but) + 1 or len(rest)
            piece, rest = rest[:cut], rest[cut:]
            data.append(press.compress(piece))
            raw_size += len(piece)
            lines += piece.count(b"\n")
            last = piece[-1:]
            if raw_size > MANIFEST_PART_BYTES + LINE_BYTES:
                raise ResultsError(
                    f"The result manifest has a line of more than {LINE_BYTES:,} bytes, and one "
                    "image's is a few thousand: look at it before anything reads it."
                )
            if raw_size >= MANIFEST_PART_BYTES and last == b"\n":
                yield Part(b"".join([*data, press.flush()]), raw_size, lines)
                press, data, raw_size, lines = _press(), [], 0, 0
    if raw_size:
        yield Part(b"".join([*data, press.flush()]), raw_size, lines + (last != b"\n"))


def _press() -> Any:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
