"""A failed task's last line names job, cause and next step."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from rekognition_results.callbacks import tell_failure
from rekognition_results.failures import told_to_airflow
from transforms.errors import (
    QuarantineLimit,
    RequestRefused,
    ResultsError,
    ResultsExpired,
    ServiceBusy,
)
from transforms.layout import Layout
from transforms.requests import StartRequest, given_up_tokens, note_started


class Step(BaseOperator):
    """A task of one job."""

    operation = "label_detection"
    aws_conn_id = None

    def __init__(self, *, results_uri: str, **job: str) -> None:
        super().__init__(task_id="land")
        self.results_uri = results_uri
        for name, value in job.items():
            setattr(self, name, value)


def as_airflow_sees_it(error: ResultsError) -> BaseException:
    with pytest.raises(AirflowException) as told, told_to_airflow(logging.getLogger(__name__)):
        raise error
    return told.value


def tell(layout: Layout, error: Any, **job: str) -> None:
    tell_failure({"task": Step(results_uri=str(layout.root), **job), "exception": error})


def test_it_names_task_job_cause_and_next_step(
    layout: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.callbacks"):
        tell(layout, as_airflow_sees_it(RequestRefused("No. Allow it.")), job_id="j-1")
    assert caplog.messages[-1] == "land of j-1 failed: No. Allow it."


def test_an_error_that_is_none_of_ours_gets_a_next_step(
    layout: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.callbacks"):
        tell(layout, TimeoutError(), job_id="j\n1")
    (told,) = caplog.messages
    assert told.startswith("land of j\\n1 failed: TimeoutError Its log says more. Clear it")


def test_a_task_that_was_lost_is_told_too(layout: Layout, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.callbacks"):
        tell(layout, "The heartbeat timed out.", job_id="j")
    assert caplog.messages[0].startswith("land of j failed: The heartbeat timed out. Its log")


def test_a_task_without_a_job_is_told_too(layout: Layout, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.callbacks"):
        tell(layout, AirflowFailException("A task of this run is red."))
    assert caplog.messages[0].startswith("land failed: A task of this run is red.")


@pytest.mark.parametrize(
    "error, given_up",
    [
        (RequestRefused("gone", code="InvalidS3ObjectException"), True),
        (RequestRefused("large", code="VideoTooLargeException"), True),
        (ResultsExpired("expired"), True),
        (QuarantineLimit("bad"), True),
        (RequestRefused("role", code="AccessDeniedException"), False),
        (RequestRefused("key", code="ExpiredTokenException"), False),
        (ServiceBusy("busy", code="ThrottlingException"), False),
    ],
)
@pytest.mark.parametrize("step", ["start", "land"])
def test_what_no_retry_mends_is_noted(
    layout: Layout, error: ResultsError, given_up: bool, step: str
) -> None:
    request = StartRequest.of("label_detection", "1", "us-east-1", {})
    request.claim(layout)
    job: dict[str, Any] = {"token": request.token}
    if step == "land":
        note_started(layout, request, "j")
        job = {"job_id": "j"}
    tell(layout, as_airflow_sees_it(error), **job)
    assert given_up_tokens(layout, "label_detection") == ({request.token} if given_up else set())
