"""What a person asking about images must read: from manifest lines to the published file.

Each case is a few lines of literal manifests, and the rows that a question must give.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moderated import Job, Label, Line, analysed, ask, land, plan, publish

from rekognition_tables.results_root.layout import Layout

QUEUE = (
    "SELECT source_ref_key, category, name, confidence, findings, newer_min_confidence"
    " FROM review_queue ORDER BY ALL"
)


def explicit(confidence: float) -> list[Label]:
    return [Label("Explicit", confidence, level=1)]


@dataclass(frozen=True)
class Case:
    jobs: dict[str, Job]
    asked: str
    gives: list[tuple[Any, ...]]


GENITALIA = Label("Exposed Male Genitalia", 75, "Explicit Nudity", 3)
CASES = {
    "stale image: a later analysis that looked as closely clears": Case(
        {
            "jan": Job([Line("avatar.jpg", explicit(99))], 50),
            "feb": Job([Line("avatar.jpg")], 60, created=31),
        },
        QUEUE,
        [],
    ),
    "not cleared: a later analysis that would not have returned it": Case(
        {
            "old": Job([Line("x.jpg", explicit(85))], 50),
            "new": Job([Line("x.jpg")], 95, created=1),
        },
        QUEUE,
        [("x.jpg", "Explicit", "Explicit", 85.0, 1, 95.0)],
    ),
    "not cleared, but found again": Case(
        {
            "old": Job([Line("x.jpg", explicit(99))], 50),
            "new": Job([Line("x.jpg", explicit(97))], 95, created=1),
        },
        QUEUE,
        [("x.jpg", "Explicit", "Explicit", 97.0, 1, None)],
    ),
    "cleared by one between, however closely the newest looked": Case(
        {
            "old": Job([Line("x.jpg", explicit(99))], 50),
            "between": Job([Line("x.jpg", explicit(55))], 50, created=1),
            "new": Job([Line("x.jpg")], 95, created=2),
        },
        QUEUE,
        [],
    ),
    "each category has a threshold: one is cleared, the other is not": Case(
        {
            "old": Job([Line("x.jpg", [*explicit(70), Label("Alcohol", 92, level=1)])], 50),
            "new": Job([Line("x.jpg")], 80, created=1),
        },
        QUEUE,
        [("x.jpg", "Explicit", "Explicit", 70.0, 1, 80.0)],
    ),
    "no MinConfidence is the default of 50": Case(
        {
            "old": Job([Line("x.jpg", explicit(85))], 50),
            "new": Job([Line("x.jpg")], None, created=1),
        },
        QUEUE,
        [],
    ),
    "replaced image: another object clears, however it was looked at": Case(
        {
            "old": Job([Line("x.jpg", explicit(85), etag="e1")], 50),
            "new": Job([Line("x.jpg", etag="e2")], 95, created=1),
        },
        QUEUE,
        [],
    ),
    "not known to be replaced: no ETag of the newer one": Case(
        {
            "old": Job([Line("x.jpg", explicit(85), etag="e1")], 50),
            "new": Job([Line("x.jpg", etag=None)], 95, created=1),
        },
        QUEUE,
        [("x.jpg", "Explicit", "Explicit", 85.0, 1, 95.0)],
    ),
    "found by somebody who knows no ETag": Case(
        {
            "old": Job([Line("x.jpg", etag="e1")], 50),
            "new": Job([Line("x.jpg", explicit(85), etag=None)], 50, created=1),
        },
        QUEUE,
        [("x.jpg", "Explicit", "Explicit", 85.0, 1, None)],
    ),
    "replaced image, seen again by somebody who knows no ETag": Case(
        {
            "old": Job([Line("x.jpg", explicit(85), etag="e1")], 50),
            "new": Job([Line("x.jpg", etag="e2")], 95, created=1),
            "found": Job([Line("x.jpg", etag=None)], 95, created=2),
        },
        QUEUE,
        [],
    ),
    "twice in a manifest: one image with all its findings": Case(
        {"m": Job([Line("y.jpg"), Line("y.jpg", explicit(99))])},
        QUEUE,
        [("y.jpg", "Explicit", "Explicit", 99.0, 1, None)],
    ),
    "twice in a manifest: the same finding on both lines is one": Case(
        {"m": Job([Line("y.jpg", explicit(90)), Line("y.jpg", explicit(99))])},
        "SELECT image_index, line_index, name, confidence FROM moderation_findings",
        [(0, 1, "Explicit", 99.0)],
    ),
    "twice in a manifest: one image, the cost of two": Case(
        {"m": Job([Line("y.jpg"), Line("y.jpg", explicit(99))])},
        "SELECT (SELECT count(*) FROM latest_moderation_images), images, estimated_usd"
        " FROM job_status",
        [(1, 2, 0.002)],
    ),
    "thresholds of older models, and of a name without its ancestors": Case(
        {
            "m": Job(
                [
                    Line("new.jpg", explicit(75)),
                    Line(
                        "old.jpg",
                        [Label("Nudity", 75, "Explicit Nudity"), Label("Explicit Nudity", 75)],
                        model="6.1",
                    ),
                    Line("orphan.jpg", [GENITALIA]),
                ]
            )
        },
        "SELECT source_ref_key, category, category_7, name, min_confidence, is_default_threshold"
        " FROM review_queue ORDER BY ALL",
        [
            ("new.jpg", "Explicit", "Explicit", "Explicit", 60.0, False),
            ("old.jpg", "Explicit Nudity", "Explicit", "Explicit Nudity", 60.0, False),
            ("orphan.jpg", "Explicit", "Explicit", GENITALIA.name, 60.0, False),
        ],
    ),
    "a name without a counterpart takes the default, marked": Case(
        {"m": Job([Line("z.jpg", [Label("Spam", 85, level=1)], model="8.0")])},
        "SELECT category, category_7, min_confidence, is_default_threshold FROM review_queue",
        [("Spam", None, 80.0, True)],
    ),
    "a later model has the names of model 7 until it has its own": Case(
        {"m": Job([Line("z.jpg", [GENITALIA], model="8.0")])},
        "SELECT category, category_7 FROM moderation_findings",
        [("Explicit", "Explicit")],
    ),
    "sums count an image once": Case(
        {
            "old": Job([Line("a/x.jpg", explicit(85))], 50),
            "new": Job([Line("a/x.jpg", explicit(96)), Line("a/x.jpg")], 95, created=1),
        },
        "SELECT images, of_images, findings FROM moderation_findings_by_prefix ORDER BY prefix",
        [(1, 1, 1), (1, 1, 1)],
    ),
    "account: cost by account is one question": Case(
        {"m": Job([Line("x.jpg"), Line("y.jpg")])},
        "SELECT account, region, sum(estimated_usd) FROM job_status GROUP BY ALL",
        [("111122223333", "us-east-1", 0.002)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_published_file_says_what_happened(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    assert ask(analysed(tmp_path, case.jobs), case.asked) == case.gives


TWENTY_ONE = [Line(f"{number}.jpg") for number in range(21)]


def test_a_held_back_result_shows_both_numbers_and_what_it_costs(tmp_path: Path) -> None:
    published = analysed(tmp_path, {"m": Job(TWENTY_ONE, analysed=22)})
    query = "SELECT held_back, lines_analysed, lines_received, rows_written FROM reconciliation"
    assert ask(published, query) == [(True, 22, 21, 21)]
    assert ask(published, "SELECT count(*) FROM moderation_images") == [(0,)]
    assert ask(
        published,
        "SELECT state, status, input_s3_object_name, started_at::VARCHAR, images,"
        " estimated_usd::DECIMAL(9, 4)::VARCHAR, account, found_by FROM job_status",
    ) == [
        (
            *("held back", "SUCCEEDED", "m.jsonl", "2026-01-01 00:00:00+00", 22),
            *("0.0220", "111122223333", "started_here"),
        )
    ]


def test_a_job_that_never_landed_is_there_until_it_has(tmp_path: Path) -> None:
    job = Job([Line("x.jpg")], created=3)
    layout = Layout.at(str(tmp_path))
    plan(layout, "lost", job)
    query = (
        "SELECT job_id, state, account, region, found_by, input_s3_object_name,"
        " started_at::VARCHAR, estimated_usd, not_estimated FROM job_status"
    )
    known = ("111122223333", "us-east-1", "started_here", "lost.jsonl", "2026-01-04 00:00:00+00")
    why = "no result: what was analysed is not known yet"
    assert ask(publish(tmp_path), query) == [("lost", "no result", *known, None, why)]
    land(layout, "lost", job)
    assert ask(publish(tmp_path), query) == [("lost", "loaded", *known, 0.001, None)]
    assert ask(publish(tmp_path), "SELECT count(*) FROM internal.unlanded_jobs") == [(0,)]


def test_a_day_is_that_of_utc_wherever_the_client_is(tmp_path: Path) -> None:
    # begun on 2026-11-02 at 00:00 UTC, ended at 01:00
    published = analysed(tmp_path, {"m": Job([Line("x.jpg", explicit(99))], created=305)})
    for query in (
        "SELECT analysed_on::VARCHAR FROM latest_moderation_images",
        "SELECT analysed_on::VARCHAR FROM moderation_findings",
        "SELECT analysed_on::VARCHAR FROM moderation_jobs",
    ):
        there = ask(published, query, ["SET TimeZone = 'America/New_York'"])
        assert ask(published, query) == there == [("2026-11-02",)]
