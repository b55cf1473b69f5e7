"""A day's warning of what Amazon is about to drop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from rekognition_results.operators.expiry import RekognitionCheckExpiringResultsOperator
from rekognition_tables.jobs.found import give_up
from rekognition_tables.jobs.requests import JobRecord
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey


def job(layout: Layout, days_old: float, **more: Any) -> JobRecord:
    """A video job that started so long ago, of label detection unless `more` says it."""
    started = datetime.now(UTC) - timedelta(days=days_old)
    record = JobRecord(
        "label_detection", "job", "token", 1, "started_here", "1", "us-east-1", started
    )
    record = replace(record, **more)
    record.write(layout)
    return record


def check(layout: Layout, context: dict[str, Any]) -> None:
    RekognitionCheckExpiringResultsOperator(task_id="check", results_uri=str(layout.root)).execute(
        context
    )


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_results_that_expire_and_are_not_landed_are_named(
    operation: Operation,
    layout: Layout,
    context: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    job(layout, 5.5, operation=operation)
    sentence = rf"1 results expire within 48 hours .*: job\. .* run {operation} \(or"
    with pytest.raises(AirflowFailException, match=sentence):
        check(layout, context)
    assert f"look at its tasks in {operation}." in capsys.readouterr().out


def test_results_of_all_operations_are_told_in_one_sentence(
    layout: Layout, context: dict[str, Any]
) -> None:
    for number, operation in enumerate(VIDEO_OPERATIONS):
        job(layout, 6 - number / 10, operation=operation, job_id=f"job-{number}")
    every = len(VIDEO_OPERATIONS)
    dags = " and ".join(sorted(VIDEO_OPERATIONS))
    named = ", ".join(f"job-{number}" for number in range(every))
    sentence = rf"{every} results expire .*: {named}\. .* run {dags} \(or collect_finished_jobs\)"
    with pytest.raises(AirflowFailException, match=sentence):
        check(layout, context)


@pytest.mark.parametrize(
    "days_old, more",
    [
        (4.9, {}),
        (7.1, {}),  # gone: nobody can mend it
        (6, {"status": "FAILED"}),
        (6, {"status": "SUCCEEDED", "finished_seen_at": datetime.now(UTC)}),
        (6, {"operation": "media_analysis"}),
    ],
)
def test_others_are_not(
    layout: Layout, context: dict[str, Any], days_old: float, more: dict[str, Any]
) -> None:
    job(layout, days_old, **more)
    check(layout, context)


def test_a_landed_result_is_safe(layout: Layout, context: dict[str, Any]) -> None:
    job(layout, 6)
    attempt = LandingAttempt.resume_or_begin(layout, ResultKey.of("label_detection", "job"))
    attempt.add_page(b"{}", None)
    with pytest.raises(AirflowFailException):
        check(layout, context)
    attempt.succeed(status="SUCCEEDED")
    check(layout, context)


def test_a_result_that_is_landed_in_its_other_form_is_safe(
    layout: Layout, context: dict[str, Any]
) -> None:
    job(layout, 6)
    key = ResultKey.of("label_detection", "job", "SEGMENTS")
    attempt = LandingAttempt.resume_or_begin(layout, key)
    attempt.add_page(b"{}", None)
    attempt.succeed(status="SUCCEEDED")
    check(layout, context)


def test_what_was_given_up_is_told_with_its_reason(
    layout: Layout, context: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found = job(layout, 6, token=None, generation=None, found_by="sns_notification")
    give_up(layout, found, "No such job here.")
    with pytest.raises(AirflowFailException):
        check(layout, context)
    told = capsys.readouterr().out
    assert "look at its tasks in collect_finished_jobs. It was given up: No such job here." in told
