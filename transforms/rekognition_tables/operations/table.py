"""What a table is made of: a key, positions in lists, and columns.

Imports nothing heavy: Arrow's schema of a table is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rekognition_tables.operations.columns import (
    INSTANT,
    INTEGER,
    TEXT,
    Column,
    Kind,
    Member,
    Position,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from rekognition_tables.operations.names import Operation

KEYS = ("operation", "job_id", "aggregate_by")  # what names a result
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class AnyTable:
    """What the tables of results and the tables that people fill share."""

    name: str
    about: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [one.name for one in self.columns]

    def column(self, name: str) -> Column:
        """The column of this name. KeyError when there is none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {one.name: one for one in self.columns}

    @cached_property
    def schema(self) -> pa.Schema:
        """The table in Arrow's types."""
        from rekognition_tables.operations.arrow_types import arrow_schema

        return arrow_schema(self.columns, self.about)


@dataclass(frozen=True)
class Table(AnyTable):
    """One table of results: its columns, its key (`grain`), and which operations write it.

    `positions`: from the outermost list to that of which each element is a row. `repeating`: its
    lists are few and come again and again, so each is decoded once.
    """

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
        return {
            one.name: one.member
            for one in self.columns
            if one.member and one.name not in self.grain
        }

    def row(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """One row but for its key, from an answer's scalars by path; NULL where it says nothing."""
        return {
            one.name: _value(told.get(self.paths.get(one.name, "")), one.kind)
            for one in self.columns
            if one.name not in self.grain
        }


def _value(value: Any, kind: Kind) -> Any:
    """Times come as epoch seconds; a double holds them to less than a microsecond."""
    if value is None or kind != INSTANT:
        return value
    return EPOCH + timedelta(microseconds=round(value * 1e6))


def table(
    name: str,
    about: str,
    positions: Iterable[Position],
    columns: Iterable[Column | Member],
    *,
    operations: Iterable[Operation],
    aws_page: str,
    key: tuple[str, ...] = (),
    wrapper: str = "",
    repeating: bool = False,
    forms: bool = False,
) -> Table:
    """A table that starts with job_id (and operation, aggregate_by), then `positions`, then `columns`.

    `key` names the columns that, with those, make a row unique where positions do not. `wrapper`
    is the member in which a row keeps most of its own, which gives no prefix. `forms`: one job can
    have a result for each AggregateBy.
    """
    operations, positions = tuple(operations), tuple(positions)
    several = len(operations) > 1
    keys = [Column("job_id", TEXT, "The job that answered.", "JobId", null=False)]
    if several:
        named = ", ".join(f"`{one}`" for one in operations)
        keys.append(Column("operation", TEXT, f"What the job was of: {named}.", null=False))
    if forms or several:
        comment = "The form of the result asked for: `TIMESTAMPS` or `SEGMENTS`"
        comment += "; NULL where the operation has one form only." if several else "."
        keys.append(Column("aggregate_by", TEXT, comment, null=several))
    keys += [Column(one.column, INTEGER, one.comment, null=False) for one in positions]
    row = positions[-1].path if positions else ""
    made = [one.column(row, wrapper) if isinstance(one, Member) else one for one in columns]
    grain = (*(one.name for one in keys), *key)
    return Table(name, about, grain, (*keys, *made), operations, aws_page, positions, repeating)
