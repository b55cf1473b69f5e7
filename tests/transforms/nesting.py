"""Tables nested again into responses, and responses brought to one form, so that they compare."""

from __future__ import annotations

import json
import struct
from typing import Any

import duckdb

from rekognition_tables.arrow_tables import read_table
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.tables import TABLES, Table
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.sql_files import read

Row = dict[str, Any]
OURS = ("job_id", "aggregate_by", "mode", "source_ref_bucket", "source_ref_key")


def same_form(value: Any, reals: bool = False) -> Any:
    """Without absent, null and empty members; doubles by their bits, so that -0.0 is not 0.0."""
    if isinstance(value, dict):
        members = {name: same_form(one, name in REALS) for name, one in value.items()}
        return {name: one for name, one in members.items() if one not in (None, [], {})}
    if isinstance(value, list):
        return [same_form(one) for one in value]
    if reals and value is not None:
        return struct.pack(">d", value).hex()
    return value


REALS = {
    column.member.rpartition(".")[2]
    for table in TABLES.values()
    for column in table.columns
    if column.kind == "real"
}


def nested(layout: Layout, operation: Operation = "label_detection") -> dict[tuple[Any, ...], Row]:
    """Every response of a video operation from its tables, by job_id and aggregate_by."""
    spec = VIDEO_OPERATIONS[operation]
    objects: dict[str, dict[tuple[Any, ...], Row]] = {}
    for table in sorted(spec.tables, key=lambda one: len(one.positions)):
        rows = read_table(str(layout.root), table.name).to_pylist()
        path = table.positions[-1].path if table.positions else ""
        made = objects[path] = {
            tuple(row[name] for name in table.grain): _tree(row, table, f"{path}." if path else "")
            for row in rows
        }
        if not path:
            for row in rows:
                made[tuple(row[name] for name in table.grain)]["JobId"] = row["job_id"]
            continue
        above = table.positions[-2].path if len(table.positions) > 1 else ""
        for key, one in made.items():
            found = _list(objects[above][key[:-1]], path.removeprefix(above).strip("."))
            assert key[-1] == len(found)  # each must be the next of its list
            found.append(one)
    return objects[""]


def _list(around: Row, path: str) -> list[Row]:
    *names, last = path.split(".")
    for name in names:
        around = around.setdefault(name, {})
    found: list[Row] = around.setdefault(last, [])
    return found


def nested_lines(layout: Layout) -> dict[int, Row]:
    """Every line of the one result manifest from its tables, by image_index."""
    tables = {
        name: read_table(str(layout.root), name).to_pylist()
        for name in ("moderation_images", "moderation_labels", "moderation_content_types")
    }
    inside = "detect-moderation-labels."
    lines = {}
    for image in tables["moderation_images"]:
        line = _tree(image, TABLES["moderation_images"], "")
        for member, table in (
            ("ModerationLabels", "moderation_labels"),
            ("ContentTypes", "moderation_content_types"),
        ):
            line.setdefault("detect-moderation-labels", {})[member] = [
                _tree(row, TABLES[table], f"{inside}{member}.")
                for row in tables[table]
                if row["image_index"] == image["image_index"]
            ]
        lines[image["image_index"]] = line
    return lines


def _tree(row: Row, table: Table, prefix: str) -> Row:
    """The members that a row's columns hold, nested by the JSON path that the schema gives."""
    tree: Row = {}
    for column in table.columns:
        if column.name in OURS or not column.member or row[column.name] is None:
            continue
        at, names = tree, column.member.removeprefix(prefix).split(".")
        for name in names[:-1]:
            at = at.setdefault(name, {})
        at[names[-1]] = row[column.name]
    return tree


def through_sql(layout: Layout, view: str, value: str, *keys: str) -> dict[Any, Row]:
    """The JSON in one column of a nesting view of sql/*/views, by these key columns."""
    with duckdb.connect() as con:
        for name in TABLES:
            con.register(name, read_table(str(layout.root), name))
        statement = read("views", view).statement
        found = con.execute(f"SELECT {value}, {', '.join(keys)} FROM ({statement})").fetchall()
    return {row[1] if len(keys) == 1 else row[1:]: json.loads(row[0]) for row in found}
