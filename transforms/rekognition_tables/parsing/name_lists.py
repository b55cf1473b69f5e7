"""Lists of names that come again and again: a label's parents, aliases and categories.

They are most of a page's objects, yet the taxonomy has a few thousand of them. So the decoder
leaves each list as its bytes, and a list of bytes not seen before is decoded once, as strictly as
anything else. Where they hardly ever repeat, or hold members nobody described, all are decoded.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa

from rekognition_tables.operations.arrow_types import TEXT
from rekognition_tables.parsing.arrow_columns import Reading, lengths_of, structural_quotes
from rekognition_tables.parsing.lines import Positions
from rekognition_tables.parsing.shapes import NOTHING, Shape

KNOWN_AT_MOST = 50_000  # lists; some 10 MB
TRIAL = 20_000  # look-ups after which half of them must have been known
SEPARATOR = b"\0"  # no JSON text holds it


class NameLists:
    """The texts in one member of objects that is a list of objects with just a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ids: dict[bytes, int] = {bytes(NOTHING): 0}
        self._names = pa.array([], TEXT)
        self._lengths = np.zeros(1, np.int64)
        self._starts = np.zeros(1, np.int64)
        self._quotes = np.zeros(1, np.int64)
        self._looked_up = 0
        self._pays = True

    def read(
        self, reading: Reading, shape: Shape, lists: Sequence[msgspec.Raw]
    ) -> tuple[Positions, pa.Array]:
        """Each list's length, and all names one after the other. Raises what a decode raises."""
        texts = SEPARATOR.join(lists).split(SEPARATOR) if lists else []
        if self._pays and not shape.extras:
            return self._look_up(reading, shape, texts)
        reading.quotes += 2 * (len(texts) - texts.count(bytes(NOTHING)))
        return self._decode(reading, shape, texts)

    def _look_up(
        self, reading: Reading, shape: Shape, texts: list[bytes]
    ) -> tuple[Positions, pa.Array]:
        found = list(map(self._ids.get, texts))
        if None in found:
            self._learn(shape, [text for text in dict.fromkeys(texts) if text not in self._ids])
            found = list(map(self._ids.get, texts))
        self._looked_up += len(texts)
        known = len(self._ids)
        self._pays = known < KNOWN_AT_MOST and (
            self._looked_up < TRIAL or known < self._looked_up / 2
        )
        ids = np.fromiter(found, np.int64, len(found))
        reading.quotes += 2 * int(np.count_nonzero(ids)) + int(self._quotes[ids].sum())
        lengths = self._lengths[ids]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        at = np.arange(total) + np.repeat(self._starts[ids] - (ends - lengths), lengths)
        return lengths, self._names.take(pa.array(at))

    def _learn(self, shape: Shape, texts: list[bytes]) -> None:
        reading = Reading()
        lengths, names = self._decode(reading, shape, texts)
        quotes = [structural_quotes(text) for text in texts]
        if reading.quotes != sum(quotes):
            raise ValueError("a key is duplicated")
        starts = len(self._names) + np.cumsum(lengths) - lengths
        self._names = pa.concat_arrays([self._names, names])
        self._lengths = np.concatenate([self._lengths, lengths])
        self._starts = np.concatenate([self._starts, starts])
        self._quotes = np.concatenate([self._quotes, np.array(quotes, np.int64)])
        for text in texts:
            self._ids[text] = len(self._ids)

    def _decode(
        self, reading: Reading, shape: Shape, texts: Sequence[bytes]
    ) -> tuple[Positions, pa.Array]:
        empty = (bytes(NOTHING), b"null")
        joined = b"[" + b",".join([b"[]" if text in empty else text for text in texts]) + b"]"
        kind = list[list[shape.struct]]  # type: ignore[name-defined]
        lists = msgspec.json.decode(joined, type=kind)
        named = [one for names in lists for one in names]
        reading.extras(shape, named)
        return lengths_of(lists), reading.column(shape, named, self._text, TEXT)
