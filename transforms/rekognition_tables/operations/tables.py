"""All tables by name.

Columns are the API's members in snake_case (botocore's `xform_name`), nested members joined with
their parent's name. A column's metadata says what it holds (`comment`), by which JSON path of the
answer it is filled (`member`, empty for our own) and its `unit`. A position says which list it
counts. From both a plan is compiled that fills the tables (rekognition_tables.flatten.table_plan).
"""

from __future__ import annotations

from rekognition_tables.operations.every_operation import (
    JOB_REQUESTS,
    LOADS,
    QUARANTINED_RECORDS,
    UNKNOWN_FIELDS,
)
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.settings_tables import (
    MODERATION_TAXONOMY,
    PRICES,
    REVIEW_THRESHOLDS,
    SettingsTable,
)
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.table import Table

__all__ = [
    "SETTINGS_TABLES",
    "TABLES",
    "WRITTEN",
    "SettingsTable",
    "Table",
    "above",
    "written_by",
]

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        JOB_REQUESTS,
        *(one for spec in SPECS.values() for one in spec.tables),
        QUARANTINED_RECORDS,
        UNKNOWN_FIELDS,
        LOADS,
    )
}

# What results have files for: all but the ledger.
WRITTEN: list[Table] = [table for table in TABLES.values() if table is not LOADS]

# What people set and views read; filled from CSV files, not from results.
SETTINGS_TABLES: dict[str, SettingsTable] = {
    table.name: table for table in (REVIEW_THRESHOLDS, PRICES, MODERATION_TAXONOMY)
}


def written_by(operation: Operation) -> list[Table]:
    """The tables that a result of this operation has files for."""
    return [table for table in WRITTEN if operation in table.operations]


def above(table: Table) -> Table | None:
    """The table whose rows those of this one belong to; None when there is none.

    Of the tables of the same operations, the one with the longest grain that this grain contains.
    """
    contained = [
        other
        for other in TABLES.values()
        if other.operations == table.operations and set(other.grain) < set(table.grain)
    ]
    return max(contained, key=lambda other: len(other.grain), default=None)
