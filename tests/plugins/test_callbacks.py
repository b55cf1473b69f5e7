"""A failed task's last line names job, cause and next step."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError
from pipeline_steps import of_try

from rekognition_results.aws.calls import explained, from_client_error, told_to_airflow
from rekognition_results.observability.callbacks import tell_failure
from rekognition_results.operators.results import RekognitionFlattenOperator
from rekognition_tables.errors import (
    IncompleteResults,
    QuarantineLimit,
    ReconciliationFailed,
    RequestRefused,
    ResultsError,
    ResultsExpired,
    WrongParameter,
)
from rekognition_tables.jobs.found import note_found
from rekognition_tables.jobs.requests import StartRequest, given_up_tokens, note_started, read_job
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.results_root.layout import Layout, ResultKey


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
    with caplog.at_level(logging.ERROR, "rekognition_results.observability.callbacks"):
        tell(layout, as_airflow_sees_it(RequestRefused("No. Allow it.")), job_id="j-1")
    assert caplog.messages[-1] == "land of j-1 failed: No. Allow it."


def test_an_error_that_is_none_of_ours_gets_a_next_step(
    layout: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.observability.callbacks"):
        tell(layout, TimeoutError(), job_id="j\n1")
    (told,) = caplog.messages
    assert told.startswith("land of j\\n1 failed: TimeoutError Its log says more. Clear it")


def test_a_task_that_was_lost_is_told_too(layout: Layout, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.observability.callbacks"):
        tell(layout, "The heartbeat timed out.", job_id="j")
    assert caplog.messages[0].startswith("land of j failed: The heartbeat timed out. Its log")


def test_a_task_without_a_job_is_told_too(layout: Layout, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "rekognition_results.observability.callbacks"):
        tell(layout, AirflowFailException("A task of this run is red."))
    assert caplog.messages[0].startswith("land failed: A task of this run is red.")


def test_the_last_try_of_a_flatten_tells_what_was_wrong_with_the_landed_part(
    layout: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    landing = LandingAttempt.resume_or_begin(layout, ResultKey.of("label_detection", "j"))
    landing.add_page(b'{"JobStatus": "SUCCEEDED"}', None)
    attempt = landing.succeed(status="SUCCEEDED")
    (Path(str(attempt.path)) / attempt.parts[0].name).write_bytes(b"cut")
    task = RekognitionFlattenOperator(
        task_id="flatten",
        operation="label_detection",
        job_id="j",
        results_uri=str(layout.root),
        aws_conn_id=None,
    )
    for number in (1, 2, 3):
        with pytest.raises(AirflowException) as raised:
            task.execute(of_try(number))
    with caplog.at_level(logging.ERROR, "rekognition_results.observability.callbacks"):
        tell_failure({"task": task, "exception": raised.value})
    assert "does not have the checksum it was landed with. Clear the landing" in caplog.messages[0]


def refused(code: str, operation: str = "GetObject") -> ResultsError:
    return from_client_error(operation, "x", ClientError({"Error": {"Code": code}}, operation))


# An error, and whether it is given up for a job of ours, and for one that others started.
JUDGED = [
    (refused("InvalidS3ObjectException"), True, True),
    (refused("VideoTooLargeException"), True, True),
    (refused("NoSuchKey"), True, True),
    (refused("ValidationException", "StartLabelDetection"), True, True),
    (WrongParameter("max_jobs is 0."), False, False),
    (ResultsExpired("expired"), True, True),
    (QuarantineLimit("bad"), True, True),
    *(
        (refused(code), False, True)
        for code in (
            "AccessDenied",
            "KMS.AccessDeniedException",
            "KMS.DisabledException",
            "KMS.KMSInvalidStateException",
            "KMS.NotFoundException",
            "PermanentRedirect",
            "301",
            "403",
            "404",
            "NobodyKnowsThisOne",
        )
    ),
    (ResultsError("Job j names results elsewhere."), False, True),
    (refused("AccessDeniedException", "GetLabelDetection"), False, False),
    (refused("AccessDenied", "AssumeRole"), False, False),
    (refused("ExpiredToken"), False, False),
    (refused("RequestTimeTooSkewed"), False, False),
    (refused("ThrottlingException"), False, False),
    (refused("503"), False, False),
    (RequestRefused("told by a trigger"), False, False),
    (IncompleteResults("damaged"), False, False),
    (ReconciliationFailed("held back"), False, False),
]
PARAMS = [pytest.param(*one, id=f"{number} {one[0]}"[:60]) for number, one in enumerate(JUDGED)]


@pytest.mark.parametrize("error, ours, others", PARAMS)
@pytest.mark.parametrize("step", ["start", "land"])
def test_what_no_retry_mends_is_noted(
    layout: Layout, error: ResultsError, ours: bool, others: bool, step: str
) -> None:
    request = StartRequest.of("label_detection", "1", "us-east-1", {})
    request.claim(layout)
    job: dict[str, Any] = {"token": request.token}
    if step == "land":
        note_started(layout, request, "j")
        job = {"job_id": "j"}
    tell(layout, as_airflow_sees_it(error), **job)
    assert given_up_tokens(layout, "label_detection") == ({request.token} if ours else set())


@pytest.mark.parametrize("error, ours, others", PARAMS)
def test_a_job_of_others_is_left_alone_for_whatever_does_not_pass(
    layout: Layout, error: ResultsError, ours: bool, others: bool
) -> None:
    note_found(layout, "label_detection", "j", "job_id", "1", "us-east-1")
    tell(layout, as_airflow_sees_it(error), job_id="j")
    record = read_job(layout, "label_detection", "j")
    assert record is not None
    assert record.given_up == (str(error) if others else None)


@pytest.mark.parametrize("error", [NoCredentialsError(), NoRegionError()])
def test_a_connection_that_does_not_work_gives_no_job_up(layout: Layout, error: Exception) -> None:
    note_found(layout, "label_detection", "j", "job_id", "1", "us-east-1")
    with pytest.raises(RequestRefused) as raised, explained("GetObject", "x"):
        raise error
    tell(layout, as_airflow_sees_it(raised.value), job_id="j")
    record = read_job(layout, "label_detection", "j")
    assert record is not None
    assert record.given_up is None
