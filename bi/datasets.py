"""`python -m bi.datasets` writes bi/superset/assets/datasets: one Superset dataset a view.

What a view answers comes from its header in sql/*/views, what a column means from
`rekognition_tables.warehouse.view_columns`. A test fails when the files are stale.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import yaml

from rekognition_tables.warehouse.sql_files import SqlFile, views
from rekognition_tables.warehouse.view_columns import ViewColumn, view_columns

ASSETS = Path(__file__).parent / "superset" / "assets"
FOLDER = ASSETS / "datasets" / "Rekognition_results"
NAMES = uuid.UUID("6d0f9f1e-3c57-4b0e-9a55-5f2b6c1f7a10")  # keeps uuids the same for ever
DATABASE = str(uuid.uuid5(NAMES, "database"))
HEADER = "# Written by `make docs` from sql/*/views and rekognition_tables/operations.\n"


def files() -> dict[str, str]:
    """Every dataset's YAML by file name."""
    columns = view_columns()
    return {
        f"{view.name}.yaml": HEADER
        + yaml.safe_dump(
            dataset(view, columns[view.name]), sort_keys=False, allow_unicode=True, width=100
        )
        for view in views()
    }


def dataset(view: SqlFile, columns: list[ViewColumn]) -> dict[str, Any]:
    """A dataset in the form of Superset's export, version 1.0.0."""
    return {
        "table_name": view.name,
        "main_dttm_col": next((one.name for one in columns if is_temporal(one.kind)), None),
        "description": re.sub(r"\n\s+", " ", view.about),
        "schema": "main",
        "uuid": str(uuid.uuid5(NAMES, f"dataset/{view.name}")),
        "metrics": [
            {"metric_name": "count", "verbose_name": "Rows", "expression": "COUNT(*)"},
        ],
        "columns": [
            {
                "column_name": one.name,
                "verbose_name": None,
                "is_dttm": is_temporal(one.kind),
                "is_active": True,
                "type": one.kind,
                "groupby": True,
                "filterable": True,
                "description": one.meaning,
            }
            for one in columns
        ],
        "version": "1.0.0",
        "database_uuid": DATABASE,
    }


def is_temporal(kind: str) -> bool:
    return kind.startswith(("TIMESTAMP", "DATE"))


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
