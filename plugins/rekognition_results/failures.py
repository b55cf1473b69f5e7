"""From Amazon's errors to ours, and from ours to what Airflow does with a task.

A person reads one sentence: what went wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from botocore.exceptions import BotoCoreError, ClientError

from transforms.aws_errors import Reaction, explain
from transforms.errors import (
    IncompleteResults,
    RequestRefused,
    ResultsError,
    ServiceBusy,
    WarehouseLocked,
)

RETRIED = (IncompleteResults, ServiceBusy, WarehouseLocked)
TRANSIENT = (BotoCoreError, ConnectionError, TimeoutError)


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
    except TRANSIENT as error:
        raise ServiceBusy(
            f"{operation} of {about} got no answer: {error}. Check network and endpoint.",
            operation=operation,
            code=type(error).__name__,
            reaction=Reaction.RETRY,
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
        log.error("%s", error)
        raise AirflowFailException(str(error)) from None
