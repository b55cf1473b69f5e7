"""One record, read slowly and exactly: for what the fast decoder refused, and to say why.

Here alone are duplicated keys, NaN and numbers beyond int64 found by name; members nobody described
are dropped and counted, explicit nulls dropped.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from rekognition_tables.parsing.not_json import what_it_is
from rekognition_tables.parsing.shapes import Shape

INT64 = range(-(2**63), 2**63)
NAME_SHOWN = 200  # characters of a key in a reason
UNKNOWN_AT_MOST = 1_000  # members nobody described in one record; a million would be an attack


class Refused(Exception):
    """A record that is not what it should be; the message is the reason to keep with it.

    `malformed` tells a record that is no JSON from one that says something wrong.
    """

    def __init__(self, reason: str, malformed: bool = False, at: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.malformed = malformed
        self.at = at  # the character of the text where it is malformed


def text_of(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"Invalid UTF-8 at byte {error.start}.", malformed=True) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(name for name, times in Counter(n for n, _ in pairs).items() if times > 1)
        raise Refused(f"Duplicated key {json.dumps(twice[:NAME_SHOWN])}.")
    return made


def _constant(text: str) -> Any:
    raise Refused(f"{text} is not a JSON number.")


def _integer(text: str) -> int | float:
    # Beyond some 4,300 digits int() refuses; such a number is not even a double.
    return int(text) if len(text) < 400 else float(text)


def _real(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Refused("A number is beyond the range of a double.")
    return number


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real
)
# Finds where a value ends whatever stands in it; numbers stay text.
_SPANS = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)


def _malformed(error: json.JSONDecodeError, text: str) -> Refused:
    if text.startswith("\ufeff"):
        return Refused("JSON is malformed: a byte order mark stands before it.", malformed=True)
    cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    what = "JSON is cut short" if cut else "JSON is malformed"
    reason = f"{what}: {error.msg.lower()} at character {error.pos}. {what_it_is(text, error.pos)}"
    return Refused(reason.rstrip(), malformed=True, at=error.pos)


def strict_json(text: str) -> Any:
    """The value of a JSON text. Refused says what is wrong."""
    try:
        value = _STRICT.decode(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _malformed(error, text) from None
    except UnicodeEncodeError:
        raise Refused("Half a surrogate pair is no character.") from None
    except RecursionError:
        raise Refused("JSON is nested too deeply.", malformed=True) from None
    return value


Span = tuple[int, int]


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _expect(text: str, at: int, signs: str) -> int:
    at = _skip(text, at)
    if at >= len(text) or text[at] not in signs:
        raise json.JSONDecodeError(f"expecting one of {' '.join(signs)}", text, at)
    return at


def _list_spans(text: str, at: int) -> tuple[list[Span], int]:
    spans: list[Span] = []
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return spans, at + 1
    while True:
        start = _skip(text, at)
        _, end = _SPANS.raw_decode(text, start)
        spans.append((start, end))
        at = _expect(text, end, ",]") + 1
        if text[at - 1] == "]":
            return spans, at


def _elements(text: str, at: int) -> tuple[list[Span], int] | None:
    """Of a list: where its elements are, and its end."""
    return _list_spans(text, at) if text[at : at + 1] == "[" else None


def _whole(text: str, at: int) -> tuple[Span, int]:
    _, end = _SPANS.raw_decode(text, at)
    return (at, end), end


Part = TypeVar("Part")
Inside = Callable[[str, int], tuple[Part, int] | None]


def _members(text: str, member: str, inside: Inside[Part]) -> tuple[list[str], list[Part]]:
    """The texts of all members but `member`, and what `inside` says of each such value."""
    others, parts = [], []
    at = _skip(text, _expect(text, 0, "{") + 1)
    while text[at : at + 1] != "}":
        start = _expect(text, at, '"')
        name, end = _SPANS.raw_decode(text, start)
        value = _skip(text, _expect(text, end, ":") + 1)
        if name == member and (found := inside(text, value)):
            part, end = found
            parts.append(part)
        else:
            _, end = _SPANS.raw_decode(text, value)
            others.append(text[start:end])
        at = _expect(text, end, ",}")
        if text[at] == ",":
            at = _expect(text, at + 1, '"')
    if text[at + 1 :].strip(" \t\n\r"):
        raise json.JSONDecodeError("extra data", text, at + 1)
    return others, parts


def _split(text: str, member: str, inside: Inside[Part]) -> tuple[Any, Part | None]:
    try:
        others, parts = _members(text, member, inside)
    except json.JSONDecodeError as error:
        raise _malformed(error, text) from None
    except RecursionError:
        raise Refused("JSON is nested too deeply.", malformed=True) from None
    if len(parts) > 1:
        raise Refused(f"Duplicated key {json.dumps(member)}.")
    rest = strict_json("{" + ",".join(others) + "}")
    if parts and member in rest:
        raise Refused(f"Duplicated key {json.dumps(member)}.")
    return rest, parts[0] if parts else None


def split_object(text: str, member: str) -> tuple[Any, list[Span] | None]:
    """An object without its list `member`, and where each element of that list stands in `text`.

    None when it has no such list. What is wrong inside an element is not looked at; anything else
    wrong is Refused.
    """
    return _split(text, member, _elements)


def split_member(text: str, member: str) -> tuple[Any, Span]:
    """An object without its member, and where the value of that one is. Refused: it has none."""
    rest, span = _split(text, member, _whole)
    if span is None:
        raise Refused(f"There is no {json.dumps(member)}.")
    return rest, span


def value_spans(text: str) -> list[Span]:
    """Where the values of a text of JSON documents stand; of one array, its elements.

    Files that were put together may have a byte order mark before each document.
    """
    spans: list[Span] = []
    at = _skip(text, 0)
    try:
        if text[at : at + 1] == "[":
            spans, at = _list_spans(text, at)
            if text[at:].strip(" \t\n\r"):
                raise json.JSONDecodeError("extra data", text, at)
            return spans
        while at < len(text):
            _, end = _SPANS.raw_decode(text, at)
            spans.append((at, end))
            at = _skip(text, end)
            while text.startswith("\ufeff", at):
                at = _skip(text, at + 1)
    except json.JSONDecodeError as error:
        raise _malformed(error, text) from None
    except RecursionError:
        raise Refused("JSON is nested too deeply.", malformed=True) from None
    return spans


def byte_spans(text: str, spans: list[Span]) -> list[Span]:
    """Spans of characters, in order, as spans of UTF-8 bytes."""
    if text.isascii():
        return spans
    found, before, offset = [], 0, 0
    for start, end in spans:
        offset += len(text[before:start].encode())
        size = len(text[start:end].encode())
        found.append((offset, offset + size))
        before, offset = end, offset + size
    return found


class Findings:
    """Members nobody described and explicit nulls, met in one record."""

    def __init__(self) -> None:
        self.unknown: list[tuple[str, Any]] = []
        self.met: dict[Shape, set[str]] = defaultdict(set)

    def take(self, other: Findings) -> None:
        self.unknown += other.unknown
        for shape, names in other.met.items():
            self.met[shape] |= names


def typed(value: Any, shape: Shape, findings: Findings) -> Any:
    """`value` as its shape's Struct, without nulls and unknown members. Refused: a wrong type."""
    try:
        plain = _pruned(value, shape, findings)
        msgspec.convert(plain, shape.base)
        # Through bytes, since lists may be left as theirs.
        return msgspec.json.decode(msgspec.json.encode(plain), type=shape.struct)
    except msgspec.ValidationError as error:
        raise Refused(f"{error}.") from None


def _pruned(value: Any, shape: Shape, findings: Findings) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, member in value.items():
        if name not in shape.kinds:
            if len(findings.unknown) == UNKNOWN_AT_MOST:
                raise Refused(f"More than {UNKNOWN_AT_MOST} members that nobody described.")
            findings.unknown.append((shape.path_of(name), member))
            findings.met[shape].add(name)
        elif member is None:
            findings.met[shape].add(name)
        else:
            kept[name] = _pruned_member(name, member, shape, findings)
    return kept


def _pruned_member(name: str, member: Any, shape: Shape, findings: Findings) -> Any:
    below = shape.objects.get(name)
    if below is not None and isinstance(member, list):
        return [_pruned(one, below, findings) for one in member]
    if below is not None:
        return _pruned(member, below, findings)
    if shape.kinds[name] is int and type(member) is int and member not in INT64:
        raise Refused(f"Integer beyond 64 bits at `{shape.path_of(name)}`.")
    return member
