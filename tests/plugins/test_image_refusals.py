"""Image by image: a role without rights is told from an image that is at fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import MEDIA, OUTPUT, plan_images, put_images
from test_image_mode import flattened, land, paid, rows, start

from rekognition_emulator import Emulator
from rekognition_results.observability.callbacks import tell_failure
from rekognition_results.operators import image_mode
from rekognition_tables.flatten.commits import Commit
from rekognition_tables.results_root.layout import Layout

DETECT = "DetectModerationLabels"


def deny(s3: Any, *keys: str) -> None:
    """As a role without s3:GetObject on these sees them; none: all are allowed again."""
    if not keys:
        s3.delete_bucket_policy(Bucket=MEDIA)
        return
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": [f"arn:aws:s3:::{MEDIA}/{key}" for key in keys],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=MEDIA, Policy=json.dumps(policy))


def started(s3: Any, layout: Layout, context: dict[str, Any], images: int) -> str:
    put_images(s3, *(f"images/{number:02d}.jpg" for number in range(images)))
    (token,) = plan_images(layout).execute(context)
    return str(start(layout, token).execute(context))


def from_manifest(
    s3: Any, layout: Layout, context: dict[str, Any], *source_refs: str, planned: str = ""
) -> str:
    """A started job of a ready-made manifest, which was another one, `planned`, when planned."""
    body = "".join(json.dumps({"source-ref": one}) + "\n" for one in source_refs)
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=(planned or body).encode())
    plan = plan_images(layout, media_uri=None, manifest_uri=f"s3://{OUTPUT}/m.jsonl")
    (token,) = plan.execute(context)
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=body.encode())
    return str(start(layout, token).execute(context))


def refused(layout: Layout, job_id: str, context: dict[str, Any]) -> str:
    """The sentence with which landing fails, told to Airflow's callback as well."""
    landing = land(layout, job_id)
    with pytest.raises(AirflowFailException) as told:
        landing.execute(context)
    tell_failure({"task": landing, "exception": told.value})
    return str(told.value)


def landed(layout: Layout, job_id: str, context: dict[str, Any]) -> Commit:
    land(layout, job_id).execute(context)
    commit = flattened(layout, job_id, context)
    assert commit.reconciled
    return commit


def errors(layout: Layout, commit: Commit) -> list[tuple[int, str]]:
    if not commit.row_counts["manifest_errors"]:
        return []
    return [(row["line_number"], row["code"]) for row in rows(layout, commit, "manifest_errors")]


@pytest.mark.parametrize("images", [1, 12])
def test_a_role_that_may_read_no_image_is_red_and_the_job_stays_open(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator, images: int
) -> None:
    job_id = started(s3, layout, context, images)
    deny(s3, "images/*")
    told = refused(layout, job_id, context)
    assert told.startswith(
        f"Rekognition cannot read images of job {job_id}, such as s3://media/images/00.jpg, which "
        "S3 denies to us ("
    )
    assert told.endswith(
        "allow the connection's role s3:GetObject on them, s3:ListBucket on their bucket and "
        "kms:Decrypt on their key, and see that the bucket is in us-east-1, the region of the job."
    )
    (token,) = plan_images(layout).execute(context)
    assert start(layout, token).execute(context) == job_id
    deny(s3)
    commit = landed(layout, job_id, context)
    assert commit.row_counts["moderation_images"] == paid(amazon) == images
    assert errors(layout, commit) == []
    assert plan_images(layout).execute(context) == []


def test_images_that_only_rekognition_cannot_read_are_no_faults_of_theirs(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    job_id = started(s3, layout, context, 3)
    amazon.faults.error("InvalidS3ObjectException", times=None, operation=DETECT)
    assert "s3://media/images/00.jpg, which S3 has: allow" in refused(layout, job_id, context)
    amazon.faults.clear()
    assert errors(layout, landed(layout, job_id, context)) == []


def test_a_right_that_is_missing_for_some_is_found_by_ten_in_a_row(
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_mode, "IMAGES_PER_PART", 7)
    job_id = started(s3, layout, context, 24)
    deny(s3, "images/1*")
    assert "such as s3://media/images/10.jpg, which S3 denies" in refused(layout, job_id, context)
    assert 10 <= paid(amazon) <= 14
    deny(s3)
    commit = landed(layout, job_id, context)
    assert commit.row_counts["moderation_images"] == paid(amazon) == 24
    assert errors(layout, commit) == []


def test_single_images_among_others_are_errors_of_theirs_after_a_broken_try_too(
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_mode, "IMAGES_PER_PART", 6)
    job_id = started(s3, layout, context, 24)
    deny(s3, *(f"images/{number:02d}.jpg" for number in range(0, 24, 2)))
    with monkeypatch.context() as broken:
        broken.setattr(image_mode.ImagesAttempt, "add_summary", lambda _: 1 / 0)
        broken.setattr(image_mode.ImagesAttempt, "add_images", unless_refused())
        with pytest.raises(ZeroDivisionError):
            land(layout, job_id).execute(context)
    assert paid(amazon) == 12
    commit = landed(layout, job_id, context)
    expected = [(number + 1, "INVALID_S3_OBJECT") for number in range(0, 24, 2)]
    assert errors(layout, commit) == expected
    assert commit.row_counts["moderation_images"] == paid(amazon) == 12


def unless_refused() -> Any:
    """ImagesAttempt.add_images of a task that dies before it lands refusals."""
    honest = image_mode.ImagesAttempt.add_images

    def add_images(self: Any, answers: Any) -> None:
        if not any(answer.code for answer in answers):
            honest(self, answers)

    return add_images


def test_images_that_are_gone_are_errors_of_theirs(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    job_id = started(s3, layout, context, 13)
    for number in range(12):
        s3.delete_object(Bucket=MEDIA, Key=f"images/{number:02d}.jpg")
    commit = landed(layout, job_id, context)
    assert {code for _, code in errors(layout, commit)} == {"INVALID_S3_OBJECT"}
    assert commit.row_counts["manifest_errors"] == 12


def test_an_archived_image_is_an_error_of_its_own(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    s3.put_object(Bucket=MEDIA, Key="images/00.jpg", Body=b"x", StorageClass="GLACIER")
    put_images(s3, "images/01.jpg")
    job_id = from_manifest(
        s3, layout, context, f"s3://{MEDIA}/images/00.jpg", f"s3://{MEDIA}/images/01.jpg"
    )
    assert errors(layout, landed(layout, job_id, context)) == [(1, "INVALID_S3_OBJECT")]


def test_a_refusal_that_may_be_of_more_than_an_image_keeps_no_other(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    job_id = started(s3, layout, context, 6)
    amazon.faults.error("InvalidParameterException", times=1, operation=DETECT)
    commit = landed(layout, job_id, context)
    ((_, code),) = errors(layout, commit)
    assert code == "INVALID_PARAMETER"
    assert commit.row_counts["moderation_images"] == paid(amazon) == 5


def test_lines_that_name_no_object_keep_no_other(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg", "images/b.jpg")
    refs = ("s3://media/images/a.jpg", "s3://media", "s3://m/a.jpg", "s3://media/images/b.jpg")
    job_id = from_manifest(s3, layout, context, *refs, planned='{"source-ref": "s3://m/a.jpg"}')
    commit = landed(layout, job_id, context)
    assert errors(layout, commit) == [(2, "INVALID_SOURCE_REF"), (3, "INVALID_PARAMETER")]
    assert commit.row_counts["moderation_images"] == paid(amazon) == 2
