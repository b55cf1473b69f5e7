"""An answer as an aligned table, CSV, JSON or a Parquet file; none is held in memory as a whole."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rekognition_tables.cli.printed.aligned import put_table
from rekognition_tables.cli.printed.plain import as_json, as_text, rows
from rekognition_tables.cli.printed.terminal import shown, shown_json

SAFE = "safe"  # what --csv-safe makes of options.csv
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROW_GROUP = 2**25  # bytes of a Parquet row group before it is compressed


def put(schema: pa.Schema, batches: Iterator[pa.RecordBatch], options: argparse.Namespace) -> None:
    """Print or write the answer as `options` (`csv`, `json`, `parquet`) ask."""
    if options.parquet:
        _put_parquet(schema, batches, Path(options.parquet))
    elif options.json:
        _put_json(schema, batches)
    elif options.csv:
        _put_csv(schema, batches, _harmless if options.csv == SAFE else as_text)
    else:
        put_table(schema, batches)


def _put_parquet(schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path) -> None:
    """The whole file or none: what stood at `path` stays until the new one is complete."""
    _check_parquet(schema, path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
            for group in _row_groups(schema, batches):
                writer.write_table(group)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    print(path)


def _check_parquet(schema: pa.Schema, path: Path) -> None:
    """ValueError for a place where no file can be, and for a type that Parquet does not have."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a file that can be replaced: name another one.")
    for field in schema:
        try:
            pq.ParquetWriter(pa.BufferOutputStream(), pa.schema([field])).close()
        except pa.ArrowNotImplementedError as error:
            raise ValueError(
                f"Parquet has no type for column {field.name}, {field.type}: cast it to VARCHAR."
            ) from error


def _row_groups(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= ROW_GROUP:
            yield pa.Table.from_batches(held, schema)
            held, size = [], 0
    if held:
        yield pa.Table.from_batches(held, schema)


def _put_json(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    """A list of objects, one a line; of columns with one name the later ones get a number."""
    names: list[str] = []
    for name in schema.names:
        again = (f"{name}_{n}" for n in count(1) if f"{name}_{n}" not in schema.names)
        names.append(name if name not in names else next(n for n in again if n not in names))
    separator = "["
    for row in rows(schema, batches):
        line = as_json(dict(zip(names, row, strict=True)))
        sys.stdout.write(f"{separator}\n{shown_json(line)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


class _UnixLines:
    """Rows of csv.writer with LF at their end; told to end them in CRLF it quotes both."""

    def write(self, row: str) -> int:
        return sys.stdout.write(row[:-2] + "\n")


def _put_csv(
    schema: pa.Schema, batches: Iterator[pa.RecordBatch], text_of: Callable[[Any], str]
) -> None:
    """RFC 4180 with a header, but lines end in LF; NULL is an empty field."""
    writer = csv.writer(_UnixLines(), lineterminator="\r\n")
    writer.writerow(shown(text_of(name)) for name in schema.names)
    for row in rows(schema, batches):
        writer.writerow("" if value is None else shown(text_of(value)) for value in row)


def _harmless(value: Any) -> str:
    """As text, with an apostrophe before what a spreadsheet would take for a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = as_text(value)
    formula = not isinstance(value, int | float | Decimal) and text.startswith(FORMULAS)
    return f"'{text}" if formula else text
