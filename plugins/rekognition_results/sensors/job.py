"""What both sensors share: look once, and wait without a worker if the job is not finished."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import PokeReturnValue, conf
from airflow.sdk.exceptions import AirflowSensorTimeout

from rekognition_results.aws_base import AwsBaseSensor, aws_template_fields
from rekognition_results.failures import told_to_airflow
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.triggers.job import JobTrigger
from transforms.errors import JobFailed, RequestRefused, ServiceBusy
from transforms.layout import Operation

if TYPE_CHECKING:
    from airflow.sdk import Context

    Base = AwsBaseSensor[RekognitionHook]
else:
    Base = AwsBaseSensor


class JobSensor(Base):
    """Wait until a job is SUCCEEDED or FAILED; give its final status.

    :param job_id: the job. (templated)
    :param fail_on_failed: a FAILED job fails this task; False leaves that to a task after landing.
    :param deferrable: wait in the triggerer. A job that is already finished does not defer, and a
        wait that is resumed while the job still runs goes on waiting.
    :param waiter_delay: seconds between two looks; `poke_interval` says the same.
    :param timeout: seconds in all, in every mode.
    """

    aws_hook_class = RekognitionHook
    template_fields: Sequence[str] = aws_template_fields("job_id")
    operation: ClassVar[Operation]
    trigger_class: ClassVar[type[JobTrigger]]

    INTERMEDIATE_STATES: ClassVar[tuple[str, ...]]
    FAILURE_STATES: ClassVar[tuple[str, ...]] = ("FAILED",)
    SUCCESS_STATES: ClassVar[tuple[str, ...]] = ("SUCCEEDED",)

    def __init__(
        self,
        *,
        job_id: str,
        fail_on_failed: bool = True,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        waiter_delay: float | None = None,
        **kwargs: Any,
    ) -> None:
        if waiter_delay is not None:
            kwargs["poke_interval"] = waiter_delay
        super().__init__(**kwargs)
        self.job_id = job_id
        self.fail_on_failed = fail_on_failed
        self.deferrable = deferrable

    def job_status(self) -> tuple[str, str]:
        """The job's status, and why it failed."""
        raise NotImplementedError

    def execute(self, context: Context) -> Any:
        if not self.deferrable:
            return super().execute(context)
        return self._look_or_defer(time.time())

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Resumed by the trigger: what it says is a hint, the service confirms it."""
        if event["status"] == "error":
            with told_to_airflow(self.log):
                raise RequestRefused(event["message"])
        return self._look_or_defer(event["started"])

    def _look_or_defer(self, started: float) -> str:
        found = self._look()
        if found is not None:
            return found
        left = float(self.timeout) - (time.time() - started)
        if left <= 0:
            raise AirflowSensorTimeout(
                f"Job {self.job_id} did not finish in {self.timeout} seconds: clear this task to "
                "wait on, no new job is started."
            )
        return self.defer(
            trigger=self._trigger(started),
            method_name="execute_complete",
            timeout=timedelta(seconds=left),
        )

    def _trigger(self, started: float) -> JobTrigger:
        return self.trigger_class(
            job_id=self.job_id,
            started=started,
            waiter_delay=float(self.poke_interval),
            first_look=min(5.0, float(self.poke_interval)),
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name,
            verify=self.verify,
            botocore_config=self.botocore_config,
        )

    def poke(self, context: Context) -> PokeReturnValue:
        found = self._look()
        return PokeReturnValue(is_done=found is not None, xcom_value=found)

    def _look(self) -> str | None:
        """The final status, None while there is none."""
        with told_to_airflow(self.log):
            try:
                status, why = self.job_status()
            except ServiceBusy as busy:
                self.log.warning("%s", busy)
                return None
            self.log.info("Job %s is %s.", self.job_id, status)
            if status in self.FAILURE_STATES and self.fail_on_failed:
                raise JobFailed(
                    f"Job {self.job_id} FAILED: {why}. Clear the start task to start, and pay, it "
                    "again.",
                    operation=self.operation,
                    job_id=self.job_id,
                )
            return status if status in self.SUCCESS_STATES + self.FAILURE_STATES else None
