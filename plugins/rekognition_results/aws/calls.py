"""From Amazon's errors to ours, and from ours to what Airflow does with a task.

A person reads one sentence: what went wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)

from rekognition_results.aws.error_table import Reaction, explain
from rekognition_tables.errors import (
    IncompleteResults,
    RequestRefused,
    ResultsError,
    ServiceBusy,
    WarehouseLocked,
    one_line,
)

WORTH_ANOTHER_TRY = ("INTERNAL_ERROR", "THROTTLED")  # codes of GetMediaAnalysisJob's FailureDetails
RETRIED = (IncompleteResults, ServiceBusy, WarehouseLocked)
LAND_AGAIN = (
    "Clear the landing task of this job, with Downstream: it begins a new attempt, while Amazon "
    "still has the results, and flatten goes on with it."
)
TRANSIENT = (BotoCoreError, ConnectionError, TimeoutError)
# What botocore refuses before it sends anything.
NEVER_SENT = (NoCredentialsError, NoRegionError, ParamValidationError, PartialCredentialsError)
NO_FILE = ("NoSuchKey", "404")  # of S3


def from_client_error(operation: str, about: str, error: ClientError) -> ResultsError:
    """One of ours for what Amazon answered; `about` names what was asked for.

    The operation is the one that was refused: it may be the AssumeRole before the one that was
    asked for. aiobotocore raises the same ClientError.
    """
    operation = error.operation_name or operation
    told: Any = error.response
    code = str(told.get("Error", {}).get("Code", ""))
    said = str(told.get("Error", {}).get("Message", ""))
    row = explain(operation, code, told.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = f"{operation} of {about} failed with {code} ({said}). {row.advice}"
    if row.reaction is Reaction.FAIL:
        return RequestRefused(message, operation=operation, code=code, every_job=row.every_job)
    if row.reaction is Reaction.NEW_ATTEMPT:
        return IncompleteResults(message, operation=operation, code=code)
    full = row.reaction is Reaction.WAIT_FOR_QUOTA
    return ServiceBusy(message, operation=operation, code=code, full_quota=full)


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
            every_job=not isinstance(error, ParamValidationError),
        ) from error
    except TRANSIENT as error:
        raise ServiceBusy(
            f"{operation} of {about} got no answer: {error}. Check network and endpoint.",
            operation=operation,
            code=type(error).__name__,
        ) from error


@contextmanager
def _root_explained() -> Iterator[None]:
    """Raise a ResultsError where S3 refuses the results root: s3fs makes an OSError of that."""
    try:
        yield
    except OSError as error:
        answer = error.__cause__
        if not isinstance(answer, ClientError):
            raise
        ours = from_client_error("", "the results root (REKOGNITION_RESULTS_URI)", answer)
        if ours.code in NO_FILE:  # which another task may have replaced meanwhile
            raise
        if isinstance(ours, RequestRefused):
            ours.every_job = True
        raise ours from error


@contextmanager
def suppress_code(*codes: str) -> Iterator[None]:
    """Go on after a refusal with one of these codes."""
    try:
        yield
    except RequestRefused as error:
        if error.code not in codes:
            raise


@contextmanager
def told_to_airflow(log: Any) -> Iterator[None]:
    """Log the sentence, and let Airflow retry only what a retry can mend."""
    try:
        with _root_explained():
            yield
    except RETRIED as error:
        said = str(for_a_task(error))
        log.warning("%s", said)
        raise AirflowException(said) from None
    except (ResultsError, ValueError) as error:
        said = one_line(str(error))
        log.error("%s", said)
        raise AirflowFailException(said) from None


def for_a_task(error: ResultsError) -> ResultsError:
    """The library's advice in words for somebody with a red task: one clear is enough."""
    return error.with_advice(LAND_AGAIN) if isinstance(error, IncompleteResults) else error


def worth_it(failure: str) -> str:
    """Whether to pay a FAILED job again: the end of a sentence that tells how."""
    if failure.startswith(WORTH_ANOTHER_TRY):
        return "; for this reason another try is worth it"
    return ", once the cause is mended"
