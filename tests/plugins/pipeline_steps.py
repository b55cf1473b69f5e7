"""Puts media into the local Amazon and takes the pipeline's operators through their steps."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

from rekognition_emulator.sample_media import image, video
from rekognition_results.operators.label_detection import (
    RekognitionLandLabelDetectionOperator,
    RekognitionPlanLabelDetectionOperator,
    RekognitionStartLabelDetectionOperator,
)
from rekognition_results.operators.media_analysis import (
    RekognitionLandMediaAnalysisOperator,
    RekognitionPlanMediaAnalysisOperator,
    RekognitionStartMediaAnalysisJobOperator,
)
from rekognition_results.operators.videos import (
    RekognitionLandVideoResultOperator,
    RekognitionPlanVideoJobsOperator,
    RekognitionStartVideoJobOperator,
)
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout

RETRIES = 2  # of every task in the tests
MEDIA, OUTPUT = "media", "output"
LABELS: Operation = "label_detection"
# The classes of label detection, and those of every video operation.
PLANS = RekognitionPlanLabelDetectionOperator, RekognitionPlanVideoJobsOperator
STARTS = RekognitionStartLabelDetectionOperator, RekognitionStartVideoJobOperator
LANDS = RekognitionLandLabelDetectionOperator, RekognitionLandVideoResultOperator
OUTPUT_URI = f"s3://{OUTPUT}/rekognition"


def of(operation: Operation, of_labels: Any, of_every_operation: Any) -> Any:
    """The operator of an operation."""
    return of_labels if operation == LABELS else partial(of_every_operation, operation=operation)


def of_try(number: int, max_tries: int = RETRIES) -> dict[str, Any]:
    """As much of a task's context as the operators read."""
    ti = SimpleNamespace(try_number=number, max_tries=max_tries, xcom_push=lambda **_: None)
    return {"ti": ti}


def cleared(tries: int = 1) -> dict[str, Any]:
    """The same of a task that a person cleared after so many tries: Airflow raises max_tries."""
    return of_try(tries + 1, max_tries=tries + RETRIES)


def put_images(s3: Any, *keys: str) -> None:
    for key in keys:
        s3.put_object(Bucket=MEDIA, Key=key, Body=image(key))


def put_video(s3: Any, key: str, labels: int) -> None:
    s3.put_object(Bucket=MEDIA, Key=key, Body=video(key), Metadata={"labels": str(labels)})


def root(layout: Layout) -> str:
    return str(layout.root)


def plan_images(layout: Layout, **more: Any) -> RekognitionPlanMediaAnalysisOperator:
    arguments: dict[str, Any] = {
        "task_id": "plan",
        "media_uri": f"s3://{MEDIA}/images/",
        "output_uri": OUTPUT_URI,
        "min_confidence": 50,
        "results_uri": root(layout),
    }
    return RekognitionPlanMediaAnalysisOperator(**(arguments | more))


def plan_videos(layout: Layout, operation: Operation = LABELS, **more: Any) -> Any:
    arguments: dict[str, Any] = {
        "task_id": "plan",
        "media_uri": f"s3://{MEDIA}/videos/",
        "results_uri": root(layout),
    }
    return of(operation, *PLANS)(**(arguments | more))


def start_images(layout: Layout, token: str) -> RekognitionStartMediaAnalysisJobOperator:
    return RekognitionStartMediaAnalysisJobOperator(
        task_id="start", token=token, results_uri=root(layout), retries=RETRIES
    )


def start_video(layout: Layout, token: str, operation: Operation = LABELS) -> Any:
    return of(operation, *STARTS)(
        task_id="start", token=token, results_uri=root(layout), retries=RETRIES
    )


def land_images(layout: Layout, job_id: str) -> RekognitionLandMediaAnalysisOperator:
    return RekognitionLandMediaAnalysisOperator(
        task_id="land", job_id=job_id, results_uri=root(layout)
    )


def land_video(layout: Layout, job_id: str, operation: Operation = LABELS, **more: Any) -> Any:
    return of(operation, *LANDS)(task_id="land", job_id=job_id, results_uri=root(layout), **more)
