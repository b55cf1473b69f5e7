"""What is content moderation's own: categories, stretches, content types."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

import pytest
from emulated import Call, Media, all_elements, ended

from rekognition_emulator.images.moderation_taxonomy import CONTENT_TYPES, paths
from rekognition_emulator.videos.operations.content_moderation import OPERATION, moderate
from rekognition_emulator.videos.video import VideoSource


def moderated(emulator: Any, call: Call, media: Media, **request: Any) -> list[dict[str, Any]]:
    job_id = ended(emulator, call, OPERATION, media.video(duration_millis="120000"))
    return all_elements(call, OPERATION, job_id, **request)


def source(number: int) -> VideoSource:
    return VideoSource(hashlib.sha256(bytes([number])).hexdigest())


def test_an_answer_names_model_7(emulator: Any, media: Media, call: Call) -> None:
    job_id = ended(emulator, call, OPERATION, media.video())
    page = call("GetContentModeration", JobId=job_id)
    assert page["ModerationModelVersion"] == "7.0"
    assert "LabelModelVersion" not in page


def test_a_label_comes_with_its_parents(emulator: Any, media: Media, call: Call) -> None:
    known = {path[-1]: path for path in paths()}
    at: dict[int, dict[str, float]] = defaultdict(dict)
    found = moderated(emulator, call, media)
    for one in found:
        label = one["ModerationLabel"]
        at[one["Timestamp"]][label["Name"]] = label["Confidence"]
    levels = set()
    for one in found:
        label = one["ModerationLabel"]
        path = known[label["Name"]]
        assert set(label) == {"Confidence", "Name", "ParentName", "TaxonomyLevel"}
        assert label["TaxonomyLevel"] == len(path)
        assert label["ParentName"] == (path[-2] if len(path) > 1 else "")
        if label["ParentName"]:
            assert at[one["Timestamp"]][label["ParentName"]] >= label["Confidence"]
        levels.add(len(path))
    assert levels == {1, 2, 3}


def test_a_category_is_seen_for_some_seconds_and_then_is_not(
    emulator: Any, media: Media, call: Call
) -> None:
    segments = moderated(emulator, call, media, AggregateBy="SEGMENTS")
    tops = [one for one in segments if one["ModerationLabel"]["TaxonomyLevel"] == 1]
    seconds = [one["DurationMillis"] / 1000 for one in tops]
    assert len(tops) > 5
    assert min(seconds) > 0.5
    assert max(seconds) > 5
    stretches = sorted((one["StartTimestampMillis"], one["EndTimestampMillis"]) for one in tops)
    seen_until, unseen = 0, 0
    for start, end in stretches:
        unseen += max(0, start - seen_until)
        seen_until = max(seen_until, end)
    assert 10_000 < unseen + 120_000 - seen_until < 110_000


def test_elements_have_the_members_of_their_aggregation(
    emulator: Any, media: Media, call: Call
) -> None:
    plain = {"Timestamp", "ModerationLabel"}
    for aggregate, more in {
        "TIMESTAMPS": set(),
        "SEGMENTS": {"StartTimestampMillis", "EndTimestampMillis", "DurationMillis"},
    }.items():
        for one in moderated(emulator, call, media, AggregateBy=aggregate):
            assert set(one) - {"ContentTypes"} == plain | more


def test_some_videos_have_content_types_and_some_have_no_labels() -> None:
    seen = [moderate(source(number)) for number in range(100)]
    types = [one.content_types for one in seen if one.content_types]
    assert 10 < len(types) < 70
    assert all(any(name.encode() in one for one in types) for name in CONTENT_TYPES)
    pages = [OPERATION.pages(one, {}, OPERATION.order({})) for one in seen]
    assert 5 < sum(len(one) == 0 for one in pages) < 50


@pytest.mark.parametrize("body,names", [(b"\x0c", ["Animated"]), (b"\0", [])])
def test_content_types_are_on_each_label_of_their_video(
    body: bytes, names: list[str], emulator: Any, media: Media, call: Call
) -> None:
    job_id = ended(emulator, call, OPERATION, media.video(body=body, labels="20"))
    for aggregate in OPERATION.aggregate_by:
        found = all_elements(call, OPERATION, job_id, AggregateBy=aggregate)
        assert found
        for one in found:
            assert [each["Name"] for each in one.get("ContentTypes", [])] == names
            assert all(50 <= each["Confidence"] <= 100 for each in one.get("ContentTypes", []))
            assert ("ContentTypes" in one) == bool(names)
