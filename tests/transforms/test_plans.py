"""Plans: what is taken, by whom, and that writing a plan twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from transforms.layout import LABEL_DETECTION, MEDIA_ANALYSIS, Layout
from transforms.plans import (
    PLAN_SCHEMA,
    MediaObject,
    PlannedRequest,
    planned_requests,
    taken,
    write_plan,
)
from transforms.requests import StartRequest

MOMENT = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
A = MediaObject("media", "a.jpg", None, "etag-a", 10, MOMENT)
B = MediaObject("media", "bilder/ü 猫#?.jpg", "v1", "etag-b", 2**40, None)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def planned(name: str, *objects: MediaObject) -> PlannedRequest:
    members = {"Input": {"S3Object": {"Bucket": "media", "Name": name}}}
    return PlannedRequest(StartRequest.of(MEDIA_ANALYSIS, "1", "eu-west-1", members), objects)


def plan_files(layout: Layout) -> list[Path]:
    return sorted(Path(layout.plans(MEDIA_ANALYSIS)).iterdir())


def test_the_same_plan_twice_is_one_file_and_the_first_one(layout: Layout) -> None:
    first = planned("manifest", A, B)
    plan_id = write_plan(layout, MEDIA_ANALYSIS, [first])
    (file,) = plan_files(layout)
    before = file.read_bytes()
    assert write_plan(layout, MEDIA_ANALYSIS, [planned("manifest", A, B)]) == plan_id
    assert plan_files(layout) == [file]
    assert file.read_bytes() == before
    assert list(planned_requests(layout, MEDIA_ANALYSIS)) == [first.request]


@pytest.mark.parametrize(
    "other",
    [
        [planned("manifest-2", A)],
        [planned("manifest", replace(A, etag="changed"))],
        [planned("manifest", A, B)],
        [planned("manifest", A), planned("manifest-2", B)],
    ],
)
def test_another_plan_is_another_file(layout: Layout, other: list[PlannedRequest]) -> None:
    plan_id = write_plan(layout, MEDIA_ANALYSIS, [planned("manifest", A)])
    assert write_plan(layout, MEDIA_ANALYSIS, other) != plan_id
    assert len(plan_files(layout)) == 2


def test_an_object_is_taken_by_its_version_and_by_its_etag(layout: Layout) -> None:
    write_plan(layout, MEDIA_ANALYSIS, [planned("manifest", A, B)])
    assert taken(layout, MEDIA_ANALYSIS) == {
        ("media", "a.jpg", "etag-a"),
        ("media", "bilder/ü 猫#?.jpg", "v1"),
        ("media", "bilder/ü 猫#?.jpg", "etag-b"),
    }
    assert taken(layout, LABEL_DETECTION) == set()


def test_an_object_that_changed_under_the_same_request_is_taken_too(layout: Layout) -> None:
    changed = replace(A, etag="etag-a2")
    write_plan(layout, MEDIA_ANALYSIS, [planned("manifest", A)])
    assert changed.identity not in taken(layout, MEDIA_ANALYSIS)
    write_plan(layout, MEDIA_ANALYSIS, [planned("manifest", changed)])
    assert taken(layout, MEDIA_ANALYSIS) == {A.identity, changed.identity}


def test_every_planned_request_is_given_once_whatever_the_number_of_its_objects(
    layout: Layout,
) -> None:
    one, two = planned("one", A, B), planned("two", replace(A, key="c.jpg"))
    write_plan(layout, MEDIA_ANALYSIS, [one, two])
    write_plan(layout, MEDIA_ANALYSIS, [planned("one", A, B)])
    requests = list(planned_requests(layout, MEDIA_ANALYSIS))
    assert sorted(r.token for r in requests) == sorted([one.request.token, two.request.token])


def test_a_planned_request_comes_back_whole(layout: Layout) -> None:
    request = StartRequest.of(
        MEDIA_ANALYSIS, "1", "eu-west-1", {"JobName": "ü", "MinConfidence": 50.5}, generation=3
    )
    write_plan(layout, MEDIA_ANALYSIS, [PlannedRequest(request, (A,))])
    assert list(planned_requests(layout, MEDIA_ANALYSIS)) == [request]


def test_a_plan_holds_one_row_an_object_as_it_was(layout: Layout) -> None:
    there = timezone(timedelta(hours=2))
    east = replace(A, key="east.jpg", last_modified=MOMENT.astimezone(there))
    request = planned("manifest", A, B, east)
    write_plan(layout, MEDIA_ANALYSIS, [request])
    (file,) = plan_files(layout)
    table = pq.read_table(file)
    assert table.schema == PLAN_SCHEMA
    assert table.select(
        ["bucket", "key", "version", "etag", "size", "last_modified"]
    ).to_pylist() == [
        {**vars(A)},
        {**vars(B)},
        {**vars(east), "last_modified": MOMENT},
    ]
    assert table["token"].to_pylist() == [request.request.token] * 3


def test_without_a_plan_nothing_is_taken(layout: Layout) -> None:
    assert taken(layout, MEDIA_ANALYSIS) == set()
    assert list(planned_requests(layout, MEDIA_ANALYSIS)) == []
