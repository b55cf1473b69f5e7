"""What both sensors share: look once, and wait without a worker if the job is not finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import PokeReturnValue, conf
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
)

from rekognition_results.aws_base import AwsBaseSensor, aws_template_fields
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.waiting import WaitsForJob

if TYPE_CHECKING:
    from airflow.sdk import Context

    Base = AwsBaseSensor[RekognitionHook]
else:
    Base = AwsBaseSensor


class JobSensor(WaitsForJob, Base):
    """Wait until a job is SUCCEEDED or FAILED; give its final status.

    :param job_id: the job. (templated)
    :param fail_on_failed: a FAILED job fails this task; False leaves that to a task after landing.
    :param deferrable: wait in the triggerer. A job that is already finished does not defer, and a
        wait that is resumed while the job still runs goes on waiting.
    :param waiter_delay: seconds between two looks; `poke_interval` says the same.
    :param timeout: seconds in all, in every mode.
    :param results_uri: the results root, which knows how old the job is; REKOGNITION_RESULTS_URI
        when empty. (templated)
    """

    aws_hook_class = RekognitionHook
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

    def execute(self, context: Context) -> Any:
        if not self.deferrable:
            return super().execute(context)
        delay = float(self.poke_interval)
        return self._softly(lambda: self.look_or_defer(self.job_id, time.time(), delay))

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        return self._softly(lambda: self.resumed(event, float(self.poke_interval)))

    def _softly(self, wait: Callable[[], str]) -> str:
        """Airflow heeds soft_fail and never_fail while poking only."""
        try:
            return wait()
        except (AirflowSensorTimeout, AirflowFailException) as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(f"Skipped, not failed: {error}") from error
            raise

    def poke(self, context: Context) -> PokeReturnValue:
        found = self.look(self.job_id)
        return PokeReturnValue(is_done=found is not None, xcom_value=found)
