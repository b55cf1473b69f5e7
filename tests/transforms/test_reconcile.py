"""Whole, whole but at odds with itself, or not whole: what each result is taken for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from landed import (
    IMAGES,
    JOB,
    Videos,
    described,
    encoded,
    image,
    label,
    land_manifest,
    page,
    rows,
    summarized,
)

from rekognition_tables.errors import IncompleteResults, ReconciliationFailed
from rekognition_tables.flatten.reconcile import assert_accounted
from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


NOT_WHOLE = [
    ([page(NextToken="1")], "The last page, page 1, has a NextToken: pages are missing."),
    ([page(), page()], "Page 2 comes after page 1, which was the last."),
    (
        [page(NextToken="1"), page(NextToken="2"), page(NextToken="1"), page()],
        "Page 3 has the NextToken of an earlier page.",
    ),
    (
        [page([label()], NextToken="1"), page([label()], NextToken="1"), page()],
        "Page 2 has the NextToken of an earlier page.",
    ),
    ([page(JobId="other")], "Page 1 has JobId 'other' instead of 'job-1'."),
    ([page(JobId="")], "Page 1 has JobId '' instead of 'job-1'."),
    (
        [page(GetRequestMetadata={"AggregateBy": "SEGMENTS"})],
        "Page 1 has GetRequestMetadata.AggregateBy 'SEGMENTS' instead of 'TIMESTAMPS'.",
    ),
    (
        [page(JobStatus="IN_PROGRESS")],
        "Page 1 was taken while the job was 'IN_PROGRESS'.",
    ),
]


@pytest.mark.parametrize("pages, sentence", NOT_WHOLE)
def test_pages_that_are_not_a_whole_result_ask_for_a_new_attempt(
    layout: Layout, videos: Videos, pages: list[Any], sentence: str
) -> None:
    videos.land_pages(layout, videos.translated(pages))
    with pytest.raises(IncompleteResults) as caught:
        flatten(layout, videos.key)
    assert sentence in str(caught.value)
    assert (caught.value.operation, caught.value.job_id) == (videos.spec.name, JOB)


NEXT = {"Timestamp": 500, "Label": {"Name": "Car"}}
SHOT = {**label(), "StartTimestampMillis": 0, "EndTimestampMillis": 500, "DurationMillis": 500}
SERVED_TWICE = {
    "with another token": [label("A"), label("B")],
    "as an only label": [label()],
    "with what only the slow road reads": [{**label(New=1), "Timestamp": None}],
    "with labels that are put aside": [label(), {"Timestamp": "0"}],
    "as segments": [SHOT],
}


@pytest.mark.parametrize("labels", SERVED_TWICE.values(), ids=SERVED_TWICE)
@pytest.mark.parametrize("between", [0, 1, 2])
def test_a_page_served_twice_asks_for_a_new_attempt(
    layout: Layout, videos: Videos, labels: list[Any], between: int
) -> None:
    others = [page([{**NEXT, "Timestamp": n}], NextToken=f"t{n}") for n in range(1, between + 1)]
    again = dict(reversed(page(labels, NextToken="b").items()))  # the same, written another way
    pages = [page(labels, NextToken="a"), *others, again, page()]
    videos.land_pages(layout, videos.translated(pages))
    with pytest.raises(IncompleteResults) as caught:
        flatten(layout, videos.key, quarantine_limit=1.0)
    sentence = f"Page {between + 2} has the same labels as an earlier page."
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "member", ["Timestamp", "StartTimestampMillis", "EndTimestampMillis", "DurationMillis"]
)
def test_pages_of_the_same_names_at_other_times_are_not_the_same(
    layout: Layout, videos: Videos, member: str
) -> None:
    labels = [label("A"), label("B")]
    later = [labels[0], {**labels[1], member: 1}]
    videos.land_pages(layout, videos.translated([page(labels, NextToken="a"), page(later)]))
    assert flatten(layout, videos.key).row_counts[videos.table] == 4


def test_pages_that_differ_in_what_is_put_aside_are_not_the_same(
    layout: Layout, videos: Videos
) -> None:
    pages = [page([label(), {"Timestamp": text}], NextToken=text) for text in "ab"]
    videos.land_pages(layout, videos.translated([*pages, page()]))
    commit = flatten(layout, videos.key, quarantine_limit=1.0)
    assert commit.row_counts["quarantined_records"] == 2


def test_pages_without_labels_may_come_again(layout: Layout, videos: Videos) -> None:
    videos.land_pages(
        layout,
        videos.translated(
            [page(NextToken="a"), page(NextToken="b"), page([label()], NextToken="c")]
        ),
    )
    with pytest.raises(IncompleteResults, match="page 3, has a NextToken"):
        flatten(layout, videos.key)
    videos.land_pages(
        layout, videos.translated([page(NextToken="a"), page(NextToken="b"), page([label()])])
    )
    assert flatten(layout, videos.key).reconciled


@pytest.mark.recordings
def test_a_recorded_page_of_an_unfinished_job_is_no_result(
    recordings: Path, layout: Layout, videos: Videos
) -> None:
    recorded = (recordings / "get_label_detection-in-progress.json").read_bytes()
    videos.land_pages(layout, [videos.translated(recorded)])
    with pytest.raises(IncompleteResults, match="IN_PROGRESS"):
        flatten(layout, videos.key)


def test_a_missing_job_id_is_filled_from_the_path(layout: Layout, videos: Videos) -> None:
    videos.land_pages(layout, videos.translated([{"JobStatus": "SUCCEEDED", "Labels": [label()]}]))
    flatten(layout, videos.key)
    assert rows(layout, videos.spec.jobs_table.name, "job_id") == [JOB]


def test_pages_that_contradict_each_other_are_held_back(layout: Layout, videos: Videos) -> None:
    version = str(videos.spec.model_version)
    pages = [page(**{version: "2.0"}, NextToken="1"), page(), page(**{version: "3.0"})]
    pages[1]["NextToken"] = "2"
    videos.land_pages(layout, videos.translated(pages))
    commit = flatten(layout, videos.key)
    assert (
        commit.reason
        == f"Page 3 says {videos.spec.model_version} is '3.0', an earlier page said '2.0'."
    )
    assert commit.held_back


def test_a_value_of_any_length_is_said_in_brief(layout: Layout, videos: Videos) -> None:
    version = str(videos.spec.model_version)
    pages = [page(**{version: "2" * 999}, NextToken="1"), page(**{version: "\n" * 999})]
    videos.land_pages(layout, videos.translated(pages))
    reason = flatten(layout, videos.key).reason
    assert reason is not None
    assert reason.endswith(f"an earlier page said '{'2' * 80}'.")
    assert len(reason) < 400


def test_a_failed_video_job_is_a_row_without_labels(layout: Layout, videos: Videos) -> None:
    videos.land_pages(
        layout, videos.translated([page(JobStatus="FAILED", StatusMessage="Unsupported codec")])
    )
    commit = flatten(layout, videos.key)
    assert commit.reconciled
    found = rows(layout, videos.spec.jobs_table.name, "job_status", "status_message")
    assert found == [("FAILED", "Unsupported codec")]
    assert commit.row_counts[videos.table] == 0


def test_a_failed_media_analysis_is_a_row_without_images(layout: Layout) -> None:
    failed = described(
        Status="FAILED",
        FailureDetails={"Code": "INVALID_MANIFEST", "Message": "no"},
        ManifestSummary={"S3Object": {"Bucket": "b", "Name": "n"}},
    )
    land_manifest(layout, [], description=failed)
    commit = flatten(layout, IMAGES)
    assert commit.reconciled
    columns = ("mode", "status", "failure_details_code", "failure_details_message")
    assert rows(layout, "media_analysis_jobs", *columns) == [
        ("bulk", "FAILED", "INVALID_MANIFEST", "no")
    ]
    assert commit.row_counts["moderation_images"] == 0


def test_a_manifest_that_has_what_its_summary_counts_reconciles(layout: Layout) -> None:
    errors = [{"line-numer": 3, "code": "C", "message": "M"}, {"line-number": 5}]
    land_manifest(layout, [image(), "", "{"], summary=summarized(2, 2, errors))
    commit = flatten(layout, IMAGES, quarantine_limit=0.5)
    assert commit.reconciled
    columns = ("error_index", "line_number", "source_ref", "code", "message")
    assert rows(layout, "manifest_errors", *columns) == [
        (0, 3, None, "C", "M"),
        (1, 5, None, None, None),
    ]
    columns = (
        "version",
        *(f"statistics_{one}_json_lines" for one in ("total", "valid", "invalid")),
    )
    assert rows(layout, "manifest_summaries", *columns) == [("1.0", 4, 2, 2)]


DISAGREE = [
    (summarized(3), "The manifest summary counts 3 valid lines, the result manifest has 2."),
    (summarized(1), "The manifest summary counts 1 valid lines, the result manifest has 2."),
    (summarized(2, 1), "The manifest summary counts 1 invalid lines and lists 0 errors."),
    (
        summarized(3, 0, [{"code": "C"}]),
        "The manifest summary counts 3 valid lines, the result manifest has 2. "
        "The manifest summary counts 0 invalid lines and lists 1 errors.",
    ),
]


@pytest.mark.parametrize("summary, reason", DISAGREE)
def test_a_summary_that_disagrees_holds_the_result_back_and_says_both_numbers(
    layout: Layout, summary: Any, reason: str
) -> None:
    land_manifest(layout, [image(), image()], summary=summary)
    commit = flatten(layout, IMAGES)
    assert (commit.reason, commit.held_back) == (reason, True)


@pytest.mark.parametrize("summary", ["{", {"statistics": {"valid-json-lines": "2"}}, []])
def test_a_damaged_summary_asks_for_a_new_attempt(layout: Layout, summary: Any) -> None:
    land_manifest(layout, [image()], summary=encoded(summary))
    with pytest.raises(IncompleteResults, match=r"summary\.json of job-1 is damaged"):
        flatten(layout, IMAGES)


NOT_LANDED = [
    (described(Status="IN_PROGRESS"), "while the job was 'IN_PROGRESS'"),
    (described(Status=None), "while the job was None"),
    (described(JobId="other"), "it is of job 'other'"),
    (described(CreationTimestamp="2024"), "Expected `float`, got `str`"),
    (
        described(ManifestSummary={"S3Object": {"Name": "summary.json"}}),
        "The manifest summary 'summary.json' is not landed.",
    ),
]


@pytest.mark.parametrize("description, sentence", NOT_LANDED)
def test_a_description_of_no_finished_job_asks_for_a_new_attempt(
    layout: Layout, description: Any, sentence: str
) -> None:
    land_manifest(layout, [image()], description=description)
    with pytest.raises(IncompleteResults) as caught:
        flatten(layout, IMAGES)
    assert sentence in str(caught.value)


def test_records_that_are_neither_written_nor_quarantined_are_an_error() -> None:
    key = ResultKey.of("label_detection", JOB, "SEGMENTS")
    assert_accounted(key, "labels", 5, 4, 1)
    with pytest.raises(ReconciliationFailed) as caught:
        assert_accounted(key, "labels", 5, 3, 1)
    assert caught.value.reason == "5 labels were landed, 3 written and 1 quarantined."
