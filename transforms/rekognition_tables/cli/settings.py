"""`settings`: the tables that people set. Print one as CSV, or put a CSV file in its place."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rekognition_tables.cli.printed.terminal import shown_lines
from rekognition_tables.operations.tables import SETTINGS_TABLES, SettingsTable
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.settings_tables import in_force, own_file, put, read_rows


def run(options: argparse.Namespace, settings: Settings) -> int:
    layout = settings.layout()
    if options.table is None:
        return _list(layout, options.json)
    table = SETTINGS_TABLES[options.table]
    if options.file is None:
        return _print(layout, table, options.json)
    source = "standard input" if options.file == "-" else options.file
    data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    rows = put(layout, table, data, source)
    if options.json:
        print(json.dumps({"table": table.name, "file": str(own_file(layout, table)), "rows": rows}))
    else:
        print(f"{rows} rows of {table.name} count from the next load on.")
        print("`rekognition-results load` takes them into the warehouse.")
    return 0


def _list(layout: Layout, as_json: bool) -> int:
    places = {name: in_force(layout, table)[1] for name, table in SETTINGS_TABLES.items()}
    if as_json:
        print(json.dumps(places))
    else:
        width = max(map(len, places))
        print("\n".join(f"{name:<{width}}  {place}" for name, place in places.items()))
    return 0


def _print(layout: Layout, table: SettingsTable, as_json: bool) -> int:
    text, source = in_force(layout, table)
    if as_json:
        rows = read_rows(table, text, source)
        told = [dict(zip(table.names, row, strict=True)) for row in rows]
        print(json.dumps(told, default=str, ensure_ascii=sys.stdout.isatty()))
    else:
        sys.stdout.write(shown_lines(text))
    return 0
