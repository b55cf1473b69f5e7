"""A bulk analysis job at work: reads its manifest, looks at each image, writes what it found."""

from __future__ import annotations

from typing import Any

import msgspec
from moto.kms.models import kms_backends

from rekognition_emulator.engine.errors import JobFailure, ServiceError
from rekognition_emulator.engine.jobs import Job
from rekognition_emulator.images.manifests import Analysis, InvalidLine, analyse, split_reference
from rekognition_emulator.images.moderation import MAX_BYTES_IN_S3, is_image, moderate
from rekognition_emulator.images.moderation_taxonomy import MODERATION_MODEL_VERSION
from rekognition_emulator.storage.objects import AccessDenied, ObjectUnreadable, OutputUnwritable
from rekognition_emulator.storage.recordings import RecordingMissing
from rekognition_emulator.world import World

RESULTS_NAME, SUMMARY_NAME = "results.jsonl", "manifest-summary.json"
_ADAPTER_FAILURES = {
    "ResourceNotFoundException": "RESOURCE_NOT_FOUND",
    "ResourceNotReadyException": "RESOURCE_NOT_READY",
}


def failed(code: str, message: str) -> dict[str, Any]:
    """The outcome of a job that ends FAILED."""
    return {"Status": "FAILED", "FailureDetails": {"Code": code, "Message": message}}


def analysed(world: World, job: Job) -> dict[str, Any]:
    """Do the job: its outcome, with results and summary in S3. JobFailure says why it cannot."""
    settings = job.request["OperationsConfig"]["DetectModerationLabels"]
    _check_surroundings(world, job, settings.get("ProjectVersion"))
    try:
        document = world.objects.read(job.request["Input"]["S3Object"], job.region).body
    except ObjectUnreadable as unreadable:
        raise JobFailure("INVALID_S3_OBJECT", str(unreadable)) from None
    except AccessDenied as denied:
        raise JobFailure("ACCESS_DENIED", str(denied)) from None
    # The same image in many lines is looked up and paid for each time, but made up only once.
    known: dict[str, msgspec.Raw] = {}

    def result_of(source_ref: str) -> msgspec.Raw:
        if source_ref not in known:
            known[source_ref] = _result(world, job, source_ref, settings)
        return known[source_ref]

    analysis = analyse(document, result_of)
    world.counters.add("images_analysed", job.operation, len(analysis.results))
    return _write(world, job, analysis)


def _check_surroundings(world: World, job: Job, project_version: str | None) -> None:
    """JobFailure for an output, a key or an adapter that the job cannot use."""
    try:
        world.objects.check_output(job.request["OutputConfig"]["S3Bucket"], job.region)
    except OutputUnwritable as unwritable:
        raise JobFailure("INVALID_OUTPUT_CONFIG", str(unwritable)) from None
    except AccessDenied as denied:
        raise JobFailure("ACCESS_DENIED", str(denied)) from None
    key_id = job.request.get("KmsKeyId")
    if key_id is not None and not _key_is_usable(job, key_id):
        raise JobFailure("INVALID_KMS_KEY", f"The key {key_id} does not exist or is disabled.")
    try:
        world.adapters.check(project_version)
    except ServiceError as error:
        raise JobFailure(_ADAPTER_FAILURES[error.code], error.message) from None


def _key_is_usable(job: Job, key_id: str) -> bool:
    backend = kms_backends[job.account][job.region]
    name = backend.get_alias_name(key_id)
    if name.startswith("alias/"):
        name = backend.get_key_id_from_alias(name) or name
    found = backend.keys.get(backend.get_key_id(name))
    return found is not None and bool(found.enabled)


def _result(world: World, job: Job, source_ref: str, settings: dict[str, Any]) -> msgspec.Raw:
    bucket, key = split_reference(source_ref)
    try:
        image = world.objects.read({"Bucket": bucket, "Name": key}, job.region)
    except (ObjectUnreadable, AccessDenied) as unreadable:
        raise InvalidLine("INVALID_S3_OBJECT", str(unreadable), source_ref) from None
    if not is_image(image.body):
        message = "The image is neither a JPEG nor a PNG."
        raise InvalidLine("INVALID_IMAGE_FORMAT", message, source_ref)
    if len(image.body) > MAX_BYTES_IN_S3:
        raise InvalidLine("IMAGE_TOO_LARGE", "The image is larger than 15 MB.", source_ref)
    try:
        version = settings.get("ProjectVersion")
        return moderate(image, world.recordings, settings.get("MinConfidence"), version)
    except RecordingMissing as missing:
        raise InvalidLine("INTERNAL_ERROR", str(missing), source_ref) from None


def _write(world: World, job: Job, analysis: Analysis) -> dict[str, Any]:
    """Put both documents under OutputConfig and describe them as GetMediaAnalysisJob does."""
    output, key = job.request["OutputConfig"], job.request.get("KmsKeyId")
    prefix = output.get("S3KeyPrefix", "")
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    folder = f"{prefix}{job.job_id}/"
    results = _damaged(world, job, analysis.results_document())
    put = world.objects.write
    return {
        "Status": "SUCCEEDED",
        "Results": {
            "S3Object": put(output["S3Bucket"], folder + RESULTS_NAME, results, key),
            "ModelVersions": {"Moderation": MODERATION_MODEL_VERSION},
        },
        "ManifestSummary": {
            "S3Object": put(
                output["S3Bucket"], folder + SUMMARY_NAME, analysis.summary_document(), key
            )
        },
    }


def _damaged(world: World, job: Job, results: bytes) -> bytes:
    """The result manifest with the faults that the job was started with, if any."""
    lines = results.splitlines(keepends=True)
    if dropped := job.orders.get("dropped", 0):
        lines = lines[: max(0, len(lines) - dropped)]
    if job.orders.get("broken_line") and lines:
        at = world.faults.choose(len(lines))
        lines[at] = lines[at][: len(lines[at]) // 2] + b"\n"
    return b"".join(lines)
