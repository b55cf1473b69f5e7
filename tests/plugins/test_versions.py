"""What was planned is what is analysed, and what a job wrote is what is landed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import (
    MEDIA,
    OUTPUT,
    land_images,
    plan_images,
    plan_videos,
    put_images,
    put_video,
    start_images,
    start_video,
)

from rekognition_emulator import Emulator
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.operators import plan as plan_module
from rekognition_results.operators.media_analysis import RekognitionLandMediaAnalysisOperator
from rekognition_tables.errors import ResultsError
from rekognition_tables.jobs.requests import note_committed, read_request
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.results_root.layout import Layout, ResultKey

pytestmark = pytest.mark.usefixtures("amazon")


@pytest.fixture
def versioned(s3: Any) -> Any:
    for bucket in (MEDIA, OUTPUT):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return s3


def input_of(layout: Layout, operation: Any, token: str) -> dict[str, str]:
    request = read_request(layout, operation, token)
    assert request is not None
    place = request.request.get("Video") or request.request["Input"]
    found: dict[str, str] = place["S3Object"]
    return found


def test_a_video_is_planned_at_its_version_and_once(
    versioned: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(versioned, "videos/a.mp4", 20)
    version = versioned.head_object(Bucket=MEDIA, Key="videos/a.mp4")["VersionId"]
    (token,) = plan_videos(layout).execute(context)
    assert input_of(layout, "label_detection", token)["Version"] == version
    assert start_video(layout, token).execute(context)
    note_committed(layout, "label_detection", token)
    assert plan_videos(layout).execute(context) == []


def test_an_object_older_than_the_bucket_s_versions_has_none(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    s3.put_bucket_versioning(Bucket=MEDIA, VersioningConfiguration={"Status": "Enabled"})
    put_video(s3, "videos/b.mp4", 20)
    tokens = plan_videos(layout).execute(context)
    found = [input_of(layout, "label_detection", token) for token in tokens]
    assert ["Version" in place for place in found] == [False, True]


def test_a_video_that_changes_while_it_is_planned_is_the_next_run_s(
    versioned: Any, layout: Layout, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_video(versioned, "videos/a.mp4", 20)
    put_video(versioned, "videos/b.mp4", 20)
    listed = plan_module.objects_under

    def list_and_change(*arguments: Any) -> Any:
        found = list(listed(*arguments))
        versioned.put_object(Bucket=MEDIA, Key="videos/a.mp4", Body=b"another")
        versioned.delete_object(Bucket=MEDIA, Key="videos/b.mp4")
        return iter(found)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(plan_module, "objects_under", list_and_change)
        assert plan_videos(layout).execute(context) == []
    (token,) = plan_videos(layout).execute(context)
    assert input_of(layout, "label_detection", token)["Name"] == "videos/a.mp4"


def test_an_input_manifest_is_sent_at_its_version(
    versioned: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(versioned, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    place = input_of(layout, "media_analysis", token)
    told = versioned.head_object(Bucket=OUTPUT, Key=place["Name"])
    assert place["Version"] == told["VersionId"]
    # Whatever is put under its name now is not what the job reads.
    versioned.put_object(Bucket=OUTPUT, Key=place["Name"], Body=b"{}")
    job_id = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    assert RekognitionHook().get_media_analysis_job(job_id).Status == "SUCCEEDED"


def test_planning_that_is_repeated_finds_the_same_version(
    versioned: Any, layout: Layout, context: dict[str, Any], tmp_path: Any
) -> None:
    put_images(versioned, "images/a.jpg")
    other = Layout.at(str(tmp_path / "other"))
    (first,), (second,) = (plan_images(one).execute(context) for one in (layout, other))
    assert first == second


def test_somebody_else_s_bytes_under_a_manifest_s_name_are_not_sent(
    versioned: Any, layout: Layout, context: dict[str, Any], tmp_path: Any
) -> None:
    put_images(versioned, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    place = input_of(layout, "media_analysis", token)
    forged = b'{"source-ref": "s3://media/secret.jpg"}\n'
    versioned.put_object(Bucket=OUTPUT, Key=place["Name"], Body=forged)
    (again,) = plan_images(Layout.at(str(tmp_path / "other"))).execute(context)
    place = input_of(Layout.at(str(tmp_path / "other")), "media_analysis", again)
    got = versioned.get_object(Bucket=OUTPUT, Key=place["Name"], VersionId=place["Version"])
    assert got["Body"].read() == b'{"source-ref": "s3://media/images/a.jpg"}\n'


def test_results_are_read_at_the_version_that_the_job_wrote(
    versioned: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(versioned, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    job_id = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    results = RekognitionHook().get_media_analysis_job(job_id).Results
    assert results is not None
    place = results["S3Object"]
    versioned.put_object(Bucket=OUTPUT, Key=place["Name"], Body=b'{"source-ref": "forged"}\n')
    land_images(layout, job_id).execute(context)
    attempt = newest_whole_attempt(layout, ResultKey.of("media_analysis", job_id))
    assert attempt is not None
    assert attempt.facts["results_version"] == place["Version"]
    line = json.loads(attempt.read(attempt.parts[0]))
    assert line["source-ref"] == "s3://media/images/a.jpg"


@pytest.mark.parametrize("member", ["Results", "ManifestSummary"])
@pytest.mark.parametrize(
    "moved",
    [
        lambda place: place | {"Bucket": MEDIA},
        lambda place: place | {"Name": "elsewhere/" + place["Name"]},
        lambda place: place | {"Name": place["Name"].replace("/", "-of-others/", 1)},
    ],
    ids=["bucket", "prefix", "sibling"],
)
@pytest.mark.parametrize("record", ["started here", "found"])
def test_results_elsewhere_than_asked_for_are_refused(
    member: str,
    moved: Callable[[dict[str, str]], dict[str, str]],
    record: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    job_id = start_images(layout, token).execute(context)
    amazon.clock.advance(60)
    honest = RekognitionHook.get_media_analysis_job

    def forged(hook: RekognitionHook, job_id: str) -> Any:
        job = honest(hook, job_id)
        getattr(job, member)["S3Object"] = moved(getattr(job, member)["S3Object"])
        if record == "started here":  # the answer agrees with itself, and not with our request
            job.OutputConfig.update(S3Bucket=MEDIA, S3KeyPrefix="elsewhere")  # type: ignore[union-attr]
        return job

    monkeypatch.setattr(RekognitionHook, "get_media_analysis_job", forged)
    root = layout if record == "started here" else Layout.at(str(tmp_path / "other"))
    with pytest.raises(AirflowFailException, match="they are not read"):
        land_images(root, job_id).execute(context)
    assert newest_whole_attempt(root, ResultKey.of("media_analysis", job_id)) is None


@pytest.mark.parametrize(
    "prefix, name, read",
    [
        ("bulk", "bulk/job/results.jsonl", True),
        ("bulk/", "bulk/job/results.jsonl", True),
        ("bulk/", "bulk//job/results.jsonl", True),
        ("bulk", "bulkjob-1/results.jsonl", True),
        ("", "job-1/results.jsonl", True),
        ("bulk", "bulk-of-others/job-1/results.jsonl", False),
        ("bulk/", "bulk-of-others/job-1/results.jsonl", False),
        ("bulk", "bulk", False),
        ("bulk", "other/bulk/job-1/results.jsonl", False),
    ],
)
def test_under_a_prefix_is_in_its_folder(prefix: str, name: str, read: bool) -> None:
    operator = RekognitionLandMediaAnalysisOperator(task_id="land", job_id="job-1")
    asked = {"S3Bucket": OUTPUT} | ({"S3KeyPrefix": prefix} if prefix else {})
    with nullcontext() if read else pytest.raises(ResultsError, match="they are not read"):
        operator._check_is_asked_for({"Bucket": OUTPUT, "Name": name}, asked)
