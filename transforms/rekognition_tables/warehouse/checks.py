"""The checks as they run: sql/checks, with the tables filled in from their definitions.

A part of a file from `-- each ...` to `-- UNION ALL` is repeated for each table, or column, that it
speaks of, with that one's $names. So a new table is checked without new SQL. Names of tables and
columns go in as they are: they are ours, and tests run every check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from string import Template

from rekognition_tables.operations.columns import PERCENT
from rekognition_tables.operations.spec import SPECS, ManifestOperation, VideoOperation
from rekognition_tables.operations.tables import TABLES, Table, above
from rekognition_tables.warehouse.ddl import literal
from rekognition_tables.warehouse.sql_files import SqlFile, all_of

Names = dict[str, str]
PART = re.compile(r"^( *)-- each ([^\n]+)\n(.*?\n) *-- UNION ALL$\n?", re.MULTILINE | re.DOTALL)
# One file is two checks, known to Airflow's listeners by these names: how the operations answer.
POSITIONS = "positions_are_unique"
MEDIA = {"image": ManifestOperation, "video": VideoOperation}
JOBS_TABLES = [spec.jobs_table for spec in SPECS.values()]
OUT_OF_ORDER = {
    "timestamp": "timestamp < 0",
    "duration_millis": "duration_millis < 0",
    "end_timestamp_millis": "end_timestamp_millis < start_timestamp_millis",
}


@cache
def checks() -> dict[str, SqlFile]:
    """Every check by name, each with the statement that runs."""
    made = {}
    for file in all_of("checks"):
        if file.name == POSITIONS:
            for medium, kind in MEDIA.items():
                tables = [
                    one for one in TABLES.values() if isinstance(SPECS[one.operations[0]], kind)
                ]
                name = f"{medium}_{POSITIONS}"
                made[name] = replace(file, name=name, statement=filled(file.statement, tables))
        else:
            made[file.name] = replace(file, statement=filled(file.statement, TABLES.values()))
    return dict(sorted(made.items()))


def filled(template: str, tables: Iterable[Table]) -> str:
    """`template` with its parts once for each of `tables` that they speak of.

    KeyError for a part or a $name that is not known here.
    """

    def repeated(found: re.Match[str]) -> str:
        indent, each, part = found[1], PARTS[found[2]], Template(found[3])
        parts = [part.substitute(_names(one) | more) for one in tables for more in each(one)]
        return f"{indent}UNION ALL\n".join(parts)

    return PART.sub(repeated, template).rstrip()


def _names(table: Table) -> Names:
    absent = {"operation": literal(table.operations[0]), "aggregate_by": "NULL"}
    return {
        "table": table.name,
        **{key: key if key in table.keys else f"{absent[key]} AS {key}" for key in absent},
        "keys": ", ".join(table.keys),
        **(_grouped(table, table.indexes) if table.positions else {}),
    }


def _grouped(table: Table, positions: Sequence[str]) -> Names:
    """How rows are counted: in groups of 64 of the first position, within the further ones."""
    first, *further = positions
    return {
        "one": positions[-1].removesuffix("_index"),
        "first": first,
        "further": f"', ' || {_place(further)}" if further else "''",
        "group": ", ".join((*table.keys, *further)),
    }


def _place(positions: Sequence[str]) -> str:
    """SQL for a text that names the positions of a row."""
    return " || ', ' || ".join(f"'{name} ' || {name}" for name in positions)


def _required(table: Table) -> list[Names]:
    *most, last = [one.name for one in table.columns if not one.null]
    told = f"{', '.join(most)} or {last}" if most else last
    is_null = " OR ".join(f"{name} IS NULL" for name in (*most, last))
    return [{"required": told, "some_is_null": is_null}]


def _percentages(table: Table) -> list[Names]:
    """Of what was found; what was asked for is in tables without positions, as it was sent."""
    percentages = [one.name for one in table.columns if one.unit == PERCENT]
    return [{"column": name} for name in percentages if table.positions]


def _boxes(table: Table) -> list[Names]:
    widths = [name for name in table.names if name.endswith("bounding_box_width")]
    place = _place(table.indexes)
    return [{"place": place, "box": name.removesuffix("_width")} for name in widths]


def _times(table: Table) -> list[Names]:
    wrong = [OUT_OF_ORDER[name] for name in table.names if name in OUT_OF_ORDER]
    names = {"place": _place(table.indexes), "out_of_order": " OR ".join(wrong)}
    return [names] if table.positions and wrong else []


def _positions(table: Table) -> list[Names]:
    paged = isinstance(SPECS[table.operations[0]], VideoOperation)
    return [{"along": one if paged else "position"} for one in table.indexes[:1]]


def _parent(table: Table) -> list[Names]:
    children = [other for other in TABLES.values() if above(other) is table]
    return [{}] if table.positions and children else []


def _child(table: Table) -> list[Names]:
    parent = above(table)
    if not (parent and parent.positions):
        return []
    return [{"parent": parent.name, **_grouped(table, parent.indexes)}]


PARTS: dict[str, Callable[[Table], list[Names]]] = {
    "table": _required,
    "jobs table": lambda table: [{}] if table in JOBS_TABLES else [],
    "table with one row a result": lambda table: [{}] if table.one_a_result else [],
    "table that the ledger counts": lambda table: [] if table is TABLES["loads"] else [{}],
    "table with positions": _positions,
    "table with positions and times": _times,
    "column of percentages in a table with positions": _percentages,
    "bounding box": _boxes,
    "parent": _parent,
    "child": _child,
}
