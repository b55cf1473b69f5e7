"""The kinds of columns in Arrow's types, and the schema that a table has in them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from rekognition_tables.operations.columns import Column, Kind

TEXT = pa.string()
INTEGER = pa.int64()
REAL = pa.float64()
INSTANT = pa.timestamp("us", tz="UTC")
ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": TEXT,
    "integer": INTEGER,
    "real": REAL,
    "flag": pa.bool_(),
    "date": pa.date32(),
    "instant": INSTANT,
    "texts": pa.list_(TEXT),
    "bytes": pa.binary(),
    "counts": pa.map_(TEXT, INTEGER),
}


def arrow_schema(columns: Iterable[Column], about: str) -> pa.Schema:
    """Each column with its `comment`, `member` and `unit` as metadata, where it has them."""
    fields = []
    for one in columns:
        details = {"comment": one.comment, "member": one.member, "unit": one.unit}
        metadata = {name: said for name, said in details.items() if said}
        fields.append(pa.field(one.name, ARROW_TYPES[one.kind], one.null, metadata))
    return pa.schema(fields, metadata={"about": about})
