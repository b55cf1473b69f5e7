"""Waiting for a job, the same for sensors and for operators that start jobs."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSensorTimeout, TaskDeferralError, TaskDeferralTimeout

from rekognition_results.aws.calls import told_to_airflow, worth_it
from rekognition_results.aws.storage import results_layout
from rekognition_results.hooks.gone import gone_explained
from rekognition_results.observability import metrics
from rekognition_results.triggers.job import JobTrigger
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from rekognition_results.triggers.media_analysis import RekognitionMediaAnalysisJobTrigger
from rekognition_tables.errors import JobFailed, RequestRefused, ServiceBusy, one_line
from rekognition_tables.jobs.requests import read_job
from rekognition_tables.results_root.layout import LABEL_DETECTION, MEDIA_ANALYSIS, Operation

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rekognition_results.aws.base import AwsBaseHookMixin
    from rekognition_results.hooks.rekognition import RekognitionHook

    Base = AwsBaseHookMixin[RekognitionHook]
else:
    Base = object

FIRST_LOOK = 5.0  # seconds: a trigger that fires at once can overtake the task that defers
REFUSED_MOST = 3  # times in a row that a trigger is refused what the task itself is answered


class WaitsForJob(Base):
    """What sensors and start operators share. States are the service's own."""

    operation: ClassVar[Operation]
    trigger_class: ClassVar[type[JobTrigger]]
    FAILURE_STATES: ClassVar[tuple[str, ...]] = ("FAILED",)
    SUCCESS_STATES: ClassVar[tuple[str, ...]] = ("SUCCEEDED",)

    # Given by Airflow's base classes, or by the class that waits.
    log: Any
    defer: Any
    results_uri: str | None
    fail_on_failed: bool
    timeout: Any

    def job_status(self, job_id: str) -> tuple[str, str]:
        """The job's status, and why it failed."""
        raise NotImplementedError

    def look(self, job_id: str) -> str | None:
        """The final status, None while there is none, or while the service is busy.

        :raises AirflowFailException: the job FAILED, is not known, or its results have expired
        """
        with told_to_airflow(self.log):
            layout = results_layout(self.results_uri, self.aws_conn_id)
            try:
                with gone_explained(layout, self.operation, job_id, self.hook):
                    status, why = self.job_status(job_id)
            except ServiceBusy as busy:
                self.log.warning("%s", busy)
                return None
            self.log.info("Job %s is %s.", one_line(job_id), one_line(status))
            if status not in self.SUCCESS_STATES + self.FAILURE_STATES:
                return None
            if status in self.FAILURE_STATES and self.fail_on_failed:
                if record := read_job(layout, self.operation, job_id):
                    record.finished(layout, status)
                raise JobFailed(
                    f"Job {job_id} FAILED: {why}. Clear the start task to start, and pay, it "
                    f"again{worth_it(why)}.",
                    operation=self.operation,
                    job_id=job_id,
                )
            return status

    def look_or_defer(
        self, job_id: str, started: float, waiter_delay: float, refused: int = 0
    ) -> str:
        """The final status, or a wait in the triggerer that ends in `execute_complete`.

        `refused` says how often in a row that ended with a refusal.
        """
        found = self.look(job_id)
        if found is not None:
            metrics.took(metrics.WAIT_SECONDS, time.time() - started, self.operation)
            return found
        left = float(self.timeout) - (time.time() - started)
        if left <= 0:
            self.time_is_up(job_id)
        trigger = self.trigger_class(
            job_id=job_id,
            started=started,
            waiter_delay=waiter_delay,
            first_look=waiter_delay if refused else min(FIRST_LOOK, waiter_delay),
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name or None,
            verify=self.verify,
            botocore_config=self.botocore_config,
        )
        return str(
            self.defer(
                trigger=trigger,
                method_name="execute_complete",
                kwargs={"refused": refused},
                timeout=timedelta(seconds=left),
            )
        )

    def resumed(self, event: dict[str, Any], waiter_delay: float, refused: int) -> str:
        """What a trigger says is a hint: the service confirms it, or the wait goes on.

        A wait whose trigger is refused again and again ends with what the trigger was told.
        """
        job_id, refused = event["job_id"], refused + 1 if event["status"] == "error" else 0
        if refused == REFUSED_MOST and self.look(job_id) is None:
            with told_to_airflow(self.log):
                raise RequestRefused(event["message"])
        if refused:
            self.log.warning("The triggerer could not ask for the job: %s", event["message"])
        return self.look_or_defer(job_id, event["started"], waiter_delay, refused)

    def resume_execution(
        self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context
    ) -> Any:
        """What Airflow calls after a deferral; a wait that ended there ends with a sentence.

        Not by super(): Airflow's sensors put a sentence of their own in its place.
        """
        task: Any = self
        job_id = getattr(self, "job_id", "of this task")
        try:
            return BaseOperator.resume_execution(task, next_method, next_kwargs, context)
        except TaskDeferralTimeout:
            self.time_is_up(job_id)
        except TaskDeferralError as lost:
            raise TaskDeferralError(
                f"The triggerer lost the wait for job {job_id} ({lost}): its log says why; clear "
                "this task to wait on, no new job is started."
            ) from lost

    def time_is_up(self, job_id: str) -> NoReturn:
        """Airflow does not try a timed-out wait again."""
        raise AirflowSensorTimeout(
            f"Job {job_id} did not finish in {self.timeout} seconds: clear this task to wait on, "
            "no new job is started."
        )

    def execute_complete(self, context: Context, event: dict[str, Any], refused: int = 0) -> Any:
        """Resumed by the trigger."""
        raise NotImplementedError


class WaitsForMediaAnalysis(WaitsForJob):
    """GetMediaAnalysisJob; there is no notification to wait for.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetMediaAnalysisJob.html
    """

    operation = MEDIA_ANALYSIS
    trigger_class = RekognitionMediaAnalysisJobTrigger

    def job_status(self, job_id: str) -> tuple[str, str]:
        job = self.hook.get_media_analysis_job(job_id)
        details = job.FailureDetails or {}
        return job.Status, f"{details.get('Code', 'no code')}: {details.get('Message', '')}"


class WaitsForLabelDetection(WaitsForJob):
    """GetLabelDetection, one label a look.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
    """

    operation = LABEL_DETECTION
    trigger_class = RekognitionLabelDetectionTrigger

    def job_status(self, job_id: str) -> tuple[str, str]:
        page = self.hook.get_label_detection(job_id, max_results=1)
        return page.job_status, page.status_message or "no reason given"
