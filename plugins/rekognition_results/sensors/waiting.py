"""Waiting for a job, the same for sensors and for operators that start jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol

from airflow.sdk.exceptions import AirflowSensorTimeout, TaskDeferralError, TaskDeferralTimeout

from rekognition_results.aws.calls import told_to_airflow, worth_it
from rekognition_results.aws.storage import results_layout
from rekognition_results.hooks.gone import gone_explained
from rekognition_results.observability import metrics
from rekognition_results.triggers.job import JobTrigger
from rekognition_tables.errors import JobFailed, RequestRefused, ServiceBusy, one_line
from rekognition_tables.jobs.requests import read_job
from rekognition_tables.operations.names import Operation

if TYPE_CHECKING:
    from rekognition_results.aws.base import AwsBaseHookMixin
    from rekognition_results.hooks.rekognition import RekognitionHook
    from rekognition_tables.operations.spec import VideoOperation

    WithHook = AwsBaseHookMixin[RekognitionHook]

FIRST_LOOK = 5.0  # seconds: a trigger that fires at once can overtake the task that defers
REFUSED_MOST = 3  # times in a row that a trigger is refused what the task itself is answered


class WaitingTask(Protocol):
    """What a wait needs of the sensor or operator that holds it."""

    operation: Operation
    aws_conn_id: str | None
    region_name: str | None
    verify: bool | str | None
    botocore_config: dict[str, Any] | None
    results_uri: str | None
    fail_on_failed: bool

    @property
    def log(self) -> Any: ...
    @property
    def hook(self) -> RekognitionHook: ...
    def defer(
        self, *, trigger: Any, method_name: str, kwargs: dict[str, Any], timeout: timedelta
    ) -> NoReturn: ...
    def job_status(self, job_id: str) -> tuple[str, str]: ...
    def trigger(self, **given: Any) -> JobTrigger: ...


class VideoTask(Protocol):
    """What asking for a video job's status needs."""

    @property
    def hook(self) -> RekognitionHook: ...
    @property
    def spec(self) -> VideoOperation: ...


@dataclass(frozen=True)
class Wait:
    """A task's wait for one job. States are the service's own.

    :param delay: seconds between two looks of the trigger
    :param timeout: seconds from the beginning of the wait to its end
    """

    task: WaitingTask
    job_id: str
    delay: float
    timeout: float

    FAILURE_STATES: ClassVar[tuple[str, ...]] = ("FAILED",)
    SUCCESS_STATES: ClassVar[tuple[str, ...]] = ("SUCCEEDED",)

    def look(self) -> str | None:
        """The final status, None while there is none, or while the service is busy.

        :raises AirflowFailException: the job FAILED, is not known, or its results have expired
        """
        task, job_id = self.task, self.job_id
        with told_to_airflow(task.log):
            layout = results_layout(task.results_uri, task.aws_conn_id)
            try:
                with gone_explained(layout, task.operation, job_id, task.hook):
                    status, why = task.job_status(job_id)
            except ServiceBusy as busy:
                task.log.warning("%s", busy)
                return None
            self._say(status)
            if status not in self.SUCCESS_STATES + self.FAILURE_STATES:
                return None
            if status in self.FAILURE_STATES and task.fail_on_failed:
                if record := read_job(layout, task.operation, job_id):
                    record.finished(layout, status)
                raise JobFailed(
                    f"Job {job_id} FAILED: {why}. Clear the start task to start, and pay, it "
                    f"again{worth_it(why)}.",
                    operation=task.operation,
                    job_id=job_id,
                )
            return status

    def look_or_defer(self, started: float, refused: int = 0) -> str:
        """The final status, or a wait in the triggerer that ends in `execute_complete`.

        `refused` says how often in a row that ended with a refusal.
        """
        status = self.look()
        return self._defer(started, refused) if status is None else self._ended(status, started)

    def resumed(self, event: dict[str, Any], refused: int) -> str:
        """The final status after a trigger's event, or the next wait in the triggerer.

        SUCCEEDED is final and is not asked for again: that would cost a call. All else is a hint,
        which the service confirms, or the wait goes on. A wait whose trigger is refused again and
        again ends with what the trigger was told.
        """
        if (status := event.get("job_status")) in self.SUCCESS_STATES:
            self._say(status)
            return self._ended(status, event["started"])
        refused = refused + 1 if event["status"] == "error" else 0
        if refused == REFUSED_MOST and self.look() is None:
            with told_to_airflow(self.task.log):
                raise RequestRefused(event["message"])
        if refused:
            self.task.log.warning("The triggerer could not ask for the job: %s", event["message"])
        return self.look_or_defer(event["started"], refused)

    @contextmanager
    def lost_explained(self) -> Iterator[None]:
        """A wait that ended in the triggerer without an event ends with a sentence."""
        try:
            yield
        except TaskDeferralTimeout:
            self.time_is_up()
        except TaskDeferralError as lost:
            raise TaskDeferralError(
                f"The triggerer lost the wait for job {self.job_id} ({lost}): its log says why; "
                "clear this task to wait on, no new job is started."
            ) from lost

    def time_is_up(self) -> NoReturn:
        """Airflow does not try a timed-out wait again."""
        raise AirflowSensorTimeout(
            f"Job {self.job_id} did not finish in {self.timeout} seconds: clear this task to wait "
            "on, no new job is started."
        )

    def _say(self, status: str) -> None:
        self.task.log.info("Job %s is %s.", one_line(self.job_id), one_line(status))

    def _ended(self, status: str, started: float) -> str:
        metrics.took(metrics.WAIT_SECONDS, time.time() - started, self.task.operation)
        return status

    def _defer(self, started: float, refused: int) -> NoReturn:
        task, left = self.task, float(self.timeout) - (time.time() - started)
        if left <= 0:
            self.time_is_up()
        trigger = task.trigger(
            job_id=self.job_id,
            started=started,
            waiter_delay=self.delay,
            first_look=self.delay if refused else min(FIRST_LOOK, self.delay),
            aws_conn_id=task.aws_conn_id,
            region_name=task.region_name or None,
            verify=task.verify,
            botocore_config=task.botocore_config,
        )
        task.defer(
            trigger=trigger,
            method_name="execute_complete",
            kwargs={"refused": refused},
            timeout=timedelta(seconds=left),
        )


def media_analysis_status(task: WithHook, job_id: str) -> tuple[str, str]:
    """By GetMediaAnalysisJob; there is no notification to wait for.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html
    """
    job = task.hook.get_media_analysis_job(job_id)
    details = job.FailureDetails or {}
    return job.Status, f"{details.get('Code', 'no code')}: {details.get('Message', '')}"


def video_status(task: VideoTask, job_id: str) -> tuple[str, str]:
    """By the operation's Get..., one element a look.

    https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html
    """
    page = task.hook.page(task.spec, job_id, max_results=1)
    return page.job_status, page.status_message or "no reason given"
