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
from rekognition_tables.results_root.layout import Layout, ResultKey


def job(layout: Layout, days_old: float, **more: Any) -> JobRecord:
    """A video job that started so long ago."""
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


def test_results_that_expire_and_are_not_landed_are_named(
    layout: Layout, context: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    job(layout, 5.5)
    with pytest.raises(AirflowFailException, match=r"1 results expire within 48 hours .*: job\."):
        check(layout, context)
    assert "look at its tasks in label_detection." in capsys.readouterr().out


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
