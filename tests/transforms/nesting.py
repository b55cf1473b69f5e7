"""Tables nested again into responses, and responses brought to one form, so that they compare."""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from typing import Any

import duckdb

from rekognition_tables.arrow_tables import read_table
from rekognition_tables.operations.tables import TABLES
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
    field.metadata[b"member"].decode().rpartition(".")[2]
    for table in TABLES.values()
    for field in table.schema
    if str(field.type) == "double"
}


INSTANCES = "Labels.Label.Instances."
NAMES = {
    "Parents": ("label_parents", "parent_index"),
    "Aliases": ("label_aliases", "alias_index"),
    "Categories": ("label_categories", "category_index"),
}


def nested(layout: Layout) -> dict[tuple[str, str], Row]:
    """Every video result's response from its tables, by job_id and aggregate_by."""
    tables = {
        name: read_table(str(layout.root), name).to_pylist()
        for name, table in TABLES.items()
        if "label_detection" in table.operations
    }
    labels = _lists(tables["labels"], "label_index")
    entries = _entries(tables)
    responses = {}
    for job in tables["label_detection_jobs"]:
        key = (job["job_id"], job["aggregate_by"])
        response = _tree(job, "label_detection_jobs", "")
        response["JobId"] = job["job_id"]
        response["Labels"] = [entries[(*key, row["label_index"])] for row in labels[key]]
        responses[key] = response
    return responses


def _entries(tables: dict[str, list[Row]]) -> dict[Any, Row]:
    """Every element of Labels, by job_id, aggregate_by and label_index."""
    instances = _lists(tables["label_instances"], "instance_index")
    colors = _lists(tables["label_instance_dominant_colors"], "color_index")
    children = {
        member: _lists(tables[table], position) for member, (table, position) in NAMES.items()
    }
    entries = {}
    for row in tables["labels"]:
        at = (row["job_id"], row["aggregate_by"], row["label_index"])
        entry = entries[at] = _tree(row, "labels", "Labels.")
        described = entry.setdefault("Label", {})
        described["Instances"] = [
            _instance(one, colors[(*at, one["instance_index"])]) for one in instances[at]
        ]
        for member, lists in children.items():
            described[member] = [{"Name": one["name"]} for one in lists[at]]
    return entries


def _instance(row: Row, colors: list[Row]) -> Row:
    table, inside = "label_instance_dominant_colors", f"{INSTANCES}DominantColors."
    return {
        **_tree(row, "label_instances", INSTANCES),
        "DominantColors": [_tree(color, table, inside) for color in colors],
    }


def nested_lines(layout: Layout) -> dict[int, Row]:
    """Every line of the one result manifest from its tables, by image_index."""
    tables = {
        name: read_table(str(layout.root), name).to_pylist()
        for name in ("moderation_images", "moderation_labels", "moderation_content_types")
    }
    inside = "detect-moderation-labels."
    lines = {}
    for image in tables["moderation_images"]:
        line = _tree(image, "moderation_images", "")
        for member, table in (
            ("ModerationLabels", "moderation_labels"),
            ("ContentTypes", "moderation_content_types"),
        ):
            line.setdefault("detect-moderation-labels", {})[member] = [
                _tree(row, table, f"{inside}{member}.")
                for row in tables[table]
                if row["image_index"] == image["image_index"]
            ]
        lines[image["image_index"]] = line
    return lines


def _lists(rows: list[Row], position: str) -> dict[Any, list[Row]]:
    """Rows by the key of the list they stand in; each must be the next of its list."""
    lists: dict[Any, list[Row]] = defaultdict(list)
    outer = (
        [
            name
            for name in ("job_id", "aggregate_by", "label_index", "instance_index")
            if name != position and name in rows[0]
        ]
        if rows
        else []
    )
    for row in rows:
        found = lists[tuple(row[name] for name in outer)]
        assert row[position] == len(found)
        found.append(row)
    return lists


def _tree(row: Row, table: str, prefix: str) -> Row:
    """The members that a row's columns hold, nested by the JSON path that the schema gives."""
    tree: Row = {}
    for field in TABLES[table].schema:
        member = (field.metadata or {}).get(b"member", b"").decode()
        if field.name in OURS or not member or row[field.name] is None:
            continue
        at, names = tree, member.removeprefix(prefix).split(".")
        for name in names[:-1]:
            at = at.setdefault(name, {})
        at[names[-1]] = row[field.name]
    return tree


def through_sql(layout: Layout, view: str, value: str, *keys: str) -> dict[Any, Row]:
    """The JSON in one column of a nesting view of sql/views, by these key columns."""
    with duckdb.connect() as con:
        for name in TABLES:
            con.register(name, read_table(str(layout.root), name))
        statement = read("views", view).statement
        found = con.execute(f"SELECT {value}, {', '.join(keys)} FROM ({statement})").fetchall()
    return {row[1] if len(keys) == 1 else row[1:]: json.loads(row[0]) for row in found}
