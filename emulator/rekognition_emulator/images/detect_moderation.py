"""DetectModerationLabels: one image at a time, from S3 or from the request's bytes.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectModerationLabels.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.wire import encode
from rekognition_emulator.images.moderation import MAX_BYTES_IN_S3, is_image, moderate
from rekognition_emulator.storage.objects import (
    AccessDenied,
    ObjectUnreadable,
    StoredObject,
    location_of,
)
from rekognition_emulator.storage.recordings import RecordingMissing
from rekognition_emulator.world import Caller, World

OPERATION = "DetectModerationLabels"


def detect_moderation_labels(
    world: World, request: dict[str, Any], caller: Caller
) -> dict[str, Any]:
    """The image's labels; the same image gives the same labels in a bulk job."""
    image = _image(world, request["Image"], caller)
    if not image.body or not is_image(image.body):
        raise ServiceError("InvalidImageFormatException")
    if len(image.body) > MAX_BYTES_IN_S3:
        raise ServiceError("ImageTooLargeException")
    project_version = request.get("ProjectVersion")
    world.adapters.check(project_version)
    try:
        raw = moderate(image, world.recordings, request.get("MinConfidence"), project_version)
    except RecordingMissing as missing:
        raise ServiceError("InternalServerError", str(missing)) from None
    world.counters.add("images_analysed", OPERATION)
    answer: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    if (loop := request.get("HumanLoopConfig")) is not None:
        answer["HumanLoopActivationOutput"] = _human_loop(loop, answer, caller)
    return answer


def _image(world: World, image: dict[str, Any], caller: Caller) -> StoredObject:
    """Exactly one of Bytes and S3Object."""
    if ("Bytes" in image) == ("S3Object" in image):
        message = "Image must have either Bytes or an S3Object."
        raise ServiceError("InvalidParameterException", message)
    if "Bytes" in image:
        return StoredObject(image["Bytes"], {})
    try:
        return world.objects.read(location_of("Image", image), caller.region)
    except (ObjectUnreadable, AccessDenied):
        raise ServiceError("InvalidS3ObjectException") from None


def _human_loop(loop: dict[str, Any], answer: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """What Augmented AI answers: a loop is started for an image that has labels."""
    if not answer["ModerationLabels"] or bytes(answer["ModerationLabels"]) == b"[]":
        return {}
    check = {"ConditionType": "ModerationLabelConfidenceCheck", "EvaluationResult": True}
    conditions = encode({"Conditions": [check]}).decode()
    return {
        "HumanLoopArn": (
            f"arn:aws:sagemaker:{caller.region}:{caller.account}:human-loop/{loop['HumanLoopName']}"
        ),
        "HumanLoopActivationReasons": ["ConditionsEvaluation"],
        "HumanLoopActivationConditionsEvaluationResults": conditions,
    }
