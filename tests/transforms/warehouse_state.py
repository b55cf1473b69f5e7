"""All rows of a warehouse or a published file, to compare: the moment of loading aside."""

from __future__ import annotations

from pathlib import Path

from transforms.sql_files import precomputed
from transforms.tables import TABLES
from transforms.warehouse_connection import in_memory

State = dict[str, list[tuple[object, ...]]]


def state(database: Path) -> State:
    """Every table's rows, what is precomputed included, in an order that does not depend on how they came in."""
    found: State = {}
    with in_memory(database.with_name("spill")) as con:
        con.execute(f"ATTACH '{database}' AS seen (READ_ONLY)")
        for name in TABLES:
            columns = "* EXCLUDE (loaded_at)" if name == "loads" else "*"
            query = f"SELECT {columns} FROM seen.{name} ORDER BY ALL"
            found[name] = con.execute(query).fetchall()
        for file in precomputed():
            query = f"FROM seen.precomputed.{file.name} ORDER BY ALL"
            found[f"precomputed {file.name}"] = con.execute(query).fetchall()
    return found
