"""Rekognition's results as tables: landing zone, flatten, reconcile, load.

Neither Airflow nor boto3 is imported here.
For notebooks: `rekognition_tables.read_table(root, "labels")`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["read_table"]


def __getattr__(name: str) -> Any:
    """`read_table` when it is asked for: every command would pay for importing Arrow otherwise."""
    if name == "read_table":
        from rekognition_tables.arrow_tables import read_table

        return read_table
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
