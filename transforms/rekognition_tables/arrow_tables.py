"""For notebooks: a table of the results root as Arrow, read through the commits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from rekognition_tables.errors import ReconciliationFailed
from rekognition_tables.flatten.commits import Commit, commits
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.own_folders import own_folder
from rekognition_tables.results_root.layout import SEGMENTS_SUFFIX, Layout
from rekognition_tables.warehouse.committed_files import conformed, fetch
from rekognition_tables.warehouse.statements import ledger_rows

# Folders of a results root, any of which makes one.
PARTS = ("commits", "raw", "tables", "jobs", "requests", "plans", "settings")


def read_table(
    root: str | UPath | Path, table: str, *, job_id: str | None = None, held_back: bool = False
) -> pa.Table:
    """One table of every committed result under `root`, or of one job's, with the table's schema.

    `.to_pandas()` of it gives Arrow types, so an integer that is NULL does not turn into a float.
    A result that does not reconcile is left out unless `held_back`; asking for just that job raises
    ReconciliationFailed. KeyError: no such table, or nothing is committed for `job_id`.
    SchemaMismatch: a commit of another version. IncompleteResults: a file is not as it says.
    A folder that `flatten --out` wrote is read as it is. FileNotFoundError: `root` is neither.
    """
    described = TABLES[table]
    layout = Layout.at(root)
    if not any((layout.root / part).is_dir() for part in PARTS):
        return _loose(layout.root, table, job_id)
    found = [one for one in commits(layout) if job_id in (None, one.key.job_id)]
    if job_id is not None and not found:
        raise KeyError(f"Nothing is committed for job {job_id} in {layout.root}.")
    own = [one for one in found if one.key.operation in described.operations]
    shown = [one for one in own if _shown(one, job_id, held_back)]
    schema = described.schema.with_metadata(_for_pandas(described.schema))
    if table == "loads":
        return ledger_rows(found, datetime.now(UTC)).cast(schema)
    with own_folder("rekognition-fetched-") as folder:
        paths = fetch(layout, shown, folder).get(table, [])
        parts = [pq.ParquetFile(path, memory_map=False).read() for path in paths]
    return pa.concat_tables([schema.empty_table(), *(conformed(part, schema) for part in parts)])


def _loose(root: UPath, table: str, job_id: str | None) -> pa.Table:
    """A table of the folder that loose files were flattened to."""
    from rekognition_tables.loose.files import LOADS

    names = [path.name for path in (root / "loads").glob("*.parquet")]
    if not names:
        raise FileNotFoundError(
            f"{root} is no results root, nor a folder that `flatten --out` wrote: name one of them."
        )
    wanted = [f"{job_id}{form}.parquet" for form in ("", SEGMENTS_SUFFIX)]
    found = sorted(name for name in names if job_id is None or name in wanted)
    if not found:
        raise KeyError(f"There is no result of job {job_id} in {root}.")
    own = (LOADS if table == "loads" else TABLES[table]).schema
    schema = own.with_metadata(_for_pandas(own))
    parts = []
    for path in (root / table / name for name in found):
        if path.exists():  # an operation has only its own tables
            with path.open("rb") as file:
                parts.append(conformed(pq.ParquetFile(file).read(), schema))
    return pa.concat_tables([schema.empty_table(), *parts])


def _shown(commit: Commit, job_id: str | None, held_back: bool) -> bool:
    commit.assert_of_this_version()
    if commit.held_back and not held_back and job_id is not None:
        raise ReconciliationFailed(
            f"{commit.key.operation} {commit.key.name} is held back: {commit.reason}",
            operation=commit.key.operation,
            job_id=job_id,
            aggregate_by=commit.key.aggregate_by,
            reason=commit.reason,
        )
    return held_back or not commit.held_back


def _for_pandas(schema: pa.Schema) -> dict[bytes, bytes]:
    """What pandas leaves beside Arrow types when it writes them: `to_pandas` goes by it."""
    columns = [
        {
            "name": field.name,
            "field_name": field.name,
            "pandas_type": str(field.type),
            "numpy_type": "object" if pa.types.is_nested(field.type) else f"{field.type}[pyarrow]",
            "metadata": None,
        }
        for field in schema
    ]
    told = {"index_columns": [], "column_indexes": [], "columns": columns}
    return {**(schema.metadata or {}), b"pandas": json.dumps(told).encode()}
