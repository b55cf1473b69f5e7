"""The SQL that nests an operation's tables again into the answer that filled them.

Columns and positions say by their JSON paths where each value belongs. Tables are put together by
UNION and GROUP BY, not by joins: so a condition on job_id or aggregate_by reaches every one of them
before anything is worked out, whatever its form (=, IN, LIKE).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent
from typing import Any

from rekognition_tables.operations.spec import VideoOperation
from rekognition_tables.operations.table import Table


def response(spec: VideoOperation) -> str:
    """A SELECT of the key of each result and its pages joined to one, the column `response`."""
    jobs = spec.jobs_table
    parts = ",\n\n".join(_nested(jobs, spec.tables))
    key = ",\n    ".join(jobs.keys)
    answer = indent(_json(jobs, spec.tables), "    ").lstrip()
    return (
        f"WITH {parts}\n\nSELECT\n    {key},\n    {answer} AS response\n"
        f"FROM {jobs.name}_nested\nWHERE own IS NOT NULL"
    )


def _nested(table: Table, tables: Sequence[Table]) -> Iterator[str]:
    """The parts of WITH that make one row of each row of `table`: itself, and each of its lists."""
    lists = _lists(table, tables)
    for one in lists:
        if _lists(one, tables):
            yield from _nested(one, tables)
    key = ", ".join(table.grain)
    rows = [f"SELECT {key}, {table.name} AS own\nFROM {table.name}"]
    for one in lists:
        nested = bool(_lists(one, tables))
        rows.append(
            f"SELECT\n    {key},\n    {{\n        'at': {one.indexes[-1]},\n        'json': "
            + indent(_json(one, tables), "        ").lstrip()
            + f"\n    }} AS {one.name}\nFROM {one.name}"
            + ("_nested\nWHERE own IS NOT NULL" if nested else "")
        )
    union = indent("\nUNION ALL BY NAME\n".join(rows), "    ")
    yield f"{table.name}_parts AS (\n{union}\n)"
    collected = "".join(
        f",\n        LIST_SORT(LIST({name}) FILTER (WHERE {name} IS NOT NULL)) AS {name}"
        for name in (one.name for one in lists)
    )
    yield (
        # not ANY_VALUE: of a struct it gives -0.0 as 0.0
        f"{table.name}_nested AS (\n    SELECT\n        {key},\n"
        "        (LIST(own) FILTER (WHERE own IS NOT NULL))[1] AS own"
        f"{collected}\n    FROM {table.name}_parts\n    GROUP BY {key}\n)"
    )


def _lists(table: Table, tables: Sequence[Table]) -> list[Table]:
    """The tables of which each row is an element of a list in a row of `table`."""
    return [one for one in tables if one.positions and one.positions[:-1] == table.positions]


def _json(table: Table, tables: Sequence[Table]) -> str:
    """The JSON of one row, with its lists; what is NULL or an empty list is left out."""
    lists = _lists(table, tables)
    row = f"{table.positions[-1].path}." if table.positions else ""
    tree: dict[str, Any] = {}
    members = table.paths if table.positions else {"job_id": "JobId", **table.paths}
    for name, path in members.items():
        _put(tree, path.removeprefix(row), f"own.{name}" if lists else name)
    for below in lists:
        path = below.positions[-1].path.removeprefix(row)
        _put(tree, path, f"[one['json'] FOR one IN {below.name}]")
    return _object(tree)


def _put(tree: dict[str, Any], path: str, value: str) -> None:
    *above, last = path.split(".")
    for name in above:
        tree = tree.setdefault(name, {})
    tree[last] = value


def _object(tree: dict[str, Any]) -> str:
    members = ",\n".join(
        f"'{name}', " + (f"NULLIF({_object(one)}, '{{}}')" if isinstance(one, dict) else one)
        for name, one in tree.items()
    )
    return f"JSON_MERGE_PATCH('{{}}', JSON_OBJECT(\n{indent(members, '    ')}\n))"
