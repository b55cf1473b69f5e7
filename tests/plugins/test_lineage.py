"""What OpenLineage is told: objects, landing zone, tables and warehouse, by their names there."""

from __future__ import annotations

from typing import Any

import pytest
from pipeline_steps import (
    land_images,
    land_video,
    plan_images,
    plan_videos,
    put_images,
    put_video,
    root,
    start_images,
    start_video,
)

from rekognition_emulator import Emulator
from rekognition_results.observability.lineage import dataset
from rekognition_results.operators.reflatten import RekognitionReflattenOperator
from rekognition_results.operators.results import (
    RekognitionFlattenOperator,
    RekognitionLoadWarehouseOperator,
)
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.lake.ducklake import DuckLake


def told(operator: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Namespace and name of what the operator read, and of what it wrote."""
    found = operator.get_openlineage_facets_on_complete(None)
    return (
        [(one.namespace, one.name) for one in found.inputs],
        [(one.namespace, one.name) for one in found.outputs],
    )


def flatten(layout: Layout, operation: Any, job_id: str) -> RekognitionFlattenOperator:
    return RekognitionFlattenOperator(
        task_id="flatten", operation=operation, job_id=job_id, results_uri=root(layout)
    )


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_a_video_is_followed_from_its_object_to_the_tables(
    operation: Operation, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a #1.mp4", 25)
    video = ("s3://media", "videos/a #1.mp4")
    plan = plan_videos(layout, operation)
    (token,) = plan.execute(context)
    assert told(plan) == (
        [("s3://media", "videos/")],
        [("file", f"{layout.root}/plans/{operation}")],
    )
    start = start_video(layout, token, operation)
    job_id = start.execute(context)
    assert told(start) == ([video], [])
    amazon.clock.advance(60)
    land = land_video(layout, job_id, operation)
    assert told(land) == ([], [])
    attempt = ("file", land.execute(context))
    assert told(land) == ([video], [attempt])
    task = flatten(layout, operation, job_id)
    assert told(task) == ([], [])
    task.execute(context)
    inputs, outputs = told(task)
    assert inputs == [attempt]
    table = VIDEO_OPERATIONS[operation].elements_table
    assert ("file", f"{layout.root}/tables/{table.name}") in outputs
    (elements,) = (
        one
        for one in task.get_openlineage_facets_on_complete(None).outputs
        if one.name.endswith(f"/{table.name}")
    )
    assert elements.outputFacets["outputStatistics"].rowCount == 25
    columns = {field.name: field.description for field in elements.facets["schema"].fields}
    assert list(columns) == table.schema.names
    assert all(columns.values())


def test_a_bulk_job_is_followed_and_one_of_others_by_its_own_answer(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    start = start_images(layout, token)
    job_id = start.execute(context)
    ((manifest,), _) = told(start)
    assert manifest[0] == "s3://output"
    assert manifest[1].startswith("rekognition/input-manifests/")
    amazon.clock.advance(60)
    land = land_images(layout, job_id)
    attempt = ("file", land.execute(context))
    assert told(land) == ([manifest], [attempt])
    layout.job("media_analysis", job_id).unlink()  # as if somebody else had started it
    assert told(land) == ([manifest], [attempt])


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_a_video_of_others_is_named_by_its_first_page(
    operation: Operation, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 25)
    (token,) = plan_videos(layout, operation).execute(context)
    job_id = start_video(layout, token, operation).execute(context)
    amazon.clock.advance(60)
    layout.job(operation, job_id).unlink()
    land = land_video(layout, job_id, operation)
    attempt = ("file", land.execute(context))
    assert told(land) == ([("s3://media", "videos/a.mp4")], [attempt])


def test_loading_goes_from_the_tables_to_the_warehouse_and_its_copy(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", root(layout))
    inputs, outputs = told(RekognitionLoadWarehouseOperator(task_id="load"))
    assert {name.rpartition("/")[2] for _, name in inputs} == set(TABLES) - {"loads"}
    assert outputs == [
        ("file", f"{layout.root}/warehouse/rekognition.duckdb"),
        ("file", f"{layout.root}/published/rekognition.duckdb"),
    ]
    reflatten = RekognitionReflattenOperator(
        task_id="flatten", operation="label_detection", results_uri=root(layout)
    )
    assert told(reflatten) == ([("file", f"{layout.root}/raw/label_detection")], [])


@pytest.mark.parametrize(
    "place, named",
    [
        ("s3://bucket/a/b #?.mp4", ("s3://bucket", "a/b #?.mp4")),
        ("s3://aws_default@bucket/a", ("s3://bucket", "a")),
        ("/data/x", ("file", "/data/x")),
        ("file:///data/x", ("file", "/data/x")),
        (
            DuckLake("ducklake:postgres:host=db password=secret", "s3://bucket/lake"),
            ("ducklake", "ducklake:postgres:host=db password=***"),
        ),
    ],
)
def test_datasets_are_named_as_openlineage_does(place: Any, named: tuple[str, str]) -> None:
    found = dataset(place)
    assert (found.namespace, found.name) == named
