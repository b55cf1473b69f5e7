"""Label detection: a job's life, pages, orders, filters, retention."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated import MEDIA, Call, Media, all_labels, pages

from rekognition_emulator import Emulator
from rekognition_emulator.videos.labels.taxonomy import by_name


def ended(emulator: Any, call: Call, request: dict[str, Any]) -> str:
    """The id of a job for the request that has ended."""
    job_id = str(call("StartLabelDetection", **request)["JobId"])
    emulator.clock.advance(2)
    return job_id


def names_and_times(labels: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(label["Timestamp"], label["Label"]["Name"]) for label in labels]


def test_a_job_is_in_progress_until_its_time(emulator: Any, media: Media, both: Call) -> None:
    job_id = both("StartLabelDetection", **media.video(), JobTag="tag")["JobId"]
    emulator.clock.advance(1.9)
    page = both("GetLabelDetection", JobId=job_id)
    assert (page["JobStatus"], page["Labels"], page["JobTag"]) == ("IN_PROGRESS", [], "tag")
    assert "VideoMetadata" not in page
    emulator.clock.advance(0.1)
    page = both("GetLabelDetection", JobId=job_id)
    assert page["JobStatus"] == "SUCCEEDED"
    assert page["Video"] == {"S3Object": {"Bucket": MEDIA, "Name": "video.mp4"}}
    assert page["GetRequestMetadata"] == {"SortBy": "TIMESTAMP", "AggregateBy": "TIMESTAMPS"}
    assert page["JobId"] == job_id


def test_undeclared_media_has_at_least_twenty_labels(
    emulator: Any, media: Media, call: Call
) -> None:
    for number in range(10):
        labels = all_labels(call, ended(emulator, call, media.video(body=bytes([number]))))
        assert len(labels) >= 20
        assert min(label["Label"]["Confidence"] for label in labels) >= 50


@pytest.mark.parametrize(
    "count,expected", [(0, [0]), (1, [1]), (1000, [1000]), (2001, [1000, 1000, 1])]
)
def test_declared_labels_come_in_pages_of_a_thousand(
    count: int, expected: list[int], emulator: Any, media: Media, both: Call
) -> None:
    job_id = ended(emulator, both, media.video(labels=str(count)))
    found = list(pages(both, job_id, MaxResults=5000))
    assert [len(page["Labels"]) for page in found] == expected
    assert len({page["VideoMetadata"]["DurationMillis"] for page in found}) == 1


def test_pages_of_any_size_hold_the_same_labels(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(labels="250"))
    whole = all_labels(call, job_id)
    for size in (1, 7, 100, 250):
        if size > 1:
            assert all_labels(call, job_id, MaxResults=size) == whole
    assert len(whole) == 250
    sizes = [len(page["Labels"]) for page in pages(call, job_id, MaxResults=100)]
    assert sizes == [100, 100, 50]


def test_labels_come_by_timestamp_then_name_without_a_repeat(
    emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, media.video(labels="1500"))
    by_time = names_and_times(all_labels(call, job_id))
    assert by_time == sorted(set(by_time))
    by_label = names_and_times(all_labels(call, job_id, SortBy="NAME"))
    assert by_label == sorted(by_time, key=lambda pair: (pair[1], pair[0]))


def test_a_page_can_end_inside_a_timestamp(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(labels="3000"))
    ends = [page["Labels"][-1]["Timestamp"] for page in pages(call, job_id)]
    starts = [page["Labels"][0]["Timestamp"] for page in pages(call, job_id)]
    assert ends[0] == starts[1] or ends[1] == starts[2]


def test_parents_stand_beside_their_children(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(duration_millis="5000"))
    at: dict[int, dict[str, float]] = {}
    labels = all_labels(call, job_id)
    for label in labels:
        at.setdefault(label["Timestamp"], {})[label["Label"]["Name"]] = label["Label"]["Confidence"]
    for label in labels:
        known = by_name()[label["Label"]["Name"]]
        assert [one["Name"] for one in label["Label"]["Parents"]] == list(known.parents)
        assert [one["Name"] for one in label["Label"]["Aliases"]] == list(known.aliases)
        assert [one["Name"] for one in label["Label"]["Categories"]] == list(known.categories)
        for parent in known.parents:
            assert at[label["Timestamp"]][parent] >= label["Label"]["Confidence"]


def test_boxes_lie_in_the_frame(emulator: Any, media: Media, call: Call) -> None:
    labels = all_labels(call, ended(emulator, call, media.video(labels="2000")))
    instances = [instance for label in labels for instance in label["Label"]["Instances"]]
    assert len(instances) > 100
    for instance in instances:
        box = instance["BoundingBox"]
        assert 0 <= box["Left"] <= box["Left"] + box["Width"] <= 1 + 1e-6
        assert 0 <= box["Top"] <= box["Top"] + box["Height"] <= 1 + 1e-6


def test_segments_are_runs_of_the_same_detections(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(duration_millis="20000"))
    labels, segments = all_labels(call, job_id), all_labels(call, job_id, AggregateBy="SEGMENTS")
    duration = call("GetLabelDetection", JobId=job_id)["VideoMetadata"]["DurationMillis"]
    times = sorted({label["Timestamp"] for label in labels})
    after = dict(pairwise([*times, max(duration, times[-1])]))
    covered = set()
    for segment in segments:
        start, end = segment["StartTimestampMillis"], segment["EndTimestampMillis"]
        assert segment["Timestamp"] == start
        assert segment["DurationMillis"] == end - start
        assert "Instances" not in segment["Label"]
        inside = [time for time in times if start <= time and after[time] <= end]
        covered |= {(time, segment["Label"]["Name"]) for time in inside}
    assert covered == set(names_and_times(labels))
    assert names_and_times(segments) == sorted(names_and_times(segments))
    by_label = all_labels(call, job_id, AggregateBy="SEGMENTS", SortBy="NAME", MaxResults=50)
    assert names_and_times(by_label) == sorted(
        names_and_times(segments), key=lambda pair: (pair[1], pair[0])
    )


@pytest.mark.parametrize("threshold,all_above", [(0, 0), (50, 50), (80.5, 80.5), (100, 100)])
def test_min_confidence_is_respected(
    threshold: float, all_above: float, emulator: Any, media: Media, call: Call
) -> None:
    request = media.video() | {"MinConfidence": threshold, "Features": ["GENERAL_LABELS"]}
    labels = all_labels(call, ended(emulator, call, request))
    assert all(label["Label"]["Confidence"] >= all_above for label in labels)
    if threshold == 0:
        assert any(label["Label"]["Confidence"] < 50 for label in labels)


FILTERS: list[tuple[dict[str, list[str]], Any]] = [
    ({"LabelInclusionFilters": ["Animal", "Person"]}, lambda one: one.name in ("Animal", "Person")),
    ({"LabelExclusionFilters": ["Animal"]}, lambda one: one.name != "Animal"),
    (
        {"LabelCategoryInclusionFilters": ["Sports"]},
        lambda one: "Sports" in one.categories,
    ),
    (
        {"LabelCategoryExclusionFilters": ["Sports"]},
        lambda one: "Sports" not in one.categories,
    ),
    (
        {"LabelInclusionFilters": ["Animal"], "LabelCategoryInclusionFilters": ["Sports"]},
        lambda one: one.name == "Animal" or "Sports" in one.categories,
    ),
    (
        {"LabelCategoryInclusionFilters": ["Sports"], "LabelExclusionFilters": ["Sport"]},
        lambda one: "Sports" in one.categories and one.name != "Sport",
    ),
]


@pytest.mark.parametrize("filters,passes", FILTERS)
def test_label_filters_are_respected(
    filters: dict[str, list[str]], passes: Any, emulator: Any, media: Media, call: Call
) -> None:
    request = media.video(labels="3000")
    everything = names_and_times(all_labels(call, ended(emulator, call, request)))
    settings = {"Settings": {"GeneralLabels": filters}}
    found = names_and_times(all_labels(call, ended(emulator, call, request | settings)))
    assert found == [pair for pair in everything if passes(by_name()[pair[1]])]
    assert 0 < len(found) < len(everything)


def test_tokens_belong_to_one_listing_and_expire(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(labels="100"))
    other = ended(emulator, call, media.video(labels="100"))
    token = call("GetLabelDetection", JobId=job_id, MaxResults=10)["NextToken"]
    assert len(token) <= 255
    for wrong in (
        {"JobId": other},
        {"JobId": job_id, "SortBy": "NAME"},
        {"JobId": job_id, "AggregateBy": "SEGMENTS"},
    ):
        with pytest.raises(ClientError, match="InvalidPaginationToken"):
            call("GetLabelDetection", **wrong, NextToken=token)
    assert len(call("GetLabelDetection", JobId=job_id, NextToken=token)["Labels"]) == 90
    emulator.clock.advance(24 * 3600 + 1)
    with pytest.raises(ClientError, match="expired"):
        call("GetLabelDetection", JobId=job_id, NextToken=token)


def test_results_are_gone_after_seven_days(emulator: Any, media: Media, call: Call) -> None:
    request = media.video() | {"ClientRequestToken": "one"}
    job_id = ended(emulator, call, request)
    emulator.clock.advance(7 * 24 * 3600)
    assert call("GetLabelDetection", JobId=job_id)["Labels"]
    emulator.clock.advance(1)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        call("GetLabelDetection", JobId=job_id)
    assert call("StartLabelDetection", **request)["JobId"] == job_id


def test_a_place_is_free_when_a_job_ends(emulator: Any, media: Media, both: Call) -> None:
    request = media.video()
    first = both("StartLabelDetection", **request, ClientRequestToken="one")["JobId"]
    for _ in range(19):
        both("StartLabelDetection", **request)
    with pytest.raises(ClientError, match="LimitExceeded"):
        both("StartLabelDetection", **request)
    # A retry of a job that runs already needs no place.
    assert both("StartLabelDetection", **request, ClientRequestToken="one")["JobId"] == first
    emulator.clock.advance(2)
    both("StartLabelDetection", **request)


def test_a_video_that_goes_missing_fails_its_job(emulator: Any, media: Media, call: Call) -> None:
    job_id = call("StartLabelDetection", **media.video())["JobId"]
    media.s3.delete_object(Bucket=MEDIA, Key="video.mp4")
    emulator.clock.advance(2)
    page = call("GetLabelDetection", JobId=job_id)
    assert page["JobStatus"] == "FAILED"
    assert "video.mp4" in page["StatusMessage"]
    assert page["Labels"] == []


def test_results_outlive_the_video(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, media.video(labels="30"))
    before = all_labels(call, job_id)
    media.s3.delete_object(Bucket=MEDIA, Key="video.mp4")
    assert all_labels(call, job_id) == before


def test_another_regions_video_is_refused(emulator: Emulator, media: Media, clients: Any) -> None:
    with pytest.raises(ClientError, match="InvalidS3Object"):
        clients("rekognition", "us-west-2").start_label_detection(**media.video())
