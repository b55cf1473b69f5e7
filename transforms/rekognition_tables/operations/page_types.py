"""The pages of a video operation as msgspec Structs, made from the paths that its columns name.

So an answer's members are written once, as columns; a test holds them against botocore's model.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from rekognition_tables.operations.columns import Kind
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.responses import ABSENT, Answer, Whole
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.table import Table

JSON_TYPES: dict[Kind, Any] = {"text": str, "integer": Whole, "real": float, "flag": bool}
OF_EVERY_PAGE = {"NextToken": str}
OF_EVERY_SKETCH = dict.fromkeys(("JobId", "JobStatus", "NextToken", "GetRequestMetadata"), Any)


@cache
def page_type(operation: Operation) -> type[msgspec.Struct]:
    """One body of Get..., every member of it optional."""
    spec = VIDEO_OPERATIONS[operation]
    return answer_type(spec.get, spec.tables, OF_EVERY_PAGE)


@cache
def sketch_type(operation: Operation) -> type[msgspec.Struct]:
    """Of the same body what says which result, place and elements it has; all values unchecked."""
    spec = VIDEO_OPERATIONS[operation]
    leaves = dict.fromkeys(spec.elements_table.paths.values(), Any)
    return _struct(spec.get, "", leaves, {spec.elements}, OF_EVERY_SKETCH, msgspec.Struct)


def answer_type(
    name: str, tables: Iterable[Table], others: dict[str, Any] | None = None
) -> type[msgspec.Struct]:
    """A Struct for the objects that fill these tables, and the Structs inside it."""
    tables = list(tables)
    lists = {one.positions[-1].path for one in tables if one.positions}
    leaves = {
        column.member: JSON_TYPES[column.kind]
        for table in tables
        for column in table.columns
        if column.member
    }
    return _struct(name, "", leaves, lists, others or {}, Answer)


def _struct(
    name: str,
    prefix: str,
    leaves: dict[str, Any],
    lists: set[str],
    others: dict[str, Any],
    base: type[msgspec.Struct],
) -> type[msgspec.Struct]:
    """Of the members whose paths begin with `prefix`."""
    inside = [path.removeprefix(prefix) for path in (*leaves, *lists) if path.startswith(prefix)]
    members = dict(others)
    for member in dict.fromkeys(one.partition(".")[0] for one in inside):
        at = prefix + member
        kind = leaves.get(at) or _struct(member, f"{at}.", leaves, lists, {}, base)
        members[member] = list[kind] if at in lists else kind  # type: ignore[valid-type]
    fields = [(member, kind, msgspec.field(default=ABSENT)) for member, kind in members.items()]
    return msgspec.defstruct(name, fields, bases=(base,), gc=False)
