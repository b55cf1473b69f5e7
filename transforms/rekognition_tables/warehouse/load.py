"""Load what is committed into the warehouse, exactly once, and publish it for readers.

A load is one transaction: it updates the one row of `load_lock`, deletes and inserts by result,
writes the ledger `loads`, runs sql/checks, and commits all tables or none. In file mode one lock
file covers load, check and publish (`warehouse.file.lock`). A DuckLake is not published:
its readers read it while loads run.
"""

from __future__ import annotations

from pathlib import Path

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.file.loading import load_and_publish_file, load_file, publish_file
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.lake.loading import load_lake
from rekognition_tables.warehouse.transaction import LoadReport, Progress

__all__ = ["LoadReport", "Warehouse", "load", "load_and_publish", "publish"]

LOCK_TIMEOUT = 600.0  # seconds; the default of REKOGNITION_LOCK_TIMEOUT
Warehouse = Path | DuckLake


def load(
    layout: Layout,
    warehouse: Warehouse,
    *,
    everything: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    progress: Progress | None = None,
) -> LoadReport:
    """Take every committed result that is not loaded as it stands into the warehouse.

    `everything` builds the tables anew from all commits: in a new file that is swapped in, or in
    the one transaction on a lake. So does a warehouse of an older schema version. With
    `everything`, a damaged file is kept beside the new one, as `NAME.damaged-TIME`.
    `progress(done, total)` counts results.

    Errors: WarehouseLocked after `lock_timeout` seconds; IncompleteResults when a Parquet file is
    not what its commit says; SchemaMismatch for commits of another version, and for a warehouse
    of a later one or of somebody else; ReconciliationFailed when a check finds something. After
    each the warehouse is as it was.
    """
    if isinstance(warehouse, DuckLake):
        return load_lake(layout, warehouse, everything, lock_timeout, progress)
    return load_file(layout, warehouse.absolute(), everything, lock_timeout, progress)


def publish(warehouse: Path, published: Path, *, lock_timeout: float = LOCK_TIMEOUT) -> Path:
    """Put a copy of the warehouse at `published`. FileNotFoundError: nothing was ever loaded."""
    publish_file(warehouse.absolute(), published, lock_timeout)
    return published


def load_and_publish(
    layout: Layout,
    warehouse: Warehouse,
    published: Warehouse,
    *,
    everything: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    progress: Progress | None = None,
) -> LoadReport:
    """`load`, then publish once, under one lock. A published file that is current is left alone.

    `published` is what readers open: of a DuckLake the lake itself, and nothing is published.
    """
    if isinstance(warehouse, DuckLake) or isinstance(published, DuckLake):
        return load(
            layout, warehouse, everything=everything, lock_timeout=lock_timeout, progress=progress
        )
    return load_and_publish_file(
        layout, warehouse.absolute(), published, everything, lock_timeout, progress
    )
