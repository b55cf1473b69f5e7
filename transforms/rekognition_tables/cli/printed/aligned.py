"""An answer as an aligned table: all of it in a file or a pipe, its first rows in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

import pyarrow as pa
from rich.cells import cell_len

from rekognition_tables.cli.printed.plain import as_text, rows
from rekognition_tables.errors import one_line

SHOWN = 1_000  # rows in a terminal: more than a person reads
IN_MEMORY = 2**24  # bytes of a table before it waits on the disk until its widths are known


def put_table(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    """Columns aligned by their widest value, numbers to the right. No value is cut."""
    most = SHOWN if sys.stdout.isatty() else sys.maxsize
    total = 0
    names = [one_line(name) for name in schema.names]
    widths = [_width(name) for name in names]
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="\n") as waiting:
        for batch in batches:
            for row in rows(schema, [batch.slice(0, most - total)]):
                cells = [_cell(value) for value in row]
                widths = [max(width, _width(c)) for width, c in zip(widths, cells, strict=True)]
                waiting.write("\t".join(cells) + "\n")  # no cell has a tab: _cell escapes it
            total += batch.num_rows
            if total >= most:
                break
        line_up = _lining_up(schema, widths)
        print(line_up(names))
        print(line_up(["-" * width for width in widths]))
        waiting.seek(0)
        for line in waiting:
            print(line_up(line[:-1].split("\t")))
    total += sum(batch.num_rows for batch in batches)
    if total > most:
        print(f"... {total:,} rows in all; --csv, --json or --parquet OUT give all of them.")


def _cell(value: Any) -> str:
    text = "NULL" if value is None else as_text(value)
    return text if text.isprintable() else one_line(text)


def _width(cell: str) -> int:
    return len(cell) if cell.isascii() else cell_len(cell)  # Chinese, for one, is two cells wide


def _lining_up(schema: pa.Schema, widths: list[int]) -> Callable[[list[str]], str]:
    numbers = [_is_number(field.type) for field in schema]

    def line_up(cells: list[str]) -> str:
        padded = []
        for cell, width, number in zip(cells, widths, numbers, strict=True):
            padding = " " * (width - _width(cell))
            padded.append(padding + cell if number else cell + padding)
        return "  ".join(padded).rstrip()

    return line_up


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))
