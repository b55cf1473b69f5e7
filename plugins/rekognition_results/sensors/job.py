"""What both sensors share: look once, and wait without a worker if the job is not finished."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, PokeReturnValue, conf
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferralError,
)

from rekognition_results.aws.base import AwsBaseSensor, aws_template_fields
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.sensors.waiting import Wait
from rekognition_results.triggers.job import JobTrigger, with_jitter
from rekognition_tables.operations.names import Operation

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
    :param waiter_delay: seconds between two looks, at most; `poke_interval` says the same.
    :param timeout: seconds that each try may wait, in every mode. A try that runs out of them is
        the last one; a retry after something else begins anew.
    :param results_uri: the results root, which knows how old the job is; REKOGNITION_RESULTS_URI
        when empty. (templated)
    """

    aws_hook_class = RekognitionHook
    operation: Operation
    template_fields: Sequence[str] = aws_template_fields("job_id", "results_uri")

    def __init__(
        self,
        *,
        job_id: str,
        fail_on_failed: bool = True,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        waiter_delay: float | None = None,
        results_uri: str | None = None,
        **kwargs: Any,
    ) -> None:
        if waiter_delay is not None:
            kwargs["poke_interval"] = waiter_delay
        super().__init__(**kwargs)
        self.job_id = job_id
        self.fail_on_failed = fail_on_failed
        self.deferrable = deferrable
        self.results_uri = results_uri

    def wait_for(self, job_id: str) -> Wait:
        """The wait that this sensor holds for a job."""
        return Wait(self, job_id, float(self.poke_interval), self.timeout)

    def execute(self, context: Context) -> Any:
        self.keep_link(context)
        wait = self.wait_for(self.job_id)
        if self.deferrable:
            with self._softly():
                return wait.look_or_defer(time.time())
        try:
            return super().execute(context)
        except AirflowSensorTimeout:
            wait.time_is_up()

    def execute_complete(self, context: Context, event: dict[str, Any], refused: int = 0) -> Any:
        """Resumed by the trigger."""
        return self.wait_for(event["job_id"]).resumed(event, refused)

    def resume_execution(
        self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context
    ) -> Any:
        """Not by super(): Airflow's sensors put a sentence of their own in the place of ours."""
        with self._softly(), self.wait_for(self.job_id).lost_explained():
            return BaseOperator.resume_execution(self, next_method, next_kwargs, context)

    @contextmanager
    def _softly(self) -> Iterator[None]:
        """Airflow's way with soft_fail and never_fail, for what it does not know to end a wait."""
        try:
            yield
        except (AirflowSensorTimeout, AirflowFailException, TaskDeferralError) as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(f"Skipped, not failed: {error}") from error
            raise

    def job_status(self, job_id: str) -> tuple[str, str]:
        """The service's own status of a job, and why it failed."""
        raise NotImplementedError

    def trigger(self, **given: Any) -> JobTrigger:
        """What waits in the triggerer; `given` are JobTrigger's arguments."""
        raise NotImplementedError

    def keep_link(self, context: Context) -> None:
        """Note the job's page in the AWS console, if there is one."""

    def poke(self, context: Context) -> PokeReturnValue:
        found = self.wait_for(self.job_id).look()
        return PokeReturnValue(is_done=found is not None, xcom_value=found)

    def _get_next_poke_interval(self, *args: Any, **kwargs: Any) -> float:
        """Airflow's own interval, with jitter."""
        return with_jitter(float(super()._get_next_poke_interval(*args, **kwargs)))
