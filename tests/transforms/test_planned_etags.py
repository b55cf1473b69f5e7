"""A result's images know the ETags under which their request was planned."""

from __future__ import annotations

from pathlib import Path

import pytest
from landed import JOB, image, land_manifest, rows

from rekognition_tables.flatten.results import flatten
from rekognition_tables.jobs.plans import (
    MediaObject,
    PlannedRequest,
    digest,
    merge_plans,
    plan_requests,
)
from rekognition_tables.jobs.requests import StartRequest, note_started
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout, ResultKey

IMAGES = ResultKey.of(MEDIA_ANALYSIS, JOB)
PLANNED = tuple(MediaObject("bucket", key, None, f"etag of {key}", 1, None) for key in "ab")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def request(generation: int = 1) -> StartRequest:
    return StartRequest.of(
        MEDIA_ANALYSIS, "1234", "us-east-1", {}, digest(PLANNED), generation=generation
    )


def etags(layout: Layout) -> list[tuple[str, str | None]]:
    land_manifest(layout, [image(ref=f"s3://bucket/{key}") for key in "bac"])
    flatten(layout, IMAGES)
    found: list[tuple[str, str | None]] = rows(
        layout, "moderation_images", "source_ref_key", "source_ref_etag"
    )
    return found


def test_images_of_a_planned_request_have_their_etags_and_others_none(layout: Layout) -> None:
    plan_requests(layout, MEDIA_ANALYSIS, [PlannedRequest(request(), PLANNED)])
    note_started(layout, request(), JOB)
    assert etags(layout) == [("b", "etag of b"), ("a", "etag of a"), ("c", None)]


def test_a_second_generation_and_merged_plans_know_them_too(layout: Layout) -> None:
    plan_requests(layout, MEDIA_ANALYSIS, [PlannedRequest(request(), PLANNED)])
    assert merge_plans(layout, MEDIA_ANALYSIS, at_least=1)
    again = request().next_generation()
    note_started(layout, again.claim(layout), JOB)
    assert etags(layout)[0] == ("b", "etag of b")


def test_nobody_knows_the_etags_of_a_found_job(layout: Layout) -> None:
    assert etags(layout) == [("b", None), ("a", None), ("c", None)]


def test_a_request_without_what_it_was_planned_for_has_none(layout: Layout) -> None:
    note_started(layout, request().claim(layout), JOB)
    assert etags(layout) == [("b", None), ("a", None), ("c", None)]
