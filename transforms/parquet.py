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
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from transforms.commits import TableFile
from transforms.files import is_local, local
from transforms.layout import ResultKey
from transforms.tables import TABLES, Table
from transforms.tables.columns import INTEGER, REAL
from transforms.uniqueness import UniqueKeys

ROW_GROUP = 120_000  # rows; larger ones cost memory, smaller ones a slower scan

WRITING = ".writing"
HARDLY_REPEATED = {"source_ref", "source_ref_key", "record"}  # a dictionary of them only costs

Place = Callable[[str], UPath]


class TableFiles:
    """The tables of one result being written. Use as a context: what is not finished is removed."""

    def __init__(self, key: ResultKey, tables: Iterable[Table], root: UPath, place: Place) -> None:
        self.key = key
        self.root = root
        self._room = _room_of_its_own(root, key)
        self._writers = {
            table.name: _Writer(table, key, place(table.name), self._room) for table in tables
        }

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
        shutil.rmtree(self._room, ignore_errors=True)
        if is_local(self.root):
            with suppress(OSError):  # somebody else writes there
                self._room.parent.rmdir()
                self._room.parent.parent.rmdir()

    def add(self, table: str, columns: Mapping[str, Any]) -> None:
        """Append rows: equally long lists or arrays by column; the result's key is filled in."""
        self._writers[table].add(columns)

    def rows(self, table: str) -> int:
        return self._writers[table].rows

    def finish(self) -> tuple[TableFile, ...]:
        """Close every file and put all in their places; a table without rows has one too."""
        digests = [writer.end() for writer in self._writers.values()]
        for writer in self._writers.values():
            writer.put()
        return tuple(
            TableFile(name, _relative(writer.path, self.root), writer.rows, digest)
            for (name, writer), digest in zip(self._writers.items(), digests, strict=True)
        )


def _relative(path: UPath, root: UPath) -> str:
    return str(path)[len(str(root)) :].lstrip("/")


class _Writer:
    def __init__(self, table: Table, key: ResultKey, path: UPath, room: Path) -> None:
        self.table = table
        self.path = path
        self.rows = 0
        self._key = {
            "job_id": key.job_id,
            "operation": key.operation,
            "aggregate_by": key.aggregate_by,
        }
        self._keys = UniqueKeys(table, key)
        self._same: dict[str, pa.Array] = {}
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._beside = room / f"{table.name}.parquet"
        self._file: pq.ParquetWriter | None = None

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
            self._flush()

    def _repeated(self, field: pa.Field, count: int) -> pa.Array:
        same = self._same.get(field.name)
        if same is None or len(same) < count:
            scalar = pa.scalar(self._key[field.name], field.type)
            same = self._same[field.name] = pa.repeat(scalar, max(count, 1024))
        return same.slice(0, count)

    def _flush(self) -> None:
        if self._file is None:
            schema = self.table.schema
            self._file = pq.ParquetWriter(self._beside, schema, **_encoding(schema))
        if self._waiting:
            rows = pa.Table.from_batches(self._waiting, self.table.schema)
            self._file.write_table(rows, row_group_size=self._waiting_rows)
        self._waiting, self._waiting_rows = [], 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def end(self) -> str:
        """Write what waits. The file's SHA-256."""
        if self.rows:
            self._flush()
            self.close()
        else:
            self._beside.write_bytes(_without_rows(self.table.name))
        with self._beside.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def put(self) -> None:
        if not is_local(self.path):
            self.path.fs.put_file(str(self._beside), self.path.path)
            return
        place = local(self.path)
        try:
            self._beside.replace(place)
        except FileNotFoundError:  # the first file of its day
            place.parent.mkdir(parents=True, exist_ok=True)
            self._beside.replace(place)


@cache
def _without_rows(table: str) -> bytes:
    """The file of a table without rows, which is most of the files of a small result."""
    made = io.BytesIO()
    schema = TABLES[table].schema
    pq.ParquetWriter(made, schema, **_encoding(schema)).close()
    return made.getvalue()


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    """Positions as differences, doubles by byte: half the time and size of Arrow's own choice."""
    numbers = {INTEGER: "DELTA_BINARY_PACKED", REAL: "BYTE_STREAM_SPLIT"}
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [
            field.name
            for field in schema
            if field.type not in numbers and field.name not in HARDLY_REPEATED
        ],
        "column_encoding": {
            field.name: numbers[field.type] for field in schema if field.type in numbers
        },
    }


def _room_of_its_own(root: UPath, key: ResultKey) -> Path:
    """A new folder to write in: for a local root inside it, so that a rename is enough."""
    if not is_local(root):
        return Path(tempfile.mkdtemp(prefix="rekognition-"))
    rooms = local(root) / WRITING / f"{key.operation}.{key.name}"
    mine = f"{socket.gethostname()}."
    for left in rooms.glob(f"{mine}*"):
        if not _alive(left.name.removeprefix(mine)):
            shutil.rmtree(left, ignore_errors=True)
    room = rooms / f"{mine}{os.getpid()}"
    room.mkdir(parents=True)
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
