"""Planning takes each object once, whatever happened before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import (
    MEDIA,
    OUTPUT,
    plan_images,
    plan_videos,
    put_images,
    put_video,
    start_images,
    start_video,
)

import rekognition_results.operators.plan as plan_module
from rekognition_emulator import Emulator
from rekognition_emulator.sample_media import video
from rekognition_results.observability.callbacks import tell_failure
from rekognition_results.planning import planner as planning
from rekognition_tables.jobs import plans
from rekognition_tables.jobs.requests import StartRequest, note_committed, read_request
from rekognition_tables.results_root.layout import Layout

pytestmark = pytest.mark.usefixtures("amazon", "s3")


def manifest_of(s3: Any, layout: Layout, token: str) -> list[str]:
    request = read_request(layout, "media_analysis", token)
    assert request is not None
    place = request.request["Input"]["S3Object"]
    body = s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
    return [json.loads(line)["source-ref"] for line in body.splitlines()]


def test_images_of_a_prefix_go_into_one_request(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_images(s3, "images/a.jpg", "images/b #1?.png", "images/é.jpeg")
    (token,) = plan_images(layout).execute(context)
    assert manifest_of(s3, layout, token) == [
        "s3://media/images/a.jpg",
        "s3://media/images/b #1?.png",
        "s3://media/images/é.jpeg",
    ]
    request = read_request(layout, "media_analysis", token)
    assert request is not None
    assert request.request["ClientRequestToken"] == token
    assert request.request["OutputConfig"] == {"S3Bucket": OUTPUT, "S3KeyPrefix": "rekognition"}
    assert request.request["OperationsConfig"] == {"DetectModerationLabels": {"MinConfidence": 50}}


def test_what_cannot_be_analysed_is_left_out_and_counted(
    s3: Any, layout: Layout, context: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    put_images(s3, "images/a.jpg", "images/rekognition/out.jpg")
    s3.put_object(Bucket=MEDIA, Key="images/folder/", Body=b"")
    s3.put_object(Bucket=MEDIA, Key="images/empty.png", Body=b"")
    s3.put_object(Bucket=MEDIA, Key="images/notes.txt", Body=b"x")
    s3.put_object(Bucket=MEDIA, Key="images/huge.jpg", Body=bytes(15 * 2**20 + 1))
    plan = plan_images(layout, output_uri=f"s3://{MEDIA}/images/rekognition")
    (token,) = plan.execute(context)
    assert manifest_of(s3, layout, token) == ["s3://media/images/a.jpg"]
    assert (
        "1 images to analyse under s3://media/images/. Left out: 1 empty; 1 folder placeholder; "
        "1 no .jpg, .jpeg, .png; 1 over 15,728,640 bytes; 1 under our own output prefix."
    ) in capsys.readouterr().out


def test_an_object_is_planned_once_and_again_when_it_changes(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_images(s3, "images/a.jpg", "images/b.jpg")
    (first,) = plan_images(layout).execute(context)
    note_committed(layout, "media_analysis", first)
    assert plan_images(layout).execute(context) == []
    s3.put_object(Bucket=MEDIA, Key="images/b.jpg", Body=b"\xff\xd8\xffother")
    (second,) = plan_images(layout).execute(context)
    assert manifest_of(s3, layout, second) == ["s3://media/images/b.jpg"]


def test_a_video_put_anew_under_its_name_is_a_new_job(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (first,) = plan_videos(layout).execute(context)
    old = start_video(layout, first).execute(context)
    note_committed(layout, "label_detection", first)
    s3.put_object(Bucket=MEDIA, Key="videos/a.mp4", Body=video("another"))
    (second,) = plan_videos(layout).execute(context)
    assert start_video(layout, second).execute(context) != old
    assert amazon.counters.jobs_started["StartLabelDetection"] == 2


def test_a_request_without_a_result_is_taken_up_by_the_next_run(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    put_video(s3, "videos/b.mov", 20)
    tokens = plan_videos(layout).execute(context)
    assert len(tokens) == 2
    assert sorted(plan_videos(layout).execute(context)) == sorted(tokens)
    note_committed(layout, "label_detection", tokens[0])
    assert plan_videos(layout).execute(context) == tokens[1:]


@pytest.mark.parametrize("step", ["put_manifest", "write_plan", "claim", "note_claimed"])
def test_a_crash_at_any_step_of_planning_loses_and_doubles_nothing(
    step: str, s3: Any, layout: Layout, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_images(s3, "images/a.jpg", "images/b.jpg", "images/c.jpg")
    monkeypatch.setattr(planning, "IMAGES_PER_JOB", 2)
    monkeypatch.setattr(plan_module.PlanJobsOperator, "objects_per_job", 2, raising=False)
    owner: Any = {"claim": StartRequest, "put_manifest": planning}.get(step, plans)
    real = getattr(owner, step)

    def crash(*arguments: Any, **more: Any) -> Any:
        real(*arguments, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(owner, step, crash)
        with pytest.raises(KeyboardInterrupt):
            plan_images(layout).execute(context)
    tokens = plan_images(layout).execute(context)
    sources = [source for token in tokens for source in manifest_of(s3, layout, token)]
    assert sorted(sources) == [f"s3://media/images/{name}.jpg" for name in "abc"]


def test_a_run_takes_so_many_jobs_and_the_next_one_the_rest(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    for name in "abc":
        put_video(s3, f"videos/{name}.mp4", 20)
    first = plan_videos(layout, max_jobs=2).execute(context)
    for token in first:
        note_committed(layout, "label_detection", token)
    second = plan_videos(layout, max_jobs=2).execute(context)
    assert (len(first), len(second)) == (2, 1)


def test_a_run_that_is_full_with_what_was_left_does_not_list(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    first = plan_videos(layout, max_jobs=1).execute(context)
    nowhere = plan_videos(layout, max_jobs=1, media_uri="s3://nowhere/videos/")
    assert nowhere.execute(context) == first
    with pytest.raises(AirflowFailException, match="no such bucket"):
        plan_videos(layout, max_jobs=2, media_uri="s3://nowhere/videos/").execute(context)


def test_a_window_of_time_limits_a_backfill(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    assert plan_videos(layout, modified_before="2000-01-01").execute(context) == []
    assert plan_videos(layout, modified_after="2999-01-01T00:00:00Z").execute(context) == []
    window = {"modified_after": "2000-01-01", "modified_before": "2999-01-01"}
    assert len(plan_videos(layout, **window).execute(context)) == 1


def test_a_bulk_request_says_which_detection_even_with_nothing_more_to_say(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout, min_confidence=None).execute(context)
    request = read_request(layout, "media_analysis", token)
    assert request is not None
    assert request.request["OperationsConfig"] == {"DetectModerationLabels": {}}
    assert start_images(layout, token).execute(context)
    assert amazon.counters.jobs_started["StartMediaAnalysisJob"] == 1


def test_every_parameter_of_a_video_request_is_sent(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(
        layout,
        min_confidence="70.5",
        features='["GENERAL_LABELS"]',
        label_inclusion_filters='["Person", "Car"]',
        label_exclusion_filters=["Dog"],
        label_category_inclusion_filters='["Animals and Pets"]',
        label_category_exclusion_filters="[]",
        job_tag="nightly",
        sns_topic_arn="arn:aws:sns:us-east-1:123456789012:done",
        sns_role_arn="arn:aws:iam::123456789012:role/rekognition",
    ).execute(context)
    request = read_request(layout, "label_detection", token)
    assert request is not None
    assert request.request == {
        "Video": {"S3Object": {"Bucket": MEDIA, "Name": "videos/a.mp4"}},
        "MinConfidence": 70.5,
        "NotificationChannel": {
            "SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:done",
            "RoleArn": "arn:aws:iam::123456789012:role/rekognition",
        },
        "JobTag": "nightly",
        "Features": ["GENERAL_LABELS"],
        "Settings": {
            "GeneralLabels": {
                "LabelInclusionFilters": ["Person", "Car"],
                "LabelExclusionFilters": ["Dog"],
                "LabelCategoryInclusionFilters": ["Animals and Pets"],
            }
        },
        "ClientRequestToken": token,
    }


def test_a_ready_made_manifest_is_used_as_it_stands(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    s3.put_bucket_versioning(Bucket=OUTPUT, VersioningConfiguration={"Status": "Enabled"})
    line = b'{"source-ref": "s3://media/images/a.jpg"}\n'
    version = s3.put_object(Bucket=OUTPUT, Key="mine.jsonl", Body=line)["VersionId"]
    s3.put_object(Bucket=OUTPUT, Key="mine.jsonl", Body=line + line)
    plan = plan_images(layout, manifest_uri=f"s3://{OUTPUT}/mine.jsonl", manifest_version=version)
    (token,) = plan.execute(context)
    request = read_request(layout, "media_analysis", token)
    assert request is not None
    assert request.request["Input"]["S3Object"] == {
        "Bucket": OUTPUT,
        "Name": "mine.jsonl",
        "Version": version,
    }


@pytest.mark.parametrize(
    "manifest, sentence",
    [
        (
            b'{"source-ref": "s3://media/a.jpg"}\n{"source',
            r"Line 2 of s3://output/m.jsonl cannot be read \(JSON is cut short",
        ),
        (b'["s3://media/a.jpg"]', "Line 1 of s3://output/m.jsonl has no source-ref"),
        (b'{"source-ref": "a.jpg"}', "Line 1 of s3://output/m.jsonl has no source-ref"),
        (b'{"source-ref": "s3://b/\\ud800"}', "Line 1 of .* cannot be read .Half a surrogate pair"),
        (
            b'{"source-ref": "s3://media/a.jpg"}\n{"source-ref": "s3://media"}',
            "Line 2 of s3://output/m.jsonl has no source-ref with bucket and key: write it as",
        ),
        (b'{"source-ref": "s3://media/"}', "Line 1 of s3://output/m.jsonl has no source-ref"),
        (b'{"source-ref": "s3:///a.jpg"}', "Line 1 of s3://output/m.jsonl has no source-ref"),
    ],
)
def test_a_bad_line_of_a_manifest_is_refused_before_it_costs_money(
    manifest: bytes,
    sentence: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
) -> None:
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=manifest)
    with pytest.raises(AirflowFailException, match=sentence):
        plan_images(layout, manifest_uri=f"s3://{OUTPUT}/m.jsonl").execute(context)
    assert amazon.counters.jobs_started.total() == 0


def test_what_failed_for_good_is_left_to_a_person(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    s3.delete_object(Bucket=MEDIA, Key="videos/a.mp4")
    put_video(s3, "videos/b.mp4", 20)
    start = start_video(layout, token)
    with pytest.raises(AirflowFailException, match="InvalidS3ObjectException") as refused:
        start.execute(context)
    tell_failure({"task": start, "exception": refused.value})
    left = plan_videos(layout).execute(context)
    assert token not in left
    assert len(left) == 1
    assert token in plan_videos(layout, again="True").execute(context)


def test_what_may_mend_itself_is_taken_up_by_the_next_run(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    amazon.faults.error(code="AccessDeniedException", message="no", times=1)
    start = start_video(layout, token)
    with pytest.raises(AirflowFailException, match="AccessDenied") as refused:
        start.execute(context)
    tell_failure({"task": start, "exception": refused.value})
    assert plan_videos(layout).execute(context) == [token]
