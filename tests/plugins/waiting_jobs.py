"""Jobs to wait for, of every operation, and triggers as the triggerer gets them."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib import import_module
from typing import Any

from pipeline_steps import MEDIA, OUTPUT, put_images, put_video

from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.operators.label_detection import RekognitionStartLabelDetectionOperator
from rekognition_results.operators.media_analysis import RekognitionStartMediaAnalysisJobOperator
from rekognition_results.operators.videos import RekognitionStartVideoJobOperator
from rekognition_results.sensors.label_detection import RekognitionLabelDetectionSensor
from rekognition_results.sensors.media_analysis import RekognitionMediaAnalysisJobSensor
from rekognition_results.sensors.videos import RekognitionVideoJobSensor
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS

SENSORS: dict[str, Any] = {
    "media_analysis": RekognitionMediaAnalysisJobSensor,
    **{name: partial(RekognitionVideoJobSensor, operation=name) for name in VIDEO_OPERATIONS},
    "label_detection": RekognitionLabelDetectionSensor,
}
STARTS: dict[str, Any] = {
    "media_analysis": RekognitionStartMediaAnalysisJobOperator,
    **{
        name: partial(RekognitionStartVideoJobOperator, operation=name) for name in VIDEO_OPERATIONS
    },
    "label_detection": RekognitionStartLabelDetectionOperator,
}
VIDEO = {"S3Object": {"Bucket": MEDIA, "Name": "a.mp4"}}
MANIFEST = {"S3Object": {"Bucket": OUTPUT, "Name": "m.jsonl"}}
MODERATION: dict[str, Any] = {"DetectModerationLabels": {}}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "media_analysis": {
        "input": MANIFEST,
        "operations_config": MODERATION,
        "output_config": {"S3Bucket": OUTPUT},
    },
    **{name: {"video": VIDEO} for name in VIDEO_OPERATIONS},
}


def put_input(s3: Any) -> None:
    """What ARGUMENTS name."""
    put_video(s3, "a.mp4", 20)
    put_images(s3, "a.jpg")
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=b'{"source-ref": "s3://media/a.jpg"}\n')


def running_job(kind: str, s3: Any) -> str:
    """A job that runs until the test turns the clock."""
    put_input(s3)
    bulk = {"Input": MANIFEST, "OperationsConfig": MODERATION, "OutputConfig": {"S3Bucket": OUTPUT}}
    spec = SPECS[kind]  # type: ignore[index]
    return RekognitionHook().start(spec, bulk if kind == "media_analysis" else {"Video": VIDEO})


def rebuilt(trigger: Any) -> Any:
    """The trigger as the triggerer gets it."""
    path, arguments = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(import_module(module), name)(**arguments)
    assert again.serialize() == (path, arguments)
    return again


async def _fired(trigger: Any) -> dict[str, Any]:
    async for event in trigger.run():
        return dict(event.payload)
    raise AssertionError("the trigger ended without an event")


def fired(trigger: Any) -> dict[str, Any]:
    """What the trigger's event says."""
    return asyncio.run(_fired(rebuilt(trigger)))
