"""From Amazon's errors to ours, and from ours to what Airflow does with a task.

A person reads one sentence: what went wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)

from transforms.aws_errors import Reaction, explain
from transforms.errors import (
    IncompleteResults,
    RequestRefused,
    ResultsError,
    ResultsExpired,
    ServiceBusy,
    WarehouseLocked,
    one_line,
)
from transforms.layout import LABEL_DETECTION, MEDIA_ANALYSIS, Layout, Operation
from transforms.requests import read_job

if TYPE_CHECKING:
    from rekognition_results.hooks.rekognition import RekognitionHook

WORTH_ANOTHER_TRY = ("INTERNAL_ERROR", "THROTTLED")  # codes of GetMediaAnalysisJob's FailureDetails
RETRIED = (IncompleteResults, ServiceBusy, WarehouseLocked)
TRANSIENT = (BotoCoreError, ConnectionError, TimeoutError)
# What botocore refuses before it sends anything.
NEVER_SENT = (NoCredentialsError, NoRegionError, ParamValidationError, PartialCredentialsError)
# How long Amazon keeps what a job found, or the job's details:
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html
KEPT = {LABEL_DETECTION: timedelta(days=7), MEDIA_ANALYSIS: timedelta(days=365)}


def from_client_error(operation: str, about: str, error: ClientError) -> ResultsError:
    """One of ours for what Amazon answered; `about` names what was asked for."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", ""))
    row = explain(operation, code)
    message = f"{operation} of {about} failed with {code} ({said}). {row.advice}"
    facts: dict[str, Any] = {"operation": operation, "code": code}
    if row.reaction is Reaction.FAIL:
        return RequestRefused(message, **facts)
    if row.reaction is Reaction.NEW_ATTEMPT:
        return IncompleteResults(message, **facts)
    return ServiceBusy(message, reaction=row.reaction, **facts)


@contextmanager
def explained(operation: str, about: str) -> Iterator[None]:
    """Raise a ResultsError for every way in which a call to Amazon can fail."""
    try:
        yield
    except ClientError as error:
        raise from_client_error(operation, about, error) from error
    except NEVER_SENT as error:
        raise RequestRefused(
            f"{operation} of {about} was not sent: {' '.join(str(error).split())}. Correct the "
            "arguments or the Airflow connection.",
            operation=operation,
            code=type(error).__name__,
        ) from error
    except TRANSIENT as error:
        raise ServiceBusy(
            f"{operation} of {about} got no answer: {error}. Check network and endpoint.",
            operation=operation,
            code=type(error).__name__,
            reaction=Reaction.RETRY,
        ) from error


@contextmanager
def suppress_code(*codes: str) -> Iterator[None]:
    """Go on after a refusal with one of these codes."""
    try:
        yield
    except RequestRefused as error:
        if error.facts.get("code") not in codes:
            raise


@contextmanager
def gone_explained(
    layout: Layout, operation: Operation, job_id: str, hook: RekognitionHook
) -> Iterator[None]:
    """Tell a job whose results have expired from one that was never here.

    :raises ResultsExpired: the job's record says that it is older than Amazon keeps results
    :raises RequestRefused: there is no such job in this account and region
    """
    try:
        yield
    except RequestRefused as error:
        if error.facts.get("code") != "ResourceNotFoundException":
            raise
        facts = {"operation": operation, "job_id": job_id}
        record = read_job(layout, operation, job_id)
        if record and datetime.now(UTC) - record.started_at > KEPT[operation]:
            raise ResultsExpired(
                f"Job {job_id} was started {record.started_at:%Y-%m-%d %H:%M} UTC, and Amazon "
                f"keeps its results for {KEPT[operation].days} days: they are gone.",
                **facts,
            ) from error
        raise RequestRefused(
            f"There is no job {job_id} in account {hook.account()}, region {hook.region} "
            f"({error.message})",
            code="ResourceNotFoundException",
            **facts,
        ) from error


@contextmanager
def told_to_airflow(log: Any) -> Iterator[None]:
    """Log the sentence, and let Airflow retry only what a retry can mend."""
    try:
        yield
    except RETRIED as error:
        log.warning("%s", error)
        raise AirflowException(str(error)) from None
    except (ResultsError, ValueError) as error:
        said = one_line(str(error))
        log.error("%s", said)
        raise AirflowFailException(said) from None


def worth_it(failure: str) -> str:
    """Whether to pay a FAILED job again: the end of a sentence that tells how."""
    if failure.startswith(WORTH_ANOTHER_TRY):
        return "; for this reason another try is worth it"
    return ", once the cause is mended"
