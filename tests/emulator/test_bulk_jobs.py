"""Bulk analysis: a job's life, its manifests, how it fails, how it is listed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import JPEG, MEDIA, OUTPUT, PNG, Call, Media, bulk_request

from rekognition_emulator import Emulator
from rekognition_emulator.engine.clock import MANUAL_START
from rekognition_emulator.images.manifests import MAX_LINES
from rekognition_emulator.images.moderation import MAX_BYTES_IN_S3


def finished(emulator: Any, call: Call, request: dict[str, Any]) -> dict[str, Any]:
    """The description of a job for the request, once it has ended."""
    job_id = call("StartMediaAnalysisJob", **request)["JobId"]
    emulator.clock.advance(1)
    return call("GetMediaAnalysisJob", JobId=job_id)


def summary(media: Media, job: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(media.read(job["ManifestSummary"]["S3Object"])))


def results(media: Media, job: dict[str, Any]) -> list[dict[str, Any]]:
    lines = media.read(job["Results"]["S3Object"]).splitlines()
    return [json.loads(line) for line in lines]


def test_a_job_lives_on_the_clock(emulator: Any, media: Media, both: Call) -> None:
    job_id = both("StartMediaAnalysisJob", **media.images())["JobId"]
    seen = []
    for seconds in (0, 0.2, 0.3, 0.5):
        emulator.clock.advance(seconds)
        seen.append(both("GetMediaAnalysisJob", JobId=job_id)["Status"])
    assert seen == ["CREATED", "QUEUED", "IN_PROGRESS", "SUCCEEDED"]
    job = both("GetMediaAnalysisJob", JobId=job_id)
    assert job["CreationTimestamp"] == datetime.fromtimestamp(MANUAL_START, UTC)
    assert (job["CompletionTimestamp"] - job["CreationTimestamp"]).total_seconds() == 1


def test_every_line_is_a_result_or_an_error(emulator: Emulator, media: Media, call: Call) -> None:
    media.put("a.jpg", JPEG)
    media.put("dir/sp ace #1?é.png", PNG)
    media.put("notes.txt", b"text")
    media.put("folder/", b"")
    media.put("huge.jpg", JPEG + bytes(MAX_BYTES_IN_S3))
    lines: list[tuple[str | bytes, str | None]] = [
        (f"s3://{MEDIA}/a.jpg", None),
        (b"not json", "INVALID_JSON_LINE"),
        (b"", "INVALID_JSON_LINE"),
        (b"[1]", "INVALID_JSON_LINE"),
        (b'{"source": "s3://a/b"}', "MISSING_SOURCE_REF"),
        (b'{"source-ref": 5}', "MISSING_SOURCE_REF"),
        ("https://example.org/a.jpg", "INVALID_SOURCE_REF"),
        (f"s3://{MEDIA}", "INVALID_SOURCE_REF"),
        (f"s3://{MEDIA}/missing.jpg", "INVALID_S3_OBJECT"),
        ("s3://no-such-bucket/a.jpg", "INVALID_S3_OBJECT"),
        (f"s3://{MEDIA}/notes.txt", "INVALID_IMAGE_FORMAT"),
        (f"s3://{MEDIA}/folder/", "INVALID_IMAGE_FORMAT"),
        (f"s3://{MEDIA}/huge.jpg", "IMAGE_TOO_LARGE"),
        (f"s3://{MEDIA}/dir/sp ace #1?é.png", None),
        (f"s3://{MEDIA}/a.jpg", None),
    ]
    job = finished(emulator, call, media.manifest(*(line for line, _ in lines)))
    found = summary(media, job)
    assert found["version"] == "1.0"
    assert found["statistics"] == {
        "total-json-lines": len(lines),
        "valid-json-lines": 3,
        "invalid-json-lines": len(lines) - 3,
    }
    expected = [(number, code) for number, (_, code) in enumerate(lines, 1) if code is not None]
    assert [(error["line-numer"], error["code"]) for error in found["errors"]] == expected
    assert all(error["message"] for error in found["errors"])
    assert [error.get("source-ref") for error in found["errors"]][-1] == f"s3://{MEDIA}/huge.jpg"
    assert [line["source-ref"] for line in results(media, job)] == [
        line for line, code in lines if code is None
    ]
    assert emulator.counters.images_analysed["StartMediaAnalysisJob"] == 3


def test_results_lie_under_the_output_config(
    emulator: Emulator, media: Media, call: Call, clients: Any
) -> None:
    s3 = clients("s3")
    enabled = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=OUTPUT, VersioningConfiguration=enabled)
    key = clients("kms").create_key()["KeyMetadata"]["Arn"]
    request = media.images() | {"KmsKeyId": key}
    request["OutputConfig"] = {"S3Bucket": OUTPUT, "S3KeyPrefix": "my-results"}
    job = finished(emulator, call, request)
    for place in (job["Results"]["S3Object"], job["ManifestSummary"]["S3Object"]):
        assert place["Bucket"] == OUTPUT
        assert place["Name"].startswith(f"my-results/{job['JobId']}/")
        stored = s3.head_object(Bucket=OUTPUT, Key=place["Name"])
        assert stored["VersionId"] == place["Version"]
        assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", key)
    assert job["Results"]["ModelVersions"] == {"Moderation": "7.0"}


def test_the_manifests_version_is_respected(
    emulator: Emulator, media: Media, call: Call, clients: Any
) -> None:
    enabled = {"Status": "Enabled"}
    clients("s3").put_bucket_versioning(Bucket=MEDIA, VersioningConfiguration=enabled)
    request = media.images(2)
    first = clients("s3").head_object(Bucket=MEDIA, Key="manifest.jsonl")["VersionId"]
    media.images(1)
    request["Input"]["S3Object"]["Version"] = first
    job = finished(emulator, call, request)
    assert len(results(media, job)) == 2
    assert job["Input"]["S3Object"]["Version"] == first


def other_region(scene: Any) -> dict[str, Any]:
    place = {"LocationConstraint": "us-west-2"}
    scene.s3("s3", "us-west-2").create_bucket(Bucket="far-away", CreateBucketConfiguration=place)
    return dict(scene.media.images() | {"OutputConfig": {"S3Bucket": "far-away"}})


def gone(scene: Any) -> dict[str, Any]:
    scene.before = lambda: scene.s3("s3").delete_object(Bucket=MEDIA, Key="manifest.jsonl")
    return dict(scene.media.images())


def adapter(scene: Any, later: bool | None) -> dict[str, Any]:
    arn = "arn:aws:rekognition:eu-west-1:123456789012:project/p/version/v/1700000000000"
    adapters = scene.emulator.adapters
    adapters.declare(arn)
    scene.before = lambda: (
        adapters.ready.pop(arn) if later is None else adapters.declare(arn, later)
    )
    config = {"DetectModerationLabels": {"ProjectVersion": arn}}
    return dict(scene.media.images() | {"OperationsConfig": config})


def denied(scene: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{OUTPUT}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    request = dict(scene.media.images())
    scene.s3("s3").put_bucket_policy(Bucket=OUTPUT, Policy=policy)
    return request


def by_order(code: str) -> Any:
    def ordered(scene: Any) -> dict[str, Any]:
        scene.emulator.faults.fail_job(code, "By order.")
        return dict(scene.media.images())

    return ordered


FAILURES = [
    ("INVALID_S3_OBJECT", gone),
    ("INVALID_MANIFEST", lambda scene: scene.media.manifest(b"\xff\xfe not UTF-8")),
    ("INVALID_MANIFEST", lambda scene: scene.media.manifest(*[b"{}"] * (MAX_LINES + 1))),
    ("INVALID_MANIFEST", lambda scene: bulk_request(scene.media.put("blank", b" \n"))),
    (
        "INVALID_OUTPUT_CONFIG",
        lambda scene: scene.media.images() | {"OutputConfig": {"S3Bucket": "no-such-bucket"}},
    ),
    ("INVALID_OUTPUT_CONFIG", other_region),
    ("INVALID_KMS_KEY", lambda scene: scene.media.images() | {"KmsKeyId": "alias/none"}),
    ("RESOURCE_NOT_FOUND", lambda scene: adapter(scene, None)),
    ("RESOURCE_NOT_READY", lambda scene: adapter(scene, False)),
    ("ACCESS_DENIED", denied),
    ("INTERNAL_ERROR", by_order("INTERNAL_ERROR")),
    ("THROTTLED", by_order("THROTTLED")),
]


class Scene:
    """What a failure's cause works with; `before` is done after the start, before the end."""

    def __init__(self, emulator: Any, media: Media, clients: Any) -> None:
        self.emulator, self.media, self.s3 = emulator, media, clients
        self.before: Any = lambda: None


@pytest.mark.parametrize("code,cause", FAILURES)
def test_a_failed_job_says_why(
    code: str, cause: Any, emulator: Any, media: Media, clients: Any, call: Call
) -> None:
    scene = Scene(emulator, media, clients)
    request = cause(scene) | {"ClientRequestToken": "one"}
    job_id = call("StartMediaAnalysisJob", **request)["JobId"]
    scene.before()
    emulator.clock.advance(1)
    job = call("GetMediaAnalysisJob", JobId=job_id)
    assert job["Status"] == "FAILED"
    assert job["FailureDetails"]["Code"] == code
    assert job["FailureDetails"]["Message"]
    assert "CompletionTimestamp" in job
    assert not {"Results", "ManifestSummary"} & set(job)
    assert call("StartMediaAnalysisJob", **request)["JobId"] == job_id
    assert emulator.counters.images_analysed.total() == 0


def test_every_failure_code_of_the_model_has_a_test() -> None:
    from emulated import output_members

    code = output_members("GetMediaAnalysisJob")["FailureDetails.Code"]
    assert {name for name, _ in FAILURES} == set(code.metadata["enum"])


def test_the_same_token_is_the_same_job_for_ever(emulator: Any, media: Media, call: Call) -> None:
    request = media.images() | {"ClientRequestToken": "one"}
    first = call("StartMediaAnalysisJob", **request)["JobId"]
    emulator.clock.advance(1)
    assert call("StartMediaAnalysisJob", **request)["JobId"] == first
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        call("StartMediaAnalysisJob", **request | {"JobName": "x"})
    assert call("StartMediaAnalysisJob", **media.images())["JobId"] != first
    assert emulator.counters.jobs_started["StartMediaAnalysisJob"] == 2


def test_jobs_are_listed_newest_first_in_pages(emulator: Any, media: Media, both: Call) -> None:
    request = media.images()
    started = []
    for _ in range(5):
        started.append(both("StartMediaAnalysisJob", **request)["JobId"])
        emulator.clock.advance(1)
    listed: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = both("ListMediaAnalysisJobs", MaxResults=2, **more)
        listed += [job["JobId"] for job in page["MediaAnalysisJobs"]]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
        # A job that starts between two pages neither repeats one nor hides one.
        both("StartMediaAnalysisJob", **request)
    assert listed == started[::-1]


def test_jobs_of_another_region_are_not_seen(media: Media, call: Call, clients: Any) -> None:
    job_id = call("StartMediaAnalysisJob", **media.images())["JobId"]
    far = clients("rekognition", "us-west-2")
    assert far.list_media_analysis_jobs()["MediaAnalysisJobs"] == []
    with pytest.raises(ClientError, match="ResourceNotFound"):
        far.get_media_analysis_job(JobId=job_id)


def test_jobs_are_forgotten_after_a_year(emulator: Any, media: Media, call: Call) -> None:
    job = finished(emulator, call, media.images())
    emulator.clock.advance(366 * 24 * 3600)
    assert call("ListMediaAnalysisJobs")["MediaAnalysisJobs"] == []
    with pytest.raises(ClientError, match="ResourceNotFound"):
        call("GetMediaAnalysisJob", JobId=job["JobId"])


def test_bulk_and_single_image_agree(emulator: Emulator, media: Media, call: Call) -> None:
    request = media.images(20)
    request["OperationsConfig"] = {"DetectModerationLabels": {"MinConfidence": 70}}
    job = finished(emulator, call, request)
    for line in results(media, job):
        name = line["source-ref"].removeprefix(f"s3://{MEDIA}/")
        image = {"S3Object": {"Bucket": MEDIA, "Name": name}}
        single = call("DetectModerationLabels", Image=image, MinConfidence=70)
        del single["ResponseMetadata"]
        assert line["detect-moderation-labels"] == single
        by_bytes = call(
            "DetectModerationLabels",
            Image={"Bytes": media.read(image["S3Object"])},
            MinConfidence=70,
        )
        del by_bytes["ResponseMetadata"]
        assert by_bytes == single
