"""A result's table files: written in a hidden folder of the results root, then renamed together.

    .writing/{operation}.{result}/{host}.{process}/{table}.parquet

What a killed writer leaves there, the next one of the same result on that machine removes.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from rekognition_tables import own_folders
from rekognition_tables.flatten.commits import TableFile
from rekognition_tables.flatten.unique_keys import UniqueKeys
from rekognition_tables.operations.arrow_types import INTEGER, REAL
from rekognition_tables.operations.tables import TABLES, Table
from rekognition_tables.results_root.files import is_local, local
from rekognition_tables.results_root.layout import ResultKey

ROW_GROUP = 120_000  # rows; larger ones cost memory, smaller ones a slower scan

WRITING = ".writing"
HARDLY_REPEATED = {"source_ref", "source_ref_key", "record"}  # a dictionary of them only costs

SMALL = 2**14  # bytes of a table for which dictionaries and compressors cost more than they save
BUFFER = 2**16  # bytes of a file that are written at once

Place = Callable[[str], str]


class TableFiles:
    """The tables of one result being written. Use as a context: what is not finished is removed.

    `place` tells each table's path below `root`.
    """

    def __init__(self, key: ResultKey, tables: Iterable[Table], root: UPath, place: Place) -> None:
        self.root = root
        self._room = _room_of_its_own(root, key)
        self._writers = {table.name: _Writer(table, key, self._room) for table in tables}
        self._place = place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        own_folders.remove(self._room)
        if is_local(self.root):
            with suppress(OSError):  # somebody else writes there
                self._room.parent.rmdir()
                self._room.parent.parent.rmdir()

    def add(self, table: str, columns: Mapping[str, Any]) -> None:
        """Append rows: equally long lists or arrays by column; the result's key is filled in."""
        self._writers[table].add(columns)

    def flush(self, table: str) -> None:
        """Write the rows that wait in memory, though they fill no row group."""
        self._writers[table].flush()

    def rows(self, table: str) -> int:
        return self._writers[table].rows

    def finish(self) -> tuple[TableFile, ...]:
        """Close every file and put all in their places; a table without rows has one too."""
        written = tuple(
            TableFile(name, self._place(name), writer.rows, writer.end())
            for name, writer in self._writers.items()
        )
        for file in written:
            self._put(self._writers[file.table].beside, file.path)
        return written

    def _put(self, beside: Path, path: str) -> None:
        if not is_local(self.root):
            place = self.root / path
            place.fs.put_file(str(beside), place.path)
            return
        # Strings, since one path object costs as much as the rename.
        target = f"{local(self.root)}/{path}"
        try:
            os.replace(beside, target)  # noqa: PTH105
        except FileNotFoundError:  # the first file of its day
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            beside.replace(target)


class _Digested:
    """A file being written, and the SHA-256 of its bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self.tell = self._file.tell
        self.flush = self._file.flush
        self.close = self._file.close

    @property
    def closed(self) -> bool:
        return self._file.closed

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._file.write(data)


class _Writer:
    def __init__(self, table: Table, key: ResultKey, room: Path) -> None:
        self.table = table
        self.rows = 0
        self.beside = room / f"{table.name}.parquet"
        self._key = {
            "job_id": key.job_id,
            "operation": key.operation,
            "aggregate_by": key.aggregate_by,
        }
        self._keys = UniqueKeys(table, key)
        self._same: dict[str, pa.Array] = {}
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._file: _Digested | None = None
        self._sink: pa.NativeFile | None = None
        self._parquet: pq.ParquetWriter | None = None

    def add(self, columns: Mapping[str, Any]) -> None:
        arrays = []
        count = len(next(iter(columns.values())))
        if not count:
            return
        for field in self.table.schema:
            if field.name in self._key and field.name not in columns:
                arrays.append(self._repeated(field, count))
            else:
                values = columns[field.name]
                if not isinstance(values, pa.Array):
                    values = pa.array(values, field.type)
                arrays.append(values)
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.table.schema)
        self._keys.check(batch)
        self._waiting.append(batch)
        self._waiting_rows += count
        self.rows += count
        if self._waiting_rows >= ROW_GROUP:
            self.flush()

    def _repeated(self, field: pa.Field, count: int) -> pa.Array:
        same = self._same.get(field.name)
        if same is None or len(same) < count:
            scalar = pa.scalar(self._key[field.name], field.type)
            same = self._same[field.name] = pa.repeat(scalar, max(count, 1024))
        return same.slice(0, count)

    def flush(self) -> None:
        if self._parquet is None:
            self._file = _Digested(self.beside)
            self._sink = pa.BufferedOutputStream(pa.PythonFile(self._file, "w"), BUFFER)
            small = sum(batch.nbytes for batch in self._waiting) <= SMALL
            self._parquet = _parquet_writer(self._sink, self.table.schema, small=small)
        if self._waiting:
            rows = pa.Table.from_batches(self._waiting, self.table.schema)
            self._parquet.write_table(rows, row_group_size=self._waiting_rows)
        self._waiting, self._waiting_rows = [], 0

    def close(self) -> None:
        if self._parquet is not None:
            self._parquet.close()
        if self._sink is not None:
            self._sink.close()

    def end(self) -> str:
        """Write what waits. The file's SHA-256."""
        if not self.rows:
            data, digest = _without_rows(self.table.name)
            self.beside.write_bytes(data)
            return digest
        self.flush()
        self.close()
        assert self._file
        return self._file.sha256


@cache
def _without_rows(table: str) -> tuple[bytes, str]:
    """The file of a table without rows, which is most of the files of a small result."""
    made = io.BytesIO()
    _parquet_writer(made, TABLES[table].schema, small=True).close()
    return made.getvalue(), hashlib.sha256(made.getvalue()).hexdigest()


def _parquet_writer(sink: Any, schema: pa.Schema, *, small: bool) -> pq.ParquetWriter:
    """Positions as differences, nothing as a dictionary that hardly repeats: half the time and size
    of Arrow's own choice. Doubles are PLAIN: Spark before 4.3 and fastparquet refuse to read them
    as BYTE_STREAM_SPLIT.

    Statistics of texts help nobody: a result's files are read whole, or by position.
    """
    if small:
        return pq.ParquetWriter(sink, schema, compression="none", use_dictionary=False)
    numbers = {INTEGER: "DELTA_BINARY_PACKED", REAL: "PLAIN"}
    texts = [field.name for field in schema if field.type not in numbers]
    return pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in texts if name not in HARDLY_REPEATED],
        write_statistics=["job_id", *(name for name in schema.names if name not in texts)],
        column_encoding={
            field.name: numbers[field.type] for field in schema if field.type in numbers
        },
    )


def _room_of_its_own(root: UPath, key: ResultKey) -> Path:
    """A new folder to write in: for a local root inside it, so that a rename is enough."""
    if not is_local(root):
        return own_folders.make("rekognition-writing-")
    rooms = local(root) / WRITING / f"{key.operation}.{key.name}"
    mine = f"{socket.gethostname()}."
    for left in rooms.glob(f"{mine}*"):
        if not _alive(left.name.removeprefix(mine)):
            shutil.rmtree(left, ignore_errors=True)
    room = rooms / f"{mine}{os.getpid()}"
    rooms.mkdir(parents=True, exist_ok=True)
    room.mkdir(mode=0o700)
    return room


def _alive(process: str) -> bool:
    """Whether another process has this number."""
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return int(process) != os.getpid()
