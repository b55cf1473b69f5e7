"""`python -m bi.datasets` writes bi/superset/assets/datasets: one Superset dataset a view.

What a view answers comes from its header in sql/views, what a column means from the schemas in
transforms/tables: nothing is said twice. A test fails when the files are stale.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import duckdb
import yaml

from transforms.ddl import DUCKDB_TYPES, PRECOMPUTED, comment, create_tables, identifier
from transforms.sql_files import SqlFile, precomputed, views
from transforms.tables import TABLES

ASSETS = Path(__file__).parent / "superset" / "assets"
FOLDER = ASSETS / "datasets" / "Rekognition_results"
NAMES = uuid.UUID("6d0f9f1e-3c57-4b0e-9a55-5f2b6c1f7a10")  # keeps uuids the same for ever
DATABASE = str(uuid.uuid5(NAMES, "database"))
HEADER = "# Written by `make docs` from sql/views and transforms/tables.\n"


def files() -> dict[str, str]:
    """Every dataset's YAML by file name."""
    read: dict[str, list[str]] = {}
    for file in precomputed():
        read[f"{PRECOMPUTED}.{file.name}"] = tables_of(file, read)
    written = {}
    with duckdb.connect(":memory:") as con:
        for statement in create_tables():
            con.execute(statement)
        for view in views():
            con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
            read[view.name] = tables_of(view, read)
            columns = con.execute(f"DESCRIBE {identifier(view.name)}").fetchall()
            told = dataset(view, read[view.name], [(name, kind) for name, kind, *_ in columns])
            text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)
            written[f"{view.name}.yaml"] = HEADER + text
    return written


def tables_of(file: SqlFile, read: dict[str, list[str]]) -> list[str]:
    """The tables that a view stands on, by way of others too, as its SQL names them.

    `read` has those of the views and precomputed tables before it.
    """
    found: list[str] = []
    for name in re.findall(rf"\b(?:FROM|JOIN)\s+((?:{PRECOMPUTED}\.)?\w+)", file.statement):
        known = [name] if name in TABLES else read.get(name, read.get(f"{PRECOMPUTED}.{name}", []))
        found += known
    return list(dict.fromkeys(found))


def dataset(view: SqlFile, tables: list[str], columns: list[tuple[str, str]]) -> dict[str, Any]:
    """A dataset in the form of Superset's export, version 1.0.0."""
    return {
        "table_name": view.name,
        "main_dttm_col": next((name for name, kind in columns if is_instant(kind)), None),
        "description": re.sub(r"\n\s+", " ", view.about),
        "schema": "main",
        "uuid": str(uuid.uuid5(NAMES, f"dataset/{view.name}")),
        "metrics": [
            {"metric_name": "count", "verbose_name": "Rows", "expression": "COUNT(*)"},
        ],
        "columns": [
            {
                "column_name": name,
                "verbose_name": None,
                "is_dttm": is_instant(kind),
                "is_active": True,
                "type": kind,
                "groupby": True,
                "filterable": True,
                "description": meaning(name, kind, tables),
            }
            for name, kind in columns
        ],
        "version": "1.0.0",
        "database_uuid": DATABASE,
    }


def is_instant(kind: str) -> bool:
    return kind.startswith("TIMESTAMP")


def meaning(name: str, kind: str, tables: list[str]) -> str | None:
    """What the schemas say of a column that a view takes as it is; None for one that it makes.

    Where two of the view's tables have such a column and say different things, None too.
    """
    said = {
        comment(TABLES[table].schema.field(name))
        for table in tables
        if name in TABLES[table].schema.names
        and DUCKDB_TYPES[TABLES[table].schema.field(name).type] == kind
    }
    return said.pop() if len(said) == 1 else None


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = files()
    for old in FOLDER.glob("*.yaml"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text)
    print(f"{len(written)} datasets in {FOLDER}")


if __name__ == "__main__":
    main()
