"""What a table is made of: a key, positions in lists, and columns with a comment each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa

from rekognition_tables.operations.names import LABEL_DETECTION, Operation

TEXT = pa.string()
INTEGER = pa.int64()
REAL = pa.float64()
FLAG = pa.bool_()
DATE = pa.date32()
INSTANT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.string())
BYTES = pa.binary()
COUNTS = pa.map_(pa.string(), pa.int64())
PERCENT = "percent, 0 to 100"  # a unit
KEYS = ("operation", "job_id", "aggregate_by")  # what names a result
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Position:
    """A column that counts the elements of a list from 0, in the order received.

    `path` is the list's JSON path in the answer; empty for records that are one a line.
    """

    column: str
    comment: str
    path: str


@dataclass(frozen=True)
class Member:
    """A column that a member of the answer fills. `path` begins at the object that is the row."""

    path: str
    kind: pa.DataType
    comment: str
    unit: str = ""

    def column(self, row: str, wrapper: str) -> pa.Field:
        """Its name is its path in snake_case, without the row's own wrapper."""
        name = snake_case(self.path.removeprefix(f"{wrapper}."))
        return column(name, self.kind, self.comment, _joined(row, self.path), self.unit)


@dataclass(frozen=True)
class Table:
    """One table: its columns, its key (`grain`), and which operations write it.

    `positions`: from the outermost list to that of which each element is a row. `repeating`: its
    lists are few and come again and again, so each is decoded once.
    """

    name: str
    about: str
    grain: tuple[str, ...]
    schema: pa.Schema
    operations: tuple[Operation, ...]
    aws_page: str
    positions: tuple[Position, ...]
    repeating: bool

    @property
    def keys(self) -> list[str]:
        """The columns that say of which result a row is."""
        return [name for name in self.grain if name in KEYS]

    @property
    def one_a_result(self) -> bool:
        """True when it has one row for each result."""
        return len(self.keys) == len(self.grain)

    @property
    def indexes(self) -> list[str]:
        """The columns that are positions in lists, the outermost first."""
        return [one.column for one in self.positions]

    @cached_property
    def paths(self) -> dict[str, str]:
        """The JSON path in the answer that fills each column. The key comes from the result."""
        told = {field.name: (field.metadata or {}).get(b"member") for field in self.schema}
        return {
            name: path.decode() for name, path in told.items() if path and name not in self.grain
        }

    def row(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """One row but for its key, from an answer's scalars by path; NULL where it says nothing."""
        return {
            field.name: _value(told.get(self.paths.get(field.name, "")), field.type)
            for field in self.schema
            if field.name not in self.grain
        }


def _value(value: Any, kind: pa.DataType) -> Any:
    """Times come as epoch seconds; a double holds them to less than a microsecond."""
    if value is None or kind != INSTANT:
        return value
    return EPOCH + timedelta(microseconds=round(value * 1e6))


def snake_case(path: str) -> str:
    """As botocore's `xform_name`, for each name of a JSON path."""
    words = re.sub(r"([^.])([A-Z][a-z]+)", r"\1_\2", path)
    return re.sub(r"[.-]", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words)).lower()


def _joined(*paths: str) -> str:
    return ".".join(filter(None, paths))


def column(
    name: str, kind: pa.DataType, comment: str, member: str = "", unit: str = "", null: bool = True
) -> pa.Field:
    """`member` is the JSON path in the answer that fills the column, list marks left out."""
    details = {"comment": comment, "member": member, "unit": unit}
    return pa.field(name, kind, nullable=null, metadata={k: v for k, v in details.items() if v})


def table(
    name: str,
    about: str,
    operations: Iterable[Operation],
    positions: Iterable[Position],
    columns: Iterable[pa.Field | Member],
    aws_page: str,
    key: tuple[str, ...] = (),
    wrapper: str = "",
    repeating: bool = False,
) -> Table:
    """A table that starts with job_id (and operation, aggregate_by), then `positions`, then `columns`.

    `key` names the columns that, with those, make a row unique where positions do not. `wrapper`
    is the member in which a row keeps most of its own, which gives no prefix.
    """
    operations, positions = tuple(operations), tuple(positions)
    keys = [column("job_id", TEXT, "The job that answered.", "JobId", null=False)]
    if len(operations) > 1:
        keys.append(column("operation", TEXT, "`media_analysis` or `label_detection`.", null=False))
    if LABEL_DETECTION in operations:
        both = "; NULL for media analysis" if len(operations) > 1 else ""
        comment = f"The form of the result asked for: `TIMESTAMPS` or `SEGMENTS`{both}."
        keys.append(column("aggregate_by", TEXT, comment, null=len(operations) > 1))
    keys += [column(one.column, INTEGER, one.comment, null=False) for one in positions]
    row = positions[-1].path if positions else ""
    made = [one.column(row, wrapper) if isinstance(one, Member) else one for one in columns]
    schema = pa.schema([*keys, *made], metadata={"about": about})
    grain = (*(field.name for field in keys), *key)
    return Table(name, about, grain, schema, operations, aws_page, positions, repeating)


API = "https://docs.aws.amazon.com/rekognition/latest/APIReference/"
GUIDE = "https://docs.aws.amazon.com/rekognition/latest/dg/"
GET_LABELS = API + "API_GetLabelDetection.html"
GET_MEDIA = API + "API_GetMediaAnalysisJob.html"
MANIFESTS = GUIDE + "moderation-bulk-analysis.html"


def s3_object(member: str, what: str) -> list[pa.Field]:
    return [
        Member(f"{member}.S3Object.{part}", TEXT, f"{called} of {what}.").column("", "")
        for part, called in (("Bucket", "Bucket"), ("Name", "Key"), ("Version", "Version"))
    ]
