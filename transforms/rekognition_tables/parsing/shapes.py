"""The shapes of an answer as a tree that learns what the fast decoder was not told.

A member nobody described, or an explicit null, fails the typed decode, and the slow road costs tens
of times the fast one. So what the slow road meets is learned: the Structs are built again with the
unknown member as `msgspec.Raw`, or with the null allowed, and the next record passes at full speed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec

NOTHING = msgspec.Raw(b"")  # a list left as its bytes that is absent
LEARNED_AT_MOST = 200  # an object used as a map has new keys for ever; those take the slow road
PLAIN_NAME = re.compile(r'[^"\\\x00-\x1f]+')  # msgspec refuses other names


_members = cache(msgspec.structs.fields)  # looked at anew, they cost a small result a tenth


@dataclass(eq=False)
class Shape:
    """One object of an answer, at a JSON path. All goes by JSON name.

    Lists called as in `as_bytes` are left as their bytes, unchecked, in `struct`.
    """

    path: str
    base: type[msgspec.Struct]
    attributes: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, Shape] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)
    as_bytes: frozenset[str] = frozenset()
    struct: type[msgspec.Struct] = msgspec.Struct
    empty: Any = None

    @classmethod
    def of(
        cls, base: type[msgspec.Struct], path: str = "", as_bytes: frozenset[str] = frozenset()
    ) -> Shape:
        shape = cls(path, base, as_bytes=as_bytes, struct=base, empty=base())
        for member in _members(base):
            name, kind = member.encode_name, member.type
            if get_origin(kind) is Annotated:
                kind = get_args(kind)[0]
            shape.attributes[name] = member.name
            shape.kinds[name] = kind
            inner = get_args(kind)[0] if get_origin(kind) is list else kind
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                at = shape.path_of(name) + ("[]" if inner is not kind else "")
                shape.objects[name] = cls.of(inner, at, as_bytes)
        return shape

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def walk(self) -> Iterator[Shape]:
        yield self
        for child in self.objects.values():
            yield from child.walk()

    def is_list(self, name: str) -> bool:
        return get_origin(self.kinds[name]) is list

    def learn(self, names: Iterable[str]) -> int:
        """Take in names met in this object: members of no column, or members that were null.

        How many of them are new.
        """
        before = len(self.nullable) + len(self.extras)
        for name in sorted(names):
            if name in self.kinds:
                self.nullable.add(name)
            elif PLAIN_NAME.fullmatch(name) and name not in self.extras.values():
                self.extras[f"extra_{len(self.extras)}"] = name
        return len(self.nullable) + len(self.extras) - before

    def build(self) -> type[msgspec.Struct]:
        """Make `struct` and all below it anew, with what was learned."""
        members: list[Any] = []
        for member in _members(self.base):
            name, kind = member.encode_name, member.type
            default: Any = None
            if name in self.objects:
                inner = self.objects[name].build()
                kind = list[inner] if self.is_list(name) else inner  # type: ignore[valid-type]
            if name in self.as_bytes:
                kind, default = msgspec.Raw, NOTHING
            elif name in self.nullable:
                # UNSET tells an absent member from a null one: only so a duplicate shows.
                kind, default = kind | None | msgspec.UnsetType, msgspec.UNSET
            members.append((member.name, kind, msgspec.field(default=default, name=name)))
        for attribute, name in self.extras.items():
            members.append((attribute, msgspec.Raw, msgspec.field(default=None, name=name)))
        self.struct = msgspec.defstruct(
            self.base.__name__,
            members,
            eq=False,
            gc=False,
            forbid_unknown_fields=True,
        )
        self.empty = self.struct()
        return self.struct


class Shapes:
    """A whole answer's tree, and its decoder."""

    def __init__(self, base: type[msgspec.Struct], as_bytes: Iterable[str] = ()) -> None:
        self.root = Shape.of(base, as_bytes=frozenset(as_bytes))
        self.decoder: Any = msgspec.json.Decoder(self.root.build() if as_bytes else base)
        self._learned = 0

    def learn(self, met: dict[Shape, set[str]]) -> bool:
        """Build the decoder anew with the members met on the slow road. True when it changed."""
        if self._learned > LEARNED_AT_MOST:
            return False
        new = sum(shape.learn(names) for shape, names in met.items())
        if new:
            self._learned += new
            self.decoder = msgspec.json.Decoder(self.root.build())
        return new > 0

    def at(self, *names: str) -> Shape:
        """The shape reached from the root by member names."""
        shape = self.root
        for name in names:
            shape = shape.objects[name]
        return shape
