"""How the objects of an answer fill tables: compiled once, from the paths that the columns name.

A plan follows the answer's objects down from the elements of one list, or from lines of one record
each. The members of an object become columns, and so do those of objects in it; the elements of a
list in it are the rows of a table of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from rekognition_tables.operations.arrow_types import ARROW_TYPES
from rekognition_tables.operations.columns import Position
from rekognition_tables.operations.table import Table
from rekognition_tables.parsing.arrow_columns import Reading, values_of
from rekognition_tables.parsing.lines import Positions
from rekognition_tables.parsing.name_lists import NameLists
from rekognition_tables.parsing.shapes import Shape

Columns = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What objects of one shape fill: `columns` of a table, by column the member and its type.

    `objects` and `lists` are the plans of what is in them, by member. The elements of a list of
    texts have no member: theirs is empty.
    """

    table: Table
    columns: dict[str, tuple[str, pa.DataType]] = field(default_factory=dict)
    objects: dict[str, Plan] = field(default_factory=dict)
    lists: dict[str, Plan] = field(default_factory=dict)

    def name_lists(self) -> dict[str, NameLists]:
        """Of the lists that come again and again, by member, what is known: nothing yet."""
        found = {
            member: NameLists(*(name for name, _ in plan.columns.values()))
            for member, plan in self.lists.items()
            if plan.table.repeating
        }
        for plan in (*self.objects.values(), *self.lists.values()):
            found |= plan.name_lists()
        return found


def compiled(tables: Iterable[Table], first: Position) -> Plan:
    """The plan of what `first` counts, for all tables that begin with it."""
    by_path = {one.positions[-1].path: one for one in tables if one.positions[:1] == (first,)}
    return _plan(first.path, by_path[first.path], by_path)


def _plan(path: str, table: Table, lists: Mapping[str, Table]) -> Plan:
    """Of the objects at `path`, whose members are columns of `table`."""
    plan, prefix = Plan(table), f"{path}." if path else ""
    columns = {at: (name, ARROW_TYPES[table.column(name).kind]) for name, at in table.paths.items()}
    if path in columns:
        name, kind = columns[path]
        plan.columns[name] = ("", kind)
    inside = [at.removeprefix(prefix) for at in (*columns, *lists) if at.startswith(prefix)]
    for member in dict.fromkeys(one.partition(".")[0] for one in inside if one):
        at = prefix + member
        if at in lists:
            plan.lists[member] = _plan(at, lists[at], lists)
        elif at in columns:
            name, kind = columns[at]
            plan.columns[name] = (member, kind)
        else:
            plan.objects[member] = _plan(at, table, lists)
    return plan


def filled(
    plan: Plan,
    reading: Reading,
    shape: Shape,
    found: Sequence[Any],
    index: Positions,
    names: Mapping[str, NameLists] | None = None,
) -> dict[str, Columns]:
    """The columns of every table of a plan; `index` is each object's position in the result.

    `names` is what the plan's `name_lists` gave, and keeps what it learns.
    """
    filling = _Filling(reading, names or {})
    filling.rows(plan, shape, found, {plan.table.positions[0].column: index})
    return filling.tables


@dataclass(frozen=True)
class _Filling:
    reading: Reading
    names: Mapping[str, NameLists]
    tables: dict[str, Columns] = field(default_factory=dict)

    def rows(self, plan: Plan, shape: Shape, found: Sequence[Any], row: Columns) -> None:
        """Objects of which each is a row; `row` has the columns of their positions."""
        self.tables[plan.table.name] = row
        self._members(plan, shape, found, row)

    def _members(self, plan: Plan, shape: Shape, found: Sequence[Any], row: Columns) -> None:
        self.reading.extras(shape, found)
        for column, (member, kind) in plan.columns.items():
            row[column] = self.reading.column(shape, found, member, kind)
        for member, inside in plan.objects.items():
            objects = self.reading.objects(shape, found, member)
            self._members(inside, shape.objects[member], objects, row)
        for member, inside in plan.lists.items():
            self._list(member, inside, shape, found, row)

    def _list(
        self, member: str, plan: Plan, shape: Shape, found: Sequence[Any], row: Columns
    ) -> None:
        elements: list[Any] = []
        texts: pa.Array | None = None
        if plan.table.repeating:
            lists = values_of(shape, found, member)
            lengths, texts = self.names[member].read(self.reading, shape.objects[member], lists)
        else:
            elements, lengths = self.reading.lists(shape, found, member)
            if member not in shape.objects:
                texts = self.reading.texts(elements)
        *outer, own = (one.column for one in plan.table.positions)
        below = {name: np.repeat(row[name], lengths) for name in outer} | {own: places(lengths)}
        if texts is None:
            self.rows(plan, shape.objects[member], elements, below)
        else:
            self.tables[plan.table.name] = below | dict.fromkeys(plan.columns, texts)


def places(lengths: Positions) -> Positions:
    """0, 1, ... for each list of these lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    counted: Positions = np.arange(total, dtype=np.int64)
    counted -= np.repeat(ends - lengths, lengths)
    return counted
