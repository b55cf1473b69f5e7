"""JSON as the service writes it: compact, floats widened from float32, small ones as 7.06E-4."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

# The service writes doubles as Java does: plain between these two, else with an exponent.
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7
_SPACE_OR_STRING = re.compile(rb'("(?:[^"\\]|\\.)*")|\s+')


class NotJson(ValueError):
    """A document that cannot be read as JSON."""


def decode(document: bytes) -> Any:
    """JSON as Python values; NotJson for anything else, nested too deep included."""
    try:
        return msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(f"not JSON in UTF-8: {error}") from None


def float_text(value: float) -> bytes:
    """One number in the service's notation: b'98.5', b'0.5', b'7.06E-4'."""
    size = abs(value)
    if value == 0 or _PLAIN_FROM <= size < _PLAIN_BELOW:
        return repr(float(value)).encode()
    digits, exponent = f"{value:.17e}".split("e")
    for precision in range(1, 18):
        digits, exponent = f"{value:.{precision}e}".split("e")
        if float(f"{digits}e{exponent}") == value:
            break
    return f"{digits}E{int(exponent)}".encode()


def float_texts(values: NDArray[np.float32]) -> list[bytes]:
    """Many numbers in the service's notation; the bulk is written by msgspec, which is fast."""
    if not len(values):
        return []
    wide = values.astype(np.float64)
    texts = msgspec.json.encode(wide.tolist())[1:-1].split(b",")
    size = np.abs(wide)
    odd = np.flatnonzero((size != 0) & ((size < _PLAIN_FROM) | (size >= _PLAIN_BELOW)))
    for index in odd.tolist():
        texts[index] = float_text(float(wide[index]))
    return texts


def epoch(seconds: float) -> msgspec.Raw:
    """A timestamp as the service writes it: seconds with three decimals, no exponent."""
    return msgspec.Raw(b"%.3f" % seconds)


def encode(value: Any) -> bytes:
    """Compact JSON; floats in the service's notation, raw JSON (msgspec.Raw) word for word."""
    if isinstance(value, dict):
        members = (msgspec.json.encode(name) + b":" + encode(item) for name, item in value.items())
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(encode(item) for item in value) + b"]"
    if isinstance(value, msgspec.Raw):
        return bytes(value)
    if isinstance(value, float):
        return float_text(value)
    return msgspec.json.encode(value)


def compact(document: bytes) -> bytes:
    """The same JSON without space between its tokens; every number and string word for word."""
    return _SPACE_OR_STRING.sub(lambda found: found.group(1) or b"", document)
