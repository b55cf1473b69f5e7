"""RekognitionHook against the local Amazon, over HTTP, through botocore."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore import xform_name
from pipeline_steps import MEDIA, OUTPUT, put_images, put_video

from rekognition_emulator import Emulator
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_tables.errors import IncompleteResults, RequestRefused, ResultsError, ServiceBusy
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS, VideoOperation

BULK = SPECS["media_analysis"]

VIDEO = {"Video": {"S3Object": {"Bucket": MEDIA, "Name": "videos/a.mp4"}}}


@pytest.fixture
def hook(amazon: Emulator) -> RekognitionHook:
    # One try a call, so that a test sees what a call does, not what botocore's retries make of it.
    return RekognitionHook(config={"retries": {"total_max_attempts": 1}})


@pytest.fixture(params=VIDEO_OPERATIONS)
def spec(request: pytest.FixtureRequest) -> VideoOperation:
    return VIDEO_OPERATIONS[request.param]


@pytest.fixture
def job_id(hook: RekognitionHook, spec: VideoOperation, s3: Any, amazon: Emulator) -> str:
    put_video(s3, "videos/a.mp4", 2_345)
    job_id = hook.start(spec, VIDEO)
    amazon.clock.advance(60)
    return job_id


def bulk_job(hook: RekognitionHook, s3: Any, **token: str) -> str:
    put_images(s3, "images/a.jpg")
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=b'{"source-ref": "s3://media/images/a.jpg"}\n')
    request = {
        "Input": {"S3Object": {"Bucket": OUTPUT, "Name": "m.jsonl"}},
        "OperationsConfig": {"DetectModerationLabels": {}},
        "OutputConfig": {"S3Bucket": OUTPUT, "S3KeyPrefix": "out"},
    }
    return hook.start(BULK, request | token)


def test_pages_are_the_bodies_as_they_came(
    hook: RekognitionHook, spec: VideoOperation, job_id: str
) -> None:
    pages = list(hook.pages(spec, job_id))
    bodies = [json.loads(page.body) for page in pages]
    assert [len(body[spec.elements]) for body in bodies] == [1000, 1000, 345]
    assert [body.get("NextToken") for body in bodies] == [page.next_token for page in pages]
    assert pages[-1].next_token is None
    assert {body["JobId"] for body in bodies} == {job_id}


def test_a_page_is_what_boto3_parses_without_us(
    hook: RekognitionHook, spec: VideoOperation, job_id: str, amazon: Emulator
) -> None:
    ours = json.loads(hook.page(spec, job_id).body)
    plain = hook.get_session().client("rekognition", endpoint_url=amazon.url)
    order = {"SortBy": "TIMESTAMP"} if spec.sort_by else {}
    theirs = getattr(plain, xform_name(spec.get))(JobId=job_id, MaxResults=1000, **order)
    del theirs["ResponseMetadata"]
    assert ours.pop("NextToken")
    assert theirs.pop("NextToken")
    assert ours == theirs


def test_sorting_and_segments_are_asked_for_where_there_are_any(
    hook: RekognitionHook, spec: VideoOperation, job_id: str
) -> None:
    if spec.aggregations:
        body = json.loads(hook.page(spec, job_id, "SEGMENTS", "NAME").body)
        assert body["GetRequestMetadata"] == {"AggregateBy": "SEGMENTS", "SortBy": "NAME"}
        part, _, name = spec.required.partition(".")
        names = [element[part][name] for element in body[spec.elements]]
        assert names == sorted(names)
    plain = replace(spec, aggregations=(), sort_by=None)  # as text detection is
    asked: list[dict[str, Any]] = []
    event = f"before-parameter-build.rekognition.{spec.get}"
    hook.conn.meta.events.register(event, lambda params, **_: asked.append(params))
    hook.page(plain, job_id, next_token=None, max_results=7)
    hook.page(spec, job_id)
    assert asked[0] == {"JobId": job_id, "MaxResults": 7}
    assert asked[1].get("AggregateBy") == spec.forms[0]
    assert asked[1].get("SortBy") == spec.sort_by


def test_a_body_cut_on_the_way_is_asked_for_again(
    amazon: Emulator, spec: VideoOperation, job_id: str
) -> None:
    amazon.faults.cut_body(times=1, operation=spec.get)
    page = RekognitionHook().page(spec, job_id)
    assert len(json.loads(page.body)[spec.elements]) == 1000


def test_a_list_cut_on_the_way_is_asked_for_again(
    hook: RekognitionHook, s3: Any, amazon: Emulator
) -> None:
    started = [bulk_job(hook, s3)]
    amazon.faults.cut_body(times=1, operation="ListMediaAnalysisJobs")
    assert [job["JobId"] for job in hook.list_media_analysis_jobs()] == started
    assert amazon.counters.calls["ListMediaAnalysisJobs"] == 2


@pytest.mark.parametrize("token", [{}, {"ClientRequestToken": "mine"}])
@pytest.mark.parametrize("started", SPECS.values(), ids=SPECS)
def test_a_start_whose_answer_was_cut_starts_one_job(
    hook: RekognitionHook, s3: Any, amazon: Emulator, started: Any, token: dict[str, str]
) -> None:
    put_video(s3, "videos/a.mp4", 1)
    amazon.faults.cut_body(times=2, operation=started.start)
    if started is BULK:
        job_id = bulk_job(hook, s3, **token)
        assert hook.get_media_analysis_job(job_id).JobId == job_id
    else:
        job_id = hook.start(started, {**VIDEO, **token})
        assert hook.page(started, job_id).job_status == "IN_PROGRESS"
    assert amazon.counters.calls[started.start] == 3
    assert amazon.counters.jobs_started[started.start] == 1


def test_answers_that_never_come_whole_are_one_sentence(
    hook: RekognitionHook, spec: VideoOperation, s3: Any, amazon: Emulator
) -> None:
    put_video(s3, "videos/a.mp4", 1)
    amazon.faults.cut_body(times=None)
    with pytest.raises(ServiceBusy, match=r"Start\w+ of s3://\S+ came cut short 5 times"):
        hook.start(spec, VIDEO)
    assert amazon.counters.jobs_started.total() == 1
    with pytest.raises(ServiceBusy, match=r"List\w+ of the account came cut short 5 times"):
        list(hook.list_media_analysis_jobs())


def test_a_job_in_a_form_that_nobody_knows_is_one_sentence(
    hook: RekognitionHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b'{"JobId": "j", "Status": "FAILED", "FailureDetails": {"Code": 7}}'
    monkeypatch.setattr(hook, "_whole", lambda *_: ({}, body))
    with pytest.raises(ResultsError, match=r"of job j answers in a form .* update this program"):
        hook.get_media_analysis_job("j")


def test_the_body_kept_is_the_last_attempts(
    amazon: Emulator, spec: VideoOperation, job_id: str
) -> None:
    hook = RekognitionHook()
    first = hook.page(spec, job_id)
    amazon.faults.throttle(times=1, operation=spec.get)
    second = hook.page(spec, job_id, next_token=first.next_token)
    assert second.body != first.body
    assert len(json.loads(second.body)[spec.elements]) == 1000


def test_a_dead_token_is_incomplete_results(
    hook: RekognitionHook, amazon: Emulator, spec: VideoOperation, job_id: str
) -> None:
    amazon.faults.dead_tokens(times=1)
    with pytest.raises(IncompleteResults, match="begin again with the first page"):
        list(hook.pages(spec, job_id))


def test_a_busy_service_is_not_a_refusal(hook: RekognitionHook, amazon: Emulator) -> None:
    amazon.faults.throttle(times=1)
    with pytest.raises(ServiceBusy, match="tried again"):
        hook.get_media_analysis_job("nobody")


def test_a_job_nobody_knows_names_what_to_check(
    hook: RekognitionHook, spec: VideoOperation
) -> None:
    with pytest.raises(RequestRefused, match=r"check account and region; .* kept for 7 days"):
        hook.page(spec, "0" * 64)


def test_every_bulk_job_is_listed_over_all_pages(
    hook: RekognitionHook, s3: Any, amazon: Emulator
) -> None:
    started = []
    for number in range(103):
        started.append(bulk_job(hook, s3, ClientRequestToken=f"t{number}"))
        amazon.clock.advance(1)
    listed = [job["JobId"] for job in hook.list_media_analysis_jobs()]
    assert listed == started[::-1]
    assert amazon.counters.calls["ListMediaAnalysisJobs"] == 2


def test_a_bulk_job_comes_with_its_whole_body(hook: RekognitionHook, s3: Any) -> None:
    put_images(s3, "images/a.jpg")
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=b'{"source-ref": "s3://media/images/a.jpg"}\n')
    job_id = hook.start(
        BULK,
        {
            "Input": {"S3Object": {"Bucket": OUTPUT, "Name": "m.jsonl"}},
            "OperationsConfig": {"DetectModerationLabels": {"MinConfidence": 12.5}},
            "OutputConfig": {"S3Bucket": OUTPUT, "S3KeyPrefix": "out"},
            "JobName": "nightly",
        },
    )
    job = hook.get_media_analysis_job(job_id)
    told = json.loads(job.body)
    assert (job.JobId, job.Status) == (job_id, told["Status"])
    assert told["JobName"] == "nightly"
    assert told["OperationsConfig"] == {"DetectModerationLabels": {"MinConfidence": 12.5}}
