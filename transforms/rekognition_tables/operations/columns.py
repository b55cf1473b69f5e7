"""What a table is made of: a key, positions in lists, and columns with a comment each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from rekognition_tables.results_root.layout import LABEL_DETECTION, Operation

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


@dataclass(frozen=True)
class Table:
    """One table: its columns, its key (`grain`), and which operations write it.

    `positions`: the columns of the grain that are positions in lists, the outermost first.
    """

    name: str
    about: str
    grain: tuple[str, ...]
    positions: tuple[str, ...]
    schema: pa.Schema
    operations: tuple[Operation, ...]
    aws_page: str

    @property
    def keys(self) -> list[str]:
        """The columns that say of which result a row is."""
        return [name for name in self.grain if name in KEYS]

    @property
    def one_a_result(self) -> bool:
        """True when it has one row for each result."""
        return len(self.keys) == len(self.grain)


def column(
    name: str, kind: pa.DataType, comment: str, member: str = "", unit: str = "", null: bool = True
) -> pa.Field:
    details = {"comment": comment, "member": member, "unit": unit}
    return pa.field(name, kind, nullable=null, metadata={k: v for k, v in details.items() if v})


def table(
    name: str,
    about: str,
    operations: Iterable[Operation],
    positions: Iterable[tuple[str, str]],
    columns: Iterable[pa.Field],
    aws_page: str,
    key: tuple[str, ...] = (),
) -> Table:
    """A table that starts with job_id (and operation, aggregate_by), then `positions`, then `columns`.

    `key` names the columns that, with those, make a row unique where positions do not.
    """
    operations, positions = tuple(operations), tuple(positions)
    keys = [column("job_id", TEXT, "The job that answered.", "JobId", null=False)]
    if len(operations) > 1:
        keys.append(column("operation", TEXT, "`media_analysis` or `label_detection`.", null=False))
    if LABEL_DETECTION in operations:
        both = "; NULL for media analysis" if len(operations) > 1 else ""
        comment = f"The form of the result asked for: `TIMESTAMPS` or `SEGMENTS`{both}."
        keys.append(column("aggregate_by", TEXT, comment, null=len(operations) > 1))
    keys += [column(position, INTEGER, comment, null=False) for position, comment in positions]
    schema = pa.schema([*keys, *columns], metadata={"about": about})
    grain = (*(field.name for field in keys), *key)
    indexes = tuple(position for position, _ in positions)
    return Table(name, about, grain, indexes, schema, operations, aws_page)


API = "https://docs.aws.amazon.com/rekognition/latest/APIReference/"
GUIDE = "https://docs.aws.amazon.com/rekognition/latest/dg/"
GET_LABELS = API + "API_GetLabelDetection.html"
GET_MEDIA = API + "API_GetMediaAnalysisJob.html"
MANIFESTS = GUIDE + "moderation-bulk-analysis.html"


def s3_object(prefix: str, member: str, what: str) -> list[pa.Field]:
    return [
        column(
            f"{prefix}s3_object_bucket", TEXT, f"Bucket of {what}.", f"{member}.S3Object.Bucket"
        ),
        column(f"{prefix}s3_object_name", TEXT, f"Key of {what}.", f"{member}.S3Object.Name"),
        column(
            f"{prefix}s3_object_version", TEXT, f"Version of {what}.", f"{member}.S3Object.Version"
        ),
    ]


def percent(comment: str, member: str, name: str = "confidence") -> pa.Field:
    return column(name, REAL, comment, member, PERCENT)
