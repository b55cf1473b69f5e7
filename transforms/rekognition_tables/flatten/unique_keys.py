"""Every key once, asserted as rows are written: the warehouse has no primary keys to do it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rekognition_tables.errors import ReconciliationFailed
from rekognition_tables.operations.arrow_types import TEXT
from rekognition_tables.operations.tables import Table
from rekognition_tables.parsing.lines import Positions
from rekognition_tables.results_root.layout import ResultKey

RESULT = ("job_id", "operation", "aggregate_by")  # one and the same in all rows of a file


def fingerprint(rows: pa.RecordBatch, more: Sequence[bytes] = ()) -> bytes | None:
    """Tells rows, and what could not become one, from any others; None when there are none.

    Of the values, not of the JSON: a page served twice may come with its members in another order.
    """
    if not len(rows) and not more:
        return None
    digest = hashlib.sha256()
    for column in rows.columns:
        for part in _contents(column):
            digest.update(part.data)
    for one in more:
        digest.update(one)
    return digest.digest()


def _contents(column: pa.Array) -> Iterator[Positions]:
    """A column's values, whatever arrays they are slices of."""
    if column.null_count:
        yield column.is_null().to_numpy(zero_copy_only=False)
        column = column.fill_null("" if column.type == TEXT else 0)
    if column.type == TEXT:
        _, offsets, texts = column.buffers()
        ends = np.frombuffer(offsets, np.int32)[column.offset :][: len(column) + 1]
        yield np.diff(ends)
        yield np.frombuffer(texts or b"", np.uint8)[ends[0] : ends[-1]]
    else:
        yield column.to_numpy(zero_copy_only=False)  # flags are bits in Arrow


class UniqueKeys:
    """Looks at the rows of one table of one result, batch by batch.

    Positions must grow from row to row, which costs next to nothing; other keys, of tables that
    stay small, are remembered. A table whose key is the result alone has one row.
    """

    def __init__(self, table: Table, key: ResultKey) -> None:
        self._table = table
        self._key = key
        self._names = [name for name in table.grain if name not in RESULT]
        self._ordered = bool(table.positions)
        self._last: tuple[int, ...] | None = None
        self._seen: set[tuple[Any, ...]] = set()

    def check(self, rows: pa.RecordBatch) -> None:
        """ReconciliationFailed when a row's key is not a new one."""
        if self._ordered:
            self._check_positions(rows)
            return
        columns = [rows.column(name).to_pylist() for name in self._names]
        for key in zip(*columns, strict=True) if columns else [()] * len(rows):
            if key in self._seen:
                raise self._twice(key)
            self._seen.add(key)

    def _check_positions(self, rows: pa.RecordBatch) -> None:
        columns = [rows.column(name).to_numpy() for name in self._names]
        first = tuple(int(column[0]) for column in columns)
        if self._last is not None and first <= self._last:
            raise self._twice(first)
        grows = np.zeros(len(rows) - 1, np.bool_)
        for column in reversed(columns):
            step = np.diff(column)
            grows = (step > 0) | ((step == 0) & grows)
        if not grows.all():
            at = int(np.argmin(grows)) + 1
            raise self._twice(tuple(int(column[at]) for column in columns))
        self._last = tuple(int(column[-1]) for column in columns)

    def _twice(self, key: tuple[Any, ...]) -> ReconciliationFailed:
        told: Mapping[str, Any] = dict(zip(self._names, key, strict=True))
        reason = f"{self._table.name} would hold {told or 'its one row'} twice."
        return ReconciliationFailed(
            f"{self._key.operation} {self._key.name}: {reason}",
            operation=self._key.operation,
            job_id=self._key.job_id,
            aggregate_by=self._key.aggregate_by,
            reason=reason,
        )
