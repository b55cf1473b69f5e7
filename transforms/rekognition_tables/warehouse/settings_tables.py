"""Tables that people set: a CSV file each, under `settings/` in the results root.

Where there is none, the file of sql/settings counts. A load takes what has changed into the
warehouse, so the next published file has it, and a warehouse that is built anew has it too.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from upath import UPath

from rekognition_tables.errors import ResultsError
from rekognition_tables.operations.columns import DATE, INTEGER, PERCENT, REAL, Column
from rekognition_tables.operations.tables import SETTINGS_TABLES, SettingsTable
from rekognition_tables.parsing.encodings import NotUnicode, text_of_file
from rekognition_tables.results_root.files import read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.ddl import identifier
from rekognition_tables.warehouse.sql_files import SQL

Row = tuple[Any, ...]


def own_file(layout: Layout, table: SettingsTable) -> UPath:
    """Where people's own file of a table stands, if they have one."""
    return layout.root / "settings" / f"{table.name}.csv"


def in_force(layout: Layout, table: SettingsTable) -> tuple[str, str]:
    """The CSV that counts and where it stands: people's own, else the one that comes with us."""
    own = own_file(layout, table)
    data = read_if_there(own)
    if data is not None:
        return _text(data, str(own)), str(own)
    shipped = Path(SQL, "settings", f"{table.name}.csv")
    return shipped.read_text(), str(shipped)


def put(layout: Layout, table: SettingsTable, data: bytes, source: str) -> int:
    """Make `data`, a CSV file, the one that counts from the next load on. Returns its rows.

    ResultsError, with line and column, when it is not right; nothing is written then.
    """
    rows = read_rows(table, _text(data, source), source)
    there = _keys(table, rows)
    for key in table.must_have:
        if key not in there:
            raise _refused(
                source, f"there is no row of {_told(table, key)}, which is for all others"
            )
    write_whole(own_file(layout, table), data)
    return len(rows)


def read_rows(table: SettingsTable, text: str, source: str) -> list[Row]:
    """The rows of a CSV file whose header names the table's columns, in any order."""
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        if sorted(lines.fieldnames or ()) != sorted(table.names):
            raise ValueError(f"the header is not {','.join(table.names)}")
        for line in lines:
            if None in line or None in line.values():
                raise ValueError("it has not one value for each column")
            rows.append(tuple(_value(one, line[one.name].strip()) for one in table.columns))
    except (ValueError, csv.Error) as error:
        raise _refused(source, f"line {max(lines.line_num, 1)}: {error}") from error
    _look_at_keys(table, rows, source)
    return rows


def refresh_settings(con: duckdb.DuckDBPyConnection, layout: Layout) -> set[str]:
    """Take the files that have changed into the warehouse: their tables. Opens no transaction."""
    tables = SETTINGS_TABLES.values()
    return {table.name for table in tables if _refresh(con, table, *in_force(layout, table))}


def fill_with_defaults(con: duckdb.DuckDBPyConnection) -> None:
    """What comes with us, into empty tables; for tests and documentation."""
    for table in SETTINGS_TABLES.values():
        shipped = Path(SQL, "settings", f"{table.name}.csv")
        _refresh(con, table, shipped.read_text(), str(shipped))


def _refresh(con: duckdb.DuckDBPyConnection, table: SettingsTable, text: str, source: str) -> bool:
    wanted = _with_what_came_later(table, read_rows(table, text, source))
    name = identifier(table.name)
    columns = ", ".join(map(identifier, table.names))
    there = con.execute(f"SELECT {columns} FROM {name}").fetchall()
    if sorted(there) == sorted(wanted):
        return False
    con.execute(f"DELETE FROM {name}")
    rows = [dict(zip(table.names, row, strict=True)) for row in wanted]
    con.register("settings_rows", pa.Table.from_pylist(rows, schema=table.schema))
    con.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM temp.main.settings_rows")
    con.unregister("settings_rows")
    return True


def _with_what_came_later(table: SettingsTable, rows: list[Row]) -> list[Row]:
    """A file from before an operation was added has no row for it: ours counts then."""
    missing = set(table.must_have) - set(_keys(table, rows))
    if not missing:
        return rows
    shipped = Path(SQL, "settings", f"{table.name}.csv")
    ours = read_rows(table, shipped.read_text(), str(shipped))
    return rows + [row for row, key in zip(ours, _keys(table, ours), strict=True) if key in missing]


def _value(column: Column, text: str) -> Any:
    if column.kind == DATE:
        return date.fromisoformat(text)
    if column.kind == INTEGER:
        if not text.isdecimal():
            raise ValueError(f"{column.name} is {text!r}, not a whole number")
        return int(text)
    if column.kind != REAL:
        return text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    percent = column.unit == PERCENT
    if not 0 <= number <= (100 if percent else math.inf) or math.isinf(number):
        wanted = "a number from 0 to 100" if percent else "a number from 0 on"
        raise ValueError(f"{column.name} is {text!r}, not {wanted}")
    return number


def _keys(table: SettingsTable, rows: list[Row]) -> list[Row]:
    at = [table.names.index(name) for name in table.grain]
    return [tuple(row[n] for n in at) for row in rows]


def _look_at_keys(table: SettingsTable, rows: list[Row], source: str) -> None:
    for key, count in Counter(_keys(table, rows)).items():
        if count > 1:
            raise _refused(source, f"{_told(table, key)} stands there {count} times")


def _told(table: SettingsTable, key: tuple[str, ...]) -> str:
    return " and ".join(f"{name} {value!r}" for name, value in zip(table.grain, key, strict=True))


def _text(data: bytes, source: str) -> str:
    try:
        return text_of_file(data)  # as spreadsheets and PowerShell write it
    except NotUnicode as error:
        told = f"it is not UTF-8 or UTF-16, line {error.line}: {error}"
        raise _refused(source, told) from error


def _refused(source: str, reason: str) -> ResultsError:
    return ResultsError(
        f"{source} cannot be used: {reason}.",
        path=source,
        advice="Mend the file; `rekognition-results settings TABLE` prints the one that counts.",
    )
