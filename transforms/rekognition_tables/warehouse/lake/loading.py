"""The warehouse as a DuckLake: loaders take turns, and should two meet, one begins again."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from rekognition_tables.errors import WarehouseLocked
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.lake.maintenance import (
    refuse_strange_files,
    set_options,
    tidy_up_if_due,
)
from rekognition_tables.warehouse.lake.place import refuse_lake_among_results
from rekognition_tables.warehouse.lake.turn import turn
from rekognition_tables.warehouse.schema import (
    WAREHOUSE_VERSION,
    create_schema,
    found_version,
    take_in_old_lock,
)
from rekognition_tables.warehouse.transaction import (
    LoadReport,
    Pending,
    Progress,
    load_pending,
    with_commits_as_they_stand,
)


def load_lake(
    layout: Layout, lake: DuckLake, everything: bool, timeout: float, progress: Progress | None
) -> LoadReport:
    """Load in one transaction, in turn; who still loses to another one reads the ledger again.

    WarehouseLocked when others were at it for `timeout` seconds.
    """

    def attempt(marks: Mapping[ResultKey, str]) -> LoadReport:
        folder = Path(tempfile.gettempdir())
        pending = Pending(layout, marks, folder, "rekognition-fetched-", progress)
        until = time.monotonic() + timeout
        while True:
            try:
                return _load_once(lake, pending, everything, until - time.monotonic())
            except WarehouseLocked:
                left = until - time.monotonic()
                if left <= 0:
                    raise
                time.sleep(min(left, random.uniform(0.05, 0.5)))

    return with_commits_as_they_stand(layout, attempt)


def _load_once(lake: DuckLake, pending: Pending, everything: bool, timeout: float) -> LoadReport:
    refuse_lake_among_results(pending.layout.root, lake.data_uri)
    with opened(lake, 0) as con, turn(con, lake, timeout):
        version = found_version(con, lake)
        if version is None:
            refuse_strange_files(con, lake)
            set_options(con)
            create_schema(con)
        take_in_old_lock(con)
        anew = everything or version not in (None, WAREHOUSE_VERSION)
        report = load_pending(con, pending, anew=anew)
        tidy_up_if_due(con, lake, pending.layout.root)
        return report
