"""Values of an answer as JSON and text know them.

Decimals keep their digits; bytes are text with \\x escapes, instants in UTC, intervals ISO 8601.
NaN and infinities, which JSON does not know, are the texts nan, inf and -inf.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa

ENCODER = msgspec.json.Encoder(decimal_format="number")


def rows(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[list[Any]]:
    """Row by row, maps as dicts. ValueError for a moment that Python cannot tell."""
    maps = [pa.types.is_map(field.type) for field in schema]
    for batch in batches:
        try:
            columns = [column.to_pylist() for column in batch.columns]
        except OverflowError as error:
            raise ValueError(
                "A date or time is outside the years 1 to 9999: cast it to VARCHAR."
            ) from error
        for row in zip(*columns, strict=True):
            yield [
                dict(value) if is_map and value is not None else value
                for value, is_map in zip(row, maps, strict=True)
            ]


def as_json(value: Any) -> str:
    """`value` as JSON on one line."""
    return msgspec.json.format(ENCODER.encode(_plain(value)), indent=0).decode()


def as_text(value: Any) -> str:
    """`value` as people read it: text as it is, lists and maps as JSON."""
    plain = _plain(value)
    if isinstance(plain, str):
        return plain
    return format(plain, "f") if isinstance(plain, Decimal) else as_json(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):  # whole numbers too: DuckDB's HUGEINT, which sum() makes
        return value if int(value.as_tuple().exponent) < 0 else int(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, pa.MonthDayNano):
        seconds = Decimal(value.nanoseconds).scaleb(-9).normalize()
        return f"P{value.months}M{value.days}DT{seconds:f}S"
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)
