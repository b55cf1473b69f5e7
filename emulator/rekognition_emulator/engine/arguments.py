"""Arguments, checked: in Python as on the command line, ValueError names the one that is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any


def whole(name: str, value: Any, low: int = 0) -> int:
    """An integer of at least `low`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise ValueError(f"{name} must be a whole number of at least {low}, not {value!r}")
    return value


def one_of(name: str, value: Any, allowed: Iterable[str]) -> str:
    """One of some words; the nearest is named."""
    words = list(allowed)
    if value in words:
        return str(value)
    near = get_close_matches(str(value), words, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"{name} is none there is: {value!r}{hint}")


def seconds(name: str, value: Any) -> float:
    """A time that can pass: a finite number that is not negative."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more, not {value!r}")
    return float(value)


def folder(name: str, value: Path | str | None) -> Path | None:
    """A folder that is there."""
    if value is None:
        return None
    if not isinstance(value, (str, Path)) or not Path(value).is_dir():
        raise ValueError(f"no folder of {name}: {value}")
    return Path(value)
