"""A batch of objects of one shape as Arrow arrays, with the count that betrays a duplicated key.

msgspec takes the last of two keys of one name without a word. But each key and each string value
has two quotes in the bytes, so the quotes that the objects account for must be those of the bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from rekognition_tables.operations.arrow_types import INTEGER, REAL, TEXT
from rekognition_tables.parsing.lines import Positions
from rekognition_tables.parsing.shapes import Shape

NUMBERS = {REAL: "d", INTEGER: "q"}  # as struct writes them


def structural_quotes(data: bytes | memoryview) -> int:
    """The quotes that open or close a string: those after an odd run of backslashes are content."""
    quotes = int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord('"')))
    plain = bytes(data) if isinstance(data, memoryview) else data
    if b"\\" in plain:
        plain = plain.replace(b"\\\\", b"")
        return plain.count(b'"') - plain.count(b'\\"')
    return quotes


def values_of(shape: Shape, objects: Sequence[Any], member: str) -> list[Any]:
    """One member of each object, as it is."""
    return _getter(shape.base, shape.attributes[member])(objects)


@cache
def _getter(base: type[msgspec.Struct], attribute: str) -> Callable[[Sequence[Any]], list[Any]]:
    """Takes one member off many objects of one kind.

    Python remembers in the code of an attribute's look-up where it found it last, and finds it
    there three times as fast as `attrgetter` does; so each member of each kind has code of its own.
    """
    made: Callable[[Sequence[Any]], list[Any]] = eval(
        f"lambda objects: [one.{attribute} for one in objects]"
    )
    return made


class Reading:
    """Reads columns off objects; `quotes` is how many quotes of the bytes they account for."""

    def __init__(self) -> None:
        self.quotes = 0
        self.unknown: list[tuple[str, int, bytes]] = []

    def column(self, shape: Shape, objects: Sequence[Any], member: str, kind: Any) -> pa.Array:
        """One member of all objects as an Arrow array; an absent or null one is NULL."""
        values = values_of(shape, objects, member)
        absent = 0
        nullable = member in shape.nullable
        if nullable:
            absent = values.count(msgspec.UNSET)
            values = [None if value is msgspec.UNSET else value for value in values]
        array = _array(values, kind)
        nulls: int = array.null_count
        self.quotes += (len(values) - nulls) * (4 if kind == TEXT else 2)
        if nullable:
            self.quotes += 2 * (nulls - absent)
        return array

    def objects(self, shape: Shape, objects: Sequence[Any], member: str) -> list[Any]:
        """The objects in one member; an absent one is an empty object."""
        values = values_of(shape, objects, member)
        if all(values) and member not in shape.nullable:
            self.quotes += 2 * len(values)
            return values
        self._count(shape, values, member)
        empty = shape.objects[member].empty
        return [value or empty for value in values]

    def lists(
        self, shape: Shape, objects: Sequence[Any], member: str
    ) -> tuple[list[Any], Positions]:
        """The objects in one member that is a list, one after the other, and each list's length."""
        values = values_of(shape, objects, member)
        try:
            lengths = lengths_of(values)
            self.quotes += 2 * len(values)
        except TypeError:  # one is None or UNSET
            self._count(shape, values, member)
            values = [value or () for value in values]
            lengths = lengths_of(values)
        return list(chain.from_iterable(values)), lengths

    def texts(self, values: list[str]) -> pa.Array:
        """The elements of lists of texts."""
        self.quotes += 2 * len(values)
        return _array(values, TEXT)

    def extras(self, shape: Shape, objects: Sequence[Any]) -> None:
        """Note the learned members nobody described."""
        for attribute, name in shape.extras.items():
            found = [raw for raw in _getter(shape.base, attribute)(objects) if raw is not None]
            if found:
                joined = b"\n".join(found)
                self.quotes += 2 * len(found) + checked_quotes(joined)
                self.unknown.append((shape.path_of(name), len(found), bytes(found[0])))

    def leaves(self, shape: Shape, one: Any) -> Iterator[tuple[str, Any]]:
        """The scalars of one object and of the objects in it, by JSON path; lists are left out."""
        self.extras(shape, [one])
        for name, attribute in shape.attributes.items():
            value = getattr(one, attribute)
            if value is msgspec.UNSET or (value is None and name not in shape.nullable):
                continue
            self.quotes += 4 if isinstance(value, str) else 2
            if isinstance(value, msgspec.Struct):
                yield from self.leaves(shape.objects[name], value)
            elif value is not None and not isinstance(value, list):
                yield shape.path_of(name), value

    def _count(self, shape: Shape, values: list[Any], member: str) -> None:
        """Count the members that are there, null ones too."""
        absent = values.count(msgspec.UNSET if member in shape.nullable else None)
        self.quotes += 2 * (len(values) - absent)


def lengths_of(lists: Sequence[Any]) -> Positions:
    return np.frombuffer(struct.pack(f"{len(lists)}q", *map(len, lists)), np.int64)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind in NUMBERS:
        try:
            # Four times as fast as Arrow, which looks at every value's type.
            packed = struct.pack(f"{len(values)}{NUMBERS[kind]}", *values)
        except struct.error:  # one is None
            return pa.array(values, kind)
        return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(packed)], 0)
    if values and values[0] == values[-1] and values.count(values[0]) == len(values):
        return pa.repeat(pa.scalar(values[0], kind), len(values))
    return pa.array(values, kind)


def checked_quotes(lines: bytes | memoryview) -> int:
    """The quotes of JSON values of any shape. ValueError when a key is duplicated at any depth.

    Decoded without a shape and encoded again, a value has each key once.
    """
    quotes = structural_quotes(lines)
    again = msgspec.json.encode(msgspec.json.Decoder().decode_lines(lines))
    if structural_quotes(again) != quotes:
        raise ValueError("a key is duplicated")
    return quotes
