"""What a task read and wrote, for OpenLineage: objects, landing zone, tables, warehouse.

Airflow's OpenLineage provider asks an operator for `get_openlineage_facets_on_complete` when a
transport is configured; without the provider nothing here is called. Datasets are named as
OpenLineage names them: namespace `s3://bucket` and the key, or `file` and the path.
https://openlineage.io/docs/spec/naming
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rekognition_results.planning.s3_listing import S3Uri
from rekognition_tables.flatten.commits import Commit
from rekognition_tables.jobs.request_row import job_input
from rekognition_tables.jobs.requests import read_job, read_request
from rekognition_tables.landing.attempts import Attempt, newest_whole_attempt
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.warehouse.lake.ducklake import DuckLake

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    Lineage = OperatorLineage[Any, Any]


def lineage(inputs: Iterable[Any], outputs: Iterable[Any]) -> Lineage:
    """What the provider asks for: datasets read and datasets written."""
    from airflow.providers.openlineage.extractors import OperatorLineage

    return OperatorLineage(inputs=list(inputs), outputs=list(outputs))


def dataset(place: Any) -> Any:
    """A dataset for a URI, a path, or a DuckLake, which is named by its catalog."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    return Dataset(*_names(place))


def _names(place: Any) -> tuple[str, str]:
    if isinstance(place, DuckLake):
        return "ducklake", str(place)
    text = str(place)
    if text.startswith("s3://"):
        uri = S3Uri.parse(text, "a dataset")
        return f"s3://{uri.bucket.rpartition('@')[2]}", uri.key  # Airflow's paths name a connection
    return "file", str(Path(text.removeprefix("file://")))


def analysed(told: dict[str, Any]) -> list[Any]:
    """The object that a request, or the answer to it, names: a video, or an input manifest."""
    source = job_input(told)
    return [dataset(f"s3://{source['Bucket']}/{source['Name']}")] if source else []


def landed(layout: Layout, key: ResultKey) -> Lineage:
    """From the object that was analysed to the attempt that counts.

    Our request names the object; of a job that others started the landed answer does.
    """
    attempt = newest_whole_attempt(layout, key)
    if attempt is None:
        return lineage([], [])
    record = read_job(layout, key.operation, key.job_id)
    request = record and record.token and read_request(layout, key.operation, record.token)
    told = request.request if request else json.loads(_own_answer(attempt) or b"{}")
    return lineage(analysed(told), [dataset(attempt.path)])


def _own_answer(attempt: Attempt) -> bytes | None:
    """The body that describes the job: of a video job, its first page."""
    if attempt.key.operation in VIDEO_OPERATIONS:
        return attempt.read(attempt.parts[0]).partition(b"\n")[0] if attempt.parts else None
    return attempt.document("description.json")


def flattened(layout: Layout, commit: Commit | None) -> Lineage:
    """From the attempt to the tables that it was flattened to."""
    if commit is None:
        return lineage([], [])
    attempt = layout.attempts(commit.key) / commit.attempt
    return lineage([dataset(attempt)], tables(layout, commit.row_counts))


def loaded(layout: Layout, *warehouses: Any) -> Lineage:
    """From all tables to the warehouse, and to the copy that readers open."""
    names = {name for operation in OPERATIONS for name in _written(operation)}
    return lineage(
        [dataset(layout.root / "tables" / name) for name in sorted(names)],
        [dataset(place) for place in dict.fromkeys(warehouses)],
    )


def _written(operation: Operation) -> list[str]:
    from rekognition_tables.operations.tables import written_by

    return [table.name for table in written_by(operation)]


def tables(layout: Layout, row_counts: Mapping[str, int]) -> list[Any]:
    """A folder of Parquet files a table, with its columns, and the rows that were written to it."""
    from airflow.providers.common.compat.openlineage.facet import (
        OutputDataset,
        OutputStatisticsOutputDatasetFacet,
    )

    return [
        OutputDataset(
            *_names(layout.root / "tables" / name),
            facets={"schema": _schema(name)},
            outputFacets={"outputStatistics": OutputStatisticsOutputDatasetFacet(rowCount=rows)},
        )
        for name, rows in row_counts.items()
    ]


def _schema(table: str) -> Any:
    from airflow.providers.common.compat.openlineage.facet import (
        SchemaDatasetFacet,
        SchemaDatasetFacetFields,
    )

    from rekognition_tables.operations.tables import TABLES

    return SchemaDatasetFacet(
        fields=[
            SchemaDatasetFacetFields(
                name=column.name,
                type=str(column.type),
                description=(column.metadata or {}).get(b"comment", b"").decode(),
            )
            for column in TABLES[table].schema
        ]
    )
