"""What happens when a task fails for good: one sentence in its log, and a note for planning.

The note keeps hourly runs from being red for ever over a thing that no retry mends: a video that is
gone, results that expired. The run in which it happened is red; later runs leave it alone until a
person clears the task, or runs the DAG with `again`. What may mend itself (a missing network), and
what would stop any other job too (a role without rights), gets no note: the next run tries again.
Of a job that others started whatever else fails is noted: its results may never be meant for us.
"""

from __future__ import annotations

import logging
from typing import Any

from rekognition_results.aws.calls import RETRIED, for_a_task
from rekognition_results.aws.storage import results_layout
from rekognition_tables.errors import (
    JobFailed,
    QuarantineLimit,
    ReconciliationFailed,
    RequestRefused,
    ResultsError,
    ResultsExpired,
    WrongParameter,
    one_line,
)
from rekognition_tables.jobs.found import give_up
from rekognition_tables.jobs.requests import note_given_up, read_job
from rekognition_tables.operations.names import Operation

log = logging.getLogger(__name__)

# Of a job of ours, which is paid: what is wrong with its object. Anything else stays red.
OF_THE_OBJECT = frozenset(
    {
        "IdempotentParameterMismatchException",
        "ImageTooLargeException",
        "InvalidImageFormatException",
        "InvalidManifestException",
        "InvalidObjectState",
        "InvalidParameterException",
        "InvalidS3ObjectException",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchVersion",
        "ResourceNotFoundException",
        "ValidationException",
        "VideoTooLargeException",
    }
)


def tell_failure(context: Any) -> None:
    """Airflow's on_failure_callback: name job, cause and next step; note what failed for good."""
    task, error = context["task"], _cause(context.get("exception"))
    log.error("%s", failure_sentence(task, error))
    if isinstance(error, ResultsError):
        _note(task, error)


def failure_sentence(task: Any, error: Any) -> str:
    """`{task} of {job} failed: {cause} {next step}`, in one line."""
    about = getattr(task, "job_id", None) or getattr(task, "token", None)
    what = f"{task.task_id} of {about}" if about else task.task_id
    cause = str(error) or type(error).__name__
    return one_line(f"{what} failed: {cause} {_next_step(task.task_id, error)}".strip())


def _cause(error: Any) -> Any:
    """Ours, behind the exception that told Airflow not to retry; a text when the task was lost."""
    behind = getattr(error, "__context__", None)
    return for_a_task(behind) if isinstance(behind, ResultsError) else error


def _next_step(task_id: str, error: Any) -> str:
    if isinstance(error, ResultsError):
        return ""  # its sentence says it
    if task_id.endswith("start"):
        return "Clear it: a job that was started before is found, not started again."
    return "Its log says more. Clear it once the cause is mended: that costs nothing."


def _note(task: Any, error: ResultsError) -> None:
    operation: Operation | None = getattr(task, "operation", None)
    token, job_id = getattr(task, "token", None), getattr(task, "job_id", None)
    if operation is None or not (token or job_id):
        return
    layout = results_layout(task.results_uri, task.aws_conn_id)
    record = read_job(layout, operation, job_id) if job_id else None
    found = record is not None and record.found_by != "started_here"
    if not (_for_good_of_others(error) if found else _for_good(error)):
        return
    if record and found:
        give_up(layout, record, str(error))
    elif token := token or (record and record.token):
        note_given_up(layout, operation, token, str(error))
    log.error("Later runs leave it alone, until this task is cleared or a run is told `again`.")


def _for_good(error: ResultsError) -> bool:
    if isinstance(error, RequestRefused):
        return error.code in OF_THE_OBJECT
    return isinstance(error, (QuarantineLimit, ResultsExpired))


def _for_good_of_others(error: ResultsError) -> bool:
    """All but what passes by itself, what is not about this job, and what is committed."""
    if isinstance(error, RequestRefused):
        return error.code is not None and not error.every_job
    return not isinstance(error, (*RETRIED, JobFailed, ReconciliationFailed, WrongParameter))
