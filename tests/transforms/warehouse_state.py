"""All rows of a warehouse or a published file, to compare: the moment of loading aside."""

from __future__ import annotations

from pathlib import Path

from rekognition_tables.operations.tables import TABLES
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.sql_files import precomputed

State = dict[str, list[tuple[object, ...]]]


def state(database: Path | DuckLake) -> State:
    """Every table's rows, precomputed too, in an order that does not depend on how they came."""
    found: State = {}
    with read_only(database) as con:
        for name in TABLES:
            columns = "* EXCLUDE (loaded_at)" if name == "loads" else "*"
            query = f"SELECT {columns} FROM {name} ORDER BY ALL"
            found[name] = con.execute(query).fetchall()
        for file in precomputed():
            query = f"FROM precomputed.{file.name} ORDER BY ALL"
            found[f"precomputed {file.name}"] = con.execute(query).fetchall()
    return found
