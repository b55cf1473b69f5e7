"""All waits of one connection and region share one poll."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from pipeline_steps import MEDIA, OUTPUT, put_images, put_video
from shared_polls import events

from rekognition_emulator import Emulator
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.triggers import media_analysis, videos
from rekognition_results.triggers.job import JobTrigger
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger
from rekognition_results.triggers.videos import RekognitionVideoJobTrigger
from rekognition_tables.errors import ServiceBusy
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS


def bulk_jobs(s3: Any, count: int) -> list[str]:
    put_images(s3, "a.jpg")
    s3.put_object(Bucket=OUTPUT, Key="m.jsonl", Body=b'{"source-ref": "s3://media/a.jpg"}\n')
    request = {
        "Input": {"S3Object": {"Bucket": OUTPUT, "Name": "m.jsonl"}},
        "OperationsConfig": {"DetectModerationLabels": {}},
        "OutputConfig": {"S3Bucket": OUTPUT},
    }
    hook = RekognitionHook()
    return [hook.start(SPECS["media_analysis"], request) for _ in range(count)]


def waits(jobs: list[str], **more: Any) -> list[RekognitionMediaAnalysisJobTrigger]:
    given = {"started": 0.0, "waiter_delay": 0.05, "first_look": 0.01} | more
    return [RekognitionMediaAnalysisJobTrigger(job_id=job_id, **given) for job_id in jobs]


async def rounds(amazon: Emulator, calls: int) -> None:
    """Let so many calls of ListMediaAnalysisJobs pass, and then end all jobs."""
    while amazon.counters.calls["ListMediaAnalysisJobs"] < calls:
        await asyncio.sleep(0.01)
    amazon.clock.advance(60)


def test_a_hundred_jobs_are_told_by_one_call_a_round(s3: Any, amazon: Emulator) -> None:
    jobs = bulk_jobs(s3, 150)
    # All of them wait before the first look: of a part, the oldest would be asked for one by one.
    found = events(waits(jobs, first_look=3.0), rounds(amazon, calls=4))
    assert [event["job_id"] for event in found] == jobs
    assert {event["job_status"] for event in found} == {"SUCCEEDED"}
    assert amazon.counters.calls["ListMediaAnalysisJobs"] <= 10
    assert amazon.counters.calls["GetMediaAnalysisJob"] <= 1  # of a wait that was there alone


def test_a_job_older_than_the_listed_ones_is_asked_for(s3: Any, amazon: Emulator) -> None:
    (old,) = bulk_jobs(s3, 1)
    amazon.clock.advance(10)
    bulk_jobs(s3, 250)
    amazon.clock.advance(10)
    (new,) = bulk_jobs(s3, 1)
    amazon.clock.advance(60)
    found = events(waits([old, new]))
    assert [event["job_status"] for event in found] == ["SUCCEEDED", "SUCCEEDED"]
    assert amazon.counters.calls["GetMediaAnalysisJob"] >= 1
    assert amazon.counters.calls["ListMediaAnalysisJobs"] <= 4  # not through all that is there


@pytest.mark.parametrize("newer, lists, gets", [(25, 4, 0), (0, 2, 0), (200, 12, 12)])
def test_newer_jobs_of_others_are_listed_and_not_each_of_ours_asked_for(
    newer: int, lists: int, gets: int, s3: Any, amazon: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def a_round() -> None:
        trigger = RekognitionMediaAnalysisJobTrigger(job_id=ours[0], started=0.0)
        async with await RekognitionHook().get_async_conn() as client:
            async for found in trigger.look(client, ours):
                told.update(found)

    told: dict[str, str] = {}
    monkeypatch.setattr(media_analysis, "LIST_SIZE", 10)
    ours = bulk_jobs(s3, 12)
    amazon.clock.advance(1)
    bulk_jobs(s3, newer)
    amazon.clock.advance(60)
    asyncio.run(a_round())
    assert told == dict.fromkeys(ours, "SUCCEEDED")
    calls = amazon.counters.calls
    assert (calls["ListMediaAnalysisJobs"], calls["GetMediaAnalysisJob"]) == (lists, gets)


def test_a_list_that_is_denied_ends_every_wait_with_what_to_allow(
    s3: Any, amazon: Emulator
) -> None:
    jobs = bulk_jobs(s3, 3)
    amazon.faults.error("AccessDeniedException", times=None, operation="ListMediaAnalysisJobs")
    amazon.faults.error("AccessDeniedException", times=None, operation="GetMediaAnalysisJob")
    for event in events(waits(jobs)):
        assert event["status"] == "error"
        assert "Allow the connection's role this action" in event["message"]


def test_a_busy_service_ends_no_wait(s3: Any, amazon: Emulator) -> None:
    jobs = bulk_jobs(s3, 3)
    amazon.clock.advance(60)
    amazon.faults.throttle(times=3)
    amazon.faults.internal_error(times=2)
    once = {"retries": {"total_max_attempts": 1}}
    found = events(waits(jobs, botocore_config=once))
    assert {event["job_status"] for event in found} == {"SUCCEEDED"}


def test_videos_share_a_client_and_a_pace(
    s3: Any, amazon: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[float] = []
    paces: list[Any] = []

    async def turn(pace: Any, calls_per_second: float) -> None:
        paces.append(pace)
        turns.append(calls_per_second)

    monkeypatch.setattr(videos.Pace, "turn", turn)
    monkeypatch.setenv("REKOGNITION_VIDEO_LOOKS_PER_SECOND", "40")
    put_video(s3, "a.mp4", 20)
    place = {"Bucket": MEDIA, "Name": "a.mp4"}
    hook = RekognitionHook()
    given: Any = {"started": 0.0, "waiter_delay": 0.05, "first_look": 0.01}
    jobs = [
        RekognitionVideoJobTrigger(
            operation=name, job_id=hook.start(spec, {"Video": {"S3Object": place}}), **given
        )
        for name, spec in VIDEO_OPERATIONS.items()
        for _ in range(5)
    ]
    amazon.clock.advance(60)
    assert {event["job_status"] for event in events(jobs)} == {"SUCCEEDED"}
    calls = [amazon.counters.calls[spec.get] for spec in VIDEO_OPERATIONS.values()]
    assert all(calls)
    assert turns == [40.0] * sum(calls)
    assert len({id(pace) for pace in paces}) == 1  # all operations wait their turn in one line


@pytest.mark.parametrize(
    "kind, operation",
    [
        (RekognitionLabelDetectionTrigger, "GetLabelDetection"),
        *(
            (partial(RekognitionVideoJobTrigger, operation=name), spec.get)
            for name, spec in VIDEO_OPERATIONS.items()
        ),
        (RekognitionMediaAnalysisJobTrigger, "GetMediaAnalysisJob"),
    ],
)
def test_a_job_whose_look_always_breaks_does_not_keep_the_others(kind: Any, operation: str) -> None:
    async def get(**request: Any) -> dict[str, str]:
        asked.append(request["JobId"])
        if request["JobId"] == "1":
            raise ClientError({"Error": {"Code": "InternalServerError"}}, operation)
        return {"JobStatus": "IN_PROGRESS", "Status": "IN_PROGRESS"}

    async def listed(**_: Any) -> dict[str, Any]:
        return {"MediaAnalysisJobs": []}

    async def rounds() -> None:
        for _ in range(3):
            with suppress(ServiceBusy):
                async for _ in trigger.look(client, trigger.turns(["1", "2", "3"])):
                    pass

    asked: list[str] = []
    client = SimpleNamespace(
        **{xform_name(operation): get},
        list_media_analysis_jobs=listed,
        meta=SimpleNamespace(region_name=str(kind)),
    )
    trigger = kind(job_id="1", started=0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REKOGNITION_VIDEO_LOOKS_PER_SECOND", "1000000")
        asyncio.run(rounds())
    assert asked[:7] == ["1", "2", "3", "1", "2", "3", "1"]


def test_a_pace_gives_so_many_turns_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = [100.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(videos.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(videos.asyncio, "sleep", sleep)

    async def turns() -> None:
        pace = videos.Pace()
        for _ in range(3):
            await pace.turn(4)
        clock[0] += 10
        await pace.turn(4)

    coroutine = turns()
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert slept == [0, 0.25, 0.5, 0]


@pytest.mark.parametrize(
    "other",
    [
        {"aws_conn_id": "another"},
        {"region_name": "eu-west-1"},
        {"verify": False},
        {"botocore_config": {"connect_timeout": 1}},
        {"waiter_delay": 7.0},
    ],
)
def test_what_the_calls_depend_on_is_not_shared(other: dict[str, Any]) -> None:
    given: dict[str, Any] = {"job_id": "1", "started": 0.0}
    key = RekognitionMediaAnalysisJobTrigger(**given).shared_stream_key()
    same = RekognitionMediaAnalysisJobTrigger(job_id="2", started=9.0, first_look=1.0)
    assert same.shared_stream_key() == key
    assert RekognitionMediaAnalysisJobTrigger(**given, **other).shared_stream_key() != key
    assert RekognitionLabelDetectionTrigger(**given).shared_stream_key() != key


def test_waits_of_one_operation_share_a_stream_and_those_of_two_do_not() -> None:
    given: Any = {"job_id": "1", "started": 0.0}
    of_every_kind = {
        name: RekognitionVideoJobTrigger(operation=name, **given).shared_stream_key()
        for name in VIDEO_OPERATIONS
    }
    assert len({*of_every_kind.values()}) == len(VIDEO_OPERATIONS) >= 2
    stored = RekognitionLabelDetectionTrigger(**given)
    assert stored.shared_stream_key() == of_every_kind["label_detection"]


def test_a_wait_that_ends_is_not_asked_for_any_more(s3: Any, amazon: Emulator) -> None:
    jobs = bulk_jobs(s3, 2)
    amazon.clock.advance(60)
    events(waits(jobs))
    assert not JobTrigger._waits
