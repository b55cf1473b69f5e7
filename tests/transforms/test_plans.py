"""Plans: what is taken, by whom, and that writing a plan twice changes nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rekognition_tables.jobs.plans import (
    MERGED_AT,
    MediaObject,
    PlannedRequest,
    merge_plans,
    note_claimed,
    plan_requests,
    plan_schema,
    planned_requests,
    taken,
    unclaimed_plans,
    write_plan,
)
from rekognition_tables.jobs.requests import StartRequest, uncommitted_tokens
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout

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
    assert taken(layout, "label_detection") == set()


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
    assert table.schema == plan_schema()
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


def claimed_plans(layout: Layout, count: int) -> None:
    for number in range(count):
        thing = replace(A, key=f"{number}.jpg")
        plan_requests(layout, MEDIA_ANALYSIS, [planned(f"manifest-{number}", thing)])


def test_a_plan_whose_requests_are_claimed_is_not_read_for_requests_again(layout: Layout) -> None:
    claimed = plan_requests(layout, MEDIA_ANALYSIS, [planned("manifest", A), planned("other", B)])
    assert uncommitted_tokens(layout, MEDIA_ANALYSIS) == {one.token for one in claimed}
    assert unclaimed_plans(layout, MEDIA_ANALYSIS) == {}
    plan_id = write_plan(layout, MEDIA_ANALYSIS, [planned("third", A)])
    assert list(unclaimed_plans(layout, MEDIA_ANALYSIS)) == [plan_id]
    note_claimed(layout, MEDIA_ANALYSIS, plan_id)
    assert list(planned_requests(layout, MEDIA_ANALYSIS)) == []
    assert taken(layout, MEDIA_ANALYSIS) >= {A.identity, B.identity}
    assert plan_requests(layout, MEDIA_ANALYSIS, []) == []


def test_many_claimed_plans_become_one_file_that_holds_the_same_objects(layout: Layout) -> None:
    claimed_plans(layout, MERGED_AT - 1)
    before = taken(layout, MEDIA_ANALYSIS)
    unclaimed = write_plan(layout, MEDIA_ANALYSIS, [planned("unclaimed", B)])
    assert merge_plans(layout, MEDIA_ANALYSIS) is False
    plan_requests(layout, MEDIA_ANALYSIS, [planned("the hundredth", A)])
    merged, kept = plan_files(layout)[::-1]
    assert (merged.name[:7], kept.stem) == ("merged-", unclaimed)
    assert taken(layout, MEDIA_ANALYSIS) == before | taken_by(A) | taken_by(B)
    assert list(unclaimed_plans(layout, MEDIA_ANALYSIS)) == [unclaimed]


def taken_by(thing: MediaObject) -> set[tuple[str, str, str]]:
    return {thing.identity, (thing.bucket, thing.key, thing.etag)}


@pytest.mark.parametrize("steps", range(8))
def test_a_merge_that_dies_after_any_step_loses_nothing(
    steps: int, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed_plans(layout, 3)
    before, real = taken(layout, MEDIA_ANALYSIS), Path.unlink
    left = iter(range(steps))

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.parent != layout.plans(MEDIA_ANALYSIS):
            return real(path, missing_ok)
        if next(left, None) is None:
            raise KeyboardInterrupt
        return real(path, missing_ok)

    with monkeypatch.context() as dies, suppress(KeyboardInterrupt):
        dies.setattr(Path, "unlink", unlink)
        merge_plans(layout, MEDIA_ANALYSIS, at_least=3)
    assert taken(layout, MEDIA_ANALYSIS) == before
    for plan_id in unclaimed_plans(layout, MEDIA_ANALYSIS):
        note_claimed(layout, MEDIA_ANALYSIS, plan_id)
    merge_plans(layout, MEDIA_ANALYSIS, at_least=1)
    assert taken(layout, MEDIA_ANALYSIS) == before
    left_over = {path.name[:7] for path in plan_files(layout) if not path.name.startswith(".")}
    assert left_over == {"merged-"}
