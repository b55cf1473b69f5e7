"""Video jobs of every operation: a job's life, pages, orders, retention, the account's places."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import (
    MEDIA,
    VIDEO_OPERATIONS,
    Call,
    Media,
    all_elements,
    ended,
    names_and_times,
    pages,
    part,
    snake,
)

from rekognition_emulator import Emulator
from rekognition_emulator.videos.operation import VideoOperation

# From frame to frame, in milliseconds, as in real responses of both operations.
STEPS = {500, 501, 480, 520, 200, 504, 505}


def test_a_job_is_in_progress_until_its_time(
    operation: VideoOperation, emulator: Any, media: Media, both: Call
) -> None:
    job_id = both(operation.start, **media.video(), JobTag="tag")["JobId"]
    emulator.clock.advance(1.9)
    page = both(operation.get, JobId=job_id)
    assert (page["JobStatus"], page[operation.elements]) == ("IN_PROGRESS", [])
    assert page["JobTag"] == "tag"
    assert "VideoMetadata" not in page
    emulator.clock.advance(0.1)
    page = both(operation.get, JobId=job_id)
    assert page["JobStatus"] == "SUCCEEDED"
    assert page["Video"] == {"S3Object": {"Bucket": MEDIA, "Name": "video.mp4"}}
    assert page["GetRequestMetadata"] == {"SortBy": "TIMESTAMP", "AggregateBy": "TIMESTAMPS"}
    assert page["JobId"] == job_id


@pytest.mark.parametrize(
    "count,expected", [(0, [0]), (1, [1]), (1000, [1000]), (2001, [1000, 1000, 1])]
)
def test_declared_labels_come_in_pages_of_a_thousand(
    count: int,
    expected: list[int],
    operation: VideoOperation,
    emulator: Any,
    media: Media,
    both: Call,
) -> None:
    job_id = ended(emulator, both, operation, media.video(labels=str(count)))
    found = list(pages(both, operation, job_id, MaxResults=5000))
    assert [len(page[operation.elements]) for page in found] == expected
    assert len({page["VideoMetadata"]["DurationMillis"] for page in found}) == 1


def test_pages_of_any_size_hold_the_same_elements(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(labels="250"))
    whole = all_elements(call, operation, job_id)
    for size in (7, 100, 250):
        assert all_elements(call, operation, job_id, MaxResults=size) == whole
    assert len(whole) == 250
    found = pages(call, operation, job_id, MaxResults=100)
    assert [len(page[operation.elements]) for page in found] == [100, 100, 50]


def test_elements_come_by_timestamp_then_name_without_a_repeat(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(labels="1500"))
    by_time = names_and_times(operation, all_elements(call, operation, job_id))
    assert by_time == sorted(set(by_time))
    by_label = names_and_times(operation, all_elements(call, operation, job_id, SortBy="NAME"))
    assert by_label == sorted(by_time, key=lambda pair: (pair[1], pair[0]))


def test_a_page_can_end_inside_a_timestamp(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(labels="3000"))
    found = [page[operation.elements] for page in pages(call, operation, job_id)]
    assert any(
        before[-1]["Timestamp"] == after[0]["Timestamp"] for before, after in pairwise(found)
    )


def test_segments_are_runs_of_the_same_detections(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(duration_millis="40000"))
    single = names_and_times(operation, all_elements(call, operation, job_id))
    segments = all_elements(call, operation, job_id, AggregateBy="SEGMENTS")
    duration = call(operation.get, JobId=job_id)["VideoMetadata"]["DurationMillis"]
    runs: list[tuple[int, str]] = []
    ends: dict[str, int] = {}
    for segment in segments:
        start, end = segment["StartTimestampMillis"], segment["EndTimestampMillis"]
        name = part(operation, segment)["Name"]
        assert (segment["Timestamp"], segment["DurationMillis"]) == (start, end - start)
        assert not operation.timestamps_only & set(part(operation, segment))
        inside = [time for time, seen in single if seen == name and start <= time]
        inside = [time for time in inside if time < end or end == duration]
        assert inside[0] == start
        assert {after - before for before, after in pairwise(inside)} <= STEPS
        assert end == duration or end - inside[-1] in STEPS
        assert start > ends.get(name, -1)  # a run that goes on is one segment
        ends[name] = end
        runs += [(time, name) for time in inside]
    assert sorted(runs) == single
    assert 0 < len(segments) < len(single)
    by_time = names_and_times(operation, segments)
    assert by_time == sorted(by_time)
    by_label = all_elements(
        call, operation, job_id, AggregateBy="SEGMENTS", SortBy="NAME", MaxResults=50
    )
    assert names_and_times(operation, by_label) == sorted(
        by_time, key=lambda pair: (pair[1], pair[0])
    )


@pytest.mark.parametrize("threshold", [0, 50, 80.5, 100])
def test_min_confidence_is_respected(
    threshold: float, operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    request = media.video(labels="300") | {"MinConfidence": threshold}
    found = all_elements(call, operation, ended(emulator, call, operation, request))
    confidences = [part(operation, one)["Confidence"] for one in found]
    assert all(confidence >= threshold for confidence in confidences)
    assert (len(found) > 0) == (threshold < 100)
    assert (len(found) == 300) == (threshold == 50)
    if threshold == 0:
        assert any(confidence < 50 for confidence in confidences)


def test_tokens_belong_to_one_listing_and_expire(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(labels="100"))
    other = ended(emulator, call, operation, media.video(labels="100"))
    token = call(operation.get, JobId=job_id, MaxResults=10)["NextToken"]
    assert len(token) <= 255
    for wrong in (
        {"JobId": other},
        {"JobId": job_id, "SortBy": "NAME"},
        {"JobId": job_id, "AggregateBy": "SEGMENTS"},
    ):
        with pytest.raises(ClientError, match="InvalidPaginationToken"):
            call(operation.get, **wrong, NextToken=token)
    assert len(call(operation.get, JobId=job_id, NextToken=token)[operation.elements]) == 90
    emulator.clock.advance(24 * 3600 + 1)
    with pytest.raises(ClientError, match="expired"):
        call(operation.get, JobId=job_id, NextToken=token)


def test_results_are_gone_after_seven_days(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    request = media.video(labels="20") | {"ClientRequestToken": "one"}
    job_id = ended(emulator, call, operation, request)
    emulator.clock.advance(7 * 24 * 3600)
    assert call(operation.get, JobId=job_id)[operation.elements]
    emulator.clock.advance(1)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        call(operation.get, JobId=job_id)
    assert call(operation.start, **request)["JobId"] == job_id


def test_a_place_is_free_when_a_job_ends(
    operation: VideoOperation, emulator: Any, media: Media, both: Call
) -> None:
    request = media.video()
    first = both(operation.start, **request, ClientRequestToken="one")["JobId"]
    for _ in range(19):
        both(operation.start, **request)
    with pytest.raises(ClientError, match="LimitExceeded"):
        both(operation.start, **request)
    # A retry of a job that runs already needs no place.
    assert both(operation.start, **request, ClientRequestToken="one")["JobId"] == first
    emulator.clock.advance(2)
    both(operation.start, **request)


def test_all_operations_share_the_places(emulator: Any, media: Media, call: Call) -> None:
    request = media.video()
    for number in range(20):
        call(VIDEO_OPERATIONS[number % len(VIDEO_OPERATIONS)].start, **request)
    for one in VIDEO_OPERATIONS:
        with pytest.raises(ClientError, match="LimitExceeded"):
            call(one.start, **request)
    emulator.clock.advance(2)
    for one in VIDEO_OPERATIONS:
        call(one.start, **request)


def test_tokens_and_jobs_are_one_operations(emulator: Any, media: Media, call: Call) -> None:
    request = media.video() | {"ClientRequestToken": "one"}
    jobs = {one.name: ended(emulator, call, one, request) for one in VIDEO_OPERATIONS}
    assert len(set(jobs.values())) == len(VIDEO_OPERATIONS)
    for one in VIDEO_OPERATIONS:
        assert call(one.start, **request)["JobId"] == jobs[one.name]
        for name, job_id in jobs.items():
            if name != one.name:
                with pytest.raises(ClientError, match="ResourceNotFound"):
                    call(one.get, JobId=job_id)


def test_a_video_that_goes_missing_fails_its_job(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = call(operation.start, **media.video())["JobId"]
    media.s3.delete_object(Bucket=MEDIA, Key="video.mp4")
    emulator.clock.advance(2)
    page = call(operation.get, JobId=job_id)
    assert page["JobStatus"] == "FAILED"
    assert "video.mp4" in page["StatusMessage"]
    assert page[operation.elements] == []


def test_results_outlive_the_video(
    operation: VideoOperation, emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, operation, media.video(labels="30"))
    before = all_elements(call, operation, job_id)
    media.s3.delete_object(Bucket=MEDIA, Key="video.mp4")
    assert len(before) == 30
    assert all_elements(call, operation, job_id) == before


def test_another_regions_video_is_refused(
    operation: VideoOperation, emulator: Emulator, media: Media, clients: Any
) -> None:
    start = getattr(clients("rekognition", "us-west-2"), snake(operation.start))
    with pytest.raises(ClientError, match="InvalidS3Object"):
        start(**media.video())
