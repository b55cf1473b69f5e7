"""Reading the environment: one sentence for a wrong value, one warning for names nobody knows."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from typing import Any

from rekognition_tables.allowed_values import Allowed
from rekognition_tables.warehouse.lake.ducklake import without_password

log = logging.getLogger(__name__)


def read(variable: str, text: str, kind: type, allowed: Allowed) -> Any:
    """The value of a variable. ValueError names the variable, and says what it may be."""
    value = _as(text, kind)
    if value is None or not allowed.takes(value):
        shown = without_password(text)
        raise ValueError(
            f"{variable} is {shown!r}, which is not {allowed.words}: correct or unset it."
        )
    return value


def _as(text: str, kind: type) -> Any:
    """The text as one of this kind, None when it is none."""
    try:
        value = kind(text)
    except ValueError:
        return None
    return value if kind is str or math.isfinite(value) else None


def nearest(name: str, known: Collection[str]) -> str:
    """` (did you mean ...?)`, or nothing where no known name is like this one."""
    alike = get_close_matches(name, known, n=1, cutoff=0.8)
    return f" (did you mean {alike[0]}?)" if alike else ""


@cache
def warn_of_unknown(unknown: frozenset[str], known: frozenset[str]) -> None:
    """Name variables that nothing reads, once a process."""
    if unknown:
        names = ", ".join(f"{name}{nearest(name, sorted(known))}" for name in sorted(unknown))
        log.warning("Variables that nothing here reads: %s. Correct or unset them.", names)
