"""A question put to DuckDB: Ctrl-C stops it, and an error in a late row is DuckDB's error too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import duckdb
import pyarrow as pa

ROWS = 2_048  # of a batch: the fewest that DuckDB hands over, so that long records fit in memory
INTERRUPTED = "INTERRUPT Error"

Found = TypeVar("Found")


@contextmanager
def asked(
    con: duckdb.DuckDBPyConnection, statement: str
) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The columns and the rows of the answer; of several statements, the last one's.

    duckdb.Error, here or while the rows are read; ValueError when there is no statement.
    """
    try:
        con.execute("SET python_enable_replacements = false")  # no variable of ours is a table
        answer = _stoppable(con, lambda: con.execute(statement))
        if answer is None:  # DuckDB's answer to nothing but blanks and comments
            raise ValueError("There is no SQL statement to run.")
        found = answer.to_arrow_reader(ROWS)
        yield found.schema, _batches(con, found)
    finally:
        con.interrupt()  # closing waits for the end of a question that nobody listens to


def _batches(
    con: duckdb.DuckDBPyConnection, found: pa.RecordBatchReader
) -> Iterator[pa.RecordBatch]:
    while True:
        try:
            batch = _stoppable(con, lambda: next(found, None))
        except (OSError, pa.ArrowException) as error:  # as Arrow passes on what DuckDB says
            raise duckdb.Error(_reason(str(error))) from error
        if batch is None:
            return
        yield batch


def _reason(said: str) -> str:
    """What DuckDB says, or what to do where one thread's end hides the reason of another's."""
    if not said.startswith(INTERRUPTED):
        return said
    return "DuckDB stopped half way without a reason; with `SET threads = 1;` in front it tells one"


def _stoppable(con: duckdb.DuckDBPyConnection, work: Callable[[], Found]) -> Found:
    """`work` in a thread: while the main thread is in DuckDB's code, Python hears no Ctrl-C."""
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(work).result()
        except KeyboardInterrupt:
            con.interrupt()
            raise
