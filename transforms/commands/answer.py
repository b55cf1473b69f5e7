"""An answer as an aligned table, CSV, JSON or a Parquet file.

Bytes are shown as text with \\x escapes; instants in UTC; lists and maps as JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.cells import cell_len

from transforms.errors import one_line


def put(found: pa.RecordBatchReader, options: argparse.Namespace) -> None:
    """Print or write `found` as `options` (`csv`, `json`, `parquet`) ask."""
    if options.parquet:
        _put_parquet(found, Path(options.parquet))
    elif options.json:
        _put_json(found)
    elif options.csv:
        _put_csv(found)
    else:
        _put_table(found)


def _rows(found: pa.RecordBatchReader) -> Iterator[list[Any]]:
    maps = [pa.types.is_map(field.type) for field in found.schema]
    for batch in found:
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield [
                dict(value) if is_map and value is not None else value
                for value, is_map in zip(row, maps, strict=True)
            ]


def _plain(value: Any) -> Any:
    """`value` as JSON knows it; NaN and infinities, which it does not know, as text."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, pa.MonthDayNano):
        return f"P{value.months}M{value.days}DT{value.nanoseconds / 1e9:g}S"  # ISO 8601
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)


def _text(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, str):
        return plain
    return json.dumps(plain, ensure_ascii=False)


def _put_parquet(found: pa.RecordBatchReader, path: Path) -> None:
    beside = path.with_name(f".{path.name}.new")
    with pq.ParquetWriter(beside, found.schema, compression="zstd") as writer:
        for batch in found:
            writer.write_batch(batch)
    beside.replace(path)
    print(path)


def _put_json(found: pa.RecordBatchReader) -> None:
    """A list of objects, one a line; of columns with one name the later ones get a number."""
    names: list[str] = []
    for name in found.schema.names:
        again = (f"{name}_{n}" for n in count(1) if f"{name}_{n}" not in found.schema.names)
        names.append(name if name not in names else next(n for n in again if n not in names))
    separator = "["
    for row in _rows(found):
        told = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        sys.stdout.write(f"{separator}\n{json.dumps(told, ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _put_csv(found: pa.RecordBatchReader) -> None:
    """RFC 4180 with a header; NULL is an empty field."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.schema.names)
    for row in _rows(found):
        writer.writerow("" if value is None else _text(value) for value in row)


def _padding(cell: str, width: int) -> str:
    return " " * (width - cell_len(cell))  # Chinese characters, for one, are two cells wide


def _put_table(found: pa.RecordBatchReader) -> None:
    """Columns aligned by their widest value, numbers to the right. Nothing is cut."""
    rows = [
        ["NULL" if value is None else one_line(_text(value)) for value in row]
        for row in _rows(found)
    ]
    names = [one_line(name) for name in found.schema.names]
    widths = [max(map(cell_len, column)) for column in zip(names, *rows, strict=True)]
    numbers = [
        pa.types.is_integer(field.type)
        or pa.types.is_floating(field.type)
        or pa.types.is_decimal(field.type)
        for field in found.schema
    ]
    for row in [names, ["-" * width for width in widths], *rows]:
        cells = (
            _padding(cell, width) + cell if number else cell + _padding(cell, width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        print("  ".join(cells).rstrip())
