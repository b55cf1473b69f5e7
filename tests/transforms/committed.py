"""Results made for the warehouse's tests: Parquet files straight from the schemas, and a commit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rekognition_tables.flatten.commits import Commit, TableFile
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout, ResultKey

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def video(job_id: str, aggregate_by: str = "TIMESTAMPS") -> ResultKey:
    return ResultKey.of("label_detection", job_id, aggregate_by)


def images(job_id: str) -> ResultKey:
    return ResultKey.of("media_analysis", job_id)


def commit_result(
    layout: Layout, key: ResultKey, rows: Rows, *, generation: int = 1, reason: str | None = None
) -> Commit:
    """Write `rows` of each table and the commit. Each generation is landed an hour later."""
    landed_at = NOON + timedelta(hours=generation)
    files = []
    for name, some in rows.items():
        table = TABLES[name]
        keys = {"operation": key.operation, "job_id": key.job_id, "aggregate_by": key.aggregate_by}
        own = {column: keys[column] for column in keys if column in table.schema.names}
        path = layout.root / "tables" / name / key.operation / f"{key.name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist([own | row for row in some], table.schema), data)
        content = data.getvalue().to_pybytes()
        path.write_bytes(content)
        place = str(path.relative_to(layout.root))
        files.append(TableFile(name, place, len(some), hashlib.sha256(content).hexdigest()))
    made = Commit(
        key,
        f"{generation:05d}",
        SPECS[key.operation].schema_version,
        landed_at,
        landed_at + timedelta(minutes=1),
        tuple(files),
        reason,
    )
    made.write(layout)
    return made


def video_rows(names: Sequence[str], step: int = 500) -> Rows:
    """A finished video with one label a sample, each with one parent."""
    return {
        "label_detection_jobs": [
            {"job_status": "SUCCEEDED", "video_metadata_duration_millis": step * len(names)}
        ],
        "labels": [
            {"label_index": n, "timestamp": step * n, "name": name, "confidence": 90.0 + n % 10}
            for n, name in enumerate(names)
        ],
        "label_parents": [
            {"label_index": n, "parent_index": 0, "name": f"Parent of {name}"}
            for n, name in enumerate(names)
        ],
        "job_requests": [{"landed_at": NOON}],
    }


def image_rows(keys: Sequence[str], label: str = "Violence", confidence: float = 99.0) -> Rows:
    """A finished bulk job: one label on each image."""
    return {
        "media_analysis_jobs": [{"mode": "bulk", "status": "SUCCEEDED"}],
        "moderation_images": [
            {
                "image_index": n,
                "source_ref": f"s3://media/{key}",
                "source_ref_bucket": "media",
                "source_ref_key": key,
            }
            for n, key in enumerate(keys)
        ],
        "moderation_labels": [
            {
                "image_index": n,
                "label_index": 0,
                "name": label,
                "parent_name": "",
                "taxonomy_level": 1,
                "confidence": confidence,
            }
            for n, _ in enumerate(keys)
        ],
        "job_requests": [{"landed_at": NOON}],
    }


def of_other_version(commit: Commit, layout: Layout, version: int) -> Commit:
    other = replace(commit, schema_version=version)
    other.write(layout)
    return other
