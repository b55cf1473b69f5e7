"""What all start operators share: one job for a request, however often the task runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import conf
from airflow.sdk.exceptions import AirflowRescheduleException

from rekognition_results.aws.base import AwsBaseOperator, aws_template_fields
from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import results_layout
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.observability import metrics
from rekognition_results.observability.lineage import analysed, lineage
from rekognition_results.planning.parameters import check_arguments
from rekognition_results.planning.planner import Members
from rekognition_results.sensors.waiting import Wait
from rekognition_results.triggers.job import JobTrigger, with_jitter
from rekognition_tables.errors import RequestRefused, ServiceBusy, WrongParameter
from rekognition_tables.jobs.requests import (
    StartRequest,
    job_of,
    note_started,
    read_job,
    read_request,
    take_up,
)
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.layout import JOB_ID, Layout

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rekognition_results.observability.lineage import Lineage

    Base = AwsBaseOperator[RekognitionHook]
else:
    Base = AwsBaseOperator

QUOTA_DELAY = timedelta(seconds=60)


def was_cleared(ti: Any, retries: int) -> bool:
    """Whether this is a task's first try since a person cleared it.

    Clearing gives a task its retries anew: it raises `max_tries`, which begins with `retries`. The
    tries after the first are Airflow's own, and what they find may be what a killed try left.
    """
    first = int(ti.max_tries) - retries + 1
    return 1 < first == int(ti.try_number)


class StartJobOperator(Base):
    """Start one job for a request, or find the one that it started before.

    The request is a planned one, named by its `token`, or is made of the members of the API's
    request, each an argument in snake_case.

    Running it again never starts a second job: the request file holds the token, and the job that
    answered it is written down. Only when that job is recorded FAILED and a person has cleared this
    task is the next generation started, which costs money; Airflow's own retries never do. So the
    same members give the same job, too, however much later: to analyse an object that was put anew
    under its old name, give its Version or a `client_request_token` of your own.

    An account whose quota of jobs is full is no error: the task is rescheduled and holds no slot.

    :param token: of a request under `requests/` in the results root. (templated)
    :param wait_for_completion: wait until the job is final; a FAILED job then fails the task.
    :param deferrable: wait in the triggerer.
    :param waiter_delay: seconds between two looks at the job.
    :param timeout: seconds that each try may wait, whether deferred or not. A try that runs out of
        them is the last one; a retry after something else begins anew.
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty. (templated)
    :return: the job id
    """

    aws_hook_class = RekognitionHook
    template_fields: Sequence[str] = aws_template_fields("token", "results_uri")
    operation: Operation
    fail_on_failed = True
    started = "Started job %s."  # for the log

    def __init__(
        self,
        *,
        token: str | None = None,
        wait_for_completion: bool = False,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        waiter_delay: float = 30.0,
        timeout: float = timedelta(days=1).total_seconds(),
        results_uri: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.token = token
        self.wait_for_completion = wait_for_completion
        self.deferrable = deferrable
        self.waiter_delay = waiter_delay
        self.timeout = timeout
        self.results_uri = results_uri

    def execute(self, context: Context) -> str:
        with told_to_airflow(self.log):
            check_arguments(self)
            layout = results_layout(self.results_uri, self.aws_conn_id)
            cleared = was_cleared(context["ti"], self.retries or 0)
            request = self._request(layout)
            take_up(layout, self.operation, request.token)
            request, job_id = self.due(layout, request, cleared)
            try:
                job_id = job_id or self._start(layout, request)
            finally:
                self.keep_link(context, request.request, job_id or "")
        if self.wait_for_completion:
            self._wait(self.wait_for(job_id))
        return job_id

    def wait_for(self, job_id: str) -> Wait:
        """The wait that this operator holds for a job."""
        return Wait(self, job_id, self.waiter_delay, self.timeout)

    def _wait(self, wait: Wait) -> None:
        started = time.time()
        if self.deferrable:
            wait.look_or_defer(started)
            return
        while wait.look() is None:
            if time.time() - started > self.timeout:
                wait.time_is_up()
            time.sleep(with_jitter(self.waiter_delay))

    def execute_complete(self, context: Context, event: dict[str, Any], refused: int = 0) -> str:
        """Resumed by the trigger."""
        self.wait_for(event["job_id"]).resumed(event, refused)
        return str(event["job_id"])

    def resume_execution(
        self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context
    ) -> Any:
        with self.wait_for("of this task").lost_explained():
            return super().resume_execution(next_method, next_kwargs, context)

    def _request(self, layout: Layout) -> StartRequest:
        """The planned request, or the one that the arguments make, written down before the call."""
        if not self.token:
            return self._of_members(layout)
        request = read_request(layout, self.operation, self.token)
        if request is None:
            raise RequestRefused(
                f"There is no request {self.token} under {layout.requests(self.operation)}: "
                "run the planning task again."
            )
        return request

    def _of_members(self, layout: Layout) -> StartRequest:
        members = {k: v for k, v in self.members().items() if v not in (None, "", [], {})}
        own = str(members.pop("ClientRequestToken", ""))
        if not members:
            raise WrongParameter(f"{self.task_id} has neither a token nor a request: give it one.")
        account, region = self.hook.account(), self.hook.region
        request = StartRequest.of(self.operation, account, region, members, objects=own)
        if own:
            if not JOB_ID.fullmatch(own):  # the same pattern as a ClientRequestToken's
                raise WrongParameter(
                    f"client_request_token {own!r} is not 1-64 of a-z, A-Z, 0-9, - _."
                )
            sent = {**members, "ClientRequestToken": own}
            request = replace(request, token=own, request=sent)
        claimed = request.claim(layout)
        if (claimed.request, claimed.region) != (request.request, request.region):
            raise RequestRefused(
                f"client_request_token {own} was given to another request: choose another one.",
                operation=self.operation,
                code="IdempotentParameterMismatchException",
            )
        return claimed

    def members(self) -> Members:
        """The members of the API's request, as the arguments give them."""
        raise NotImplementedError

    def due(
        self, layout: Layout, request: StartRequest, cleared: bool
    ) -> tuple[StartRequest, str | None]:
        """The newest generation of the request, and its job when there is nothing to start."""
        while (job_id := job_of(layout, self.operation, request.token)) is not None:
            record = read_job(layout, self.operation, job_id)
            newer = request.next_generation()
            claimed = read_request(layout, self.operation, newer.token)
            failed = record is not None and record.status == "FAILED"
            if claimed is None and not (failed and cleared):
                self.log.info("Job %s was started before for this request.", job_id)
                return request, job_id
            if claimed is None:
                self.log.warning("Job %s FAILED: a new one is started, and paid.", job_id)
            request = claimed or newer.claim(layout)
        return request, None

    def _start(self, layout: Layout, request: StartRequest) -> str:
        account = self.hook.account()
        if account != request.account:
            raise RequestRefused(
                f"The request is for account {request.account}, but connection "
                f"{self.aws_conn_id} is of {account}: choose the right connection."
            )
        try:
            job_id = self.call(request)
        except ServiceBusy as busy:
            if busy.full_quota:
                self.log.info("%s", busy)
                raise AirflowRescheduleException(datetime.now(UTC) + QUOTA_DELAY) from None
            raise
        note_started(layout, request, job_id)
        metrics.count(metrics.JOBS_STARTED, 1, self.operation)
        self.log.info(self.started, job_id)
        return job_id

    def get_openlineage_facets_on_complete(self, _: Any) -> Lineage:
        layout = results_layout(self.results_uri, self.aws_conn_id)
        sent = self._request(layout).request if self.token else self.members()
        return lineage(analysed(sent), [])

    def job_status(self, job_id: str) -> tuple[str, str]:
        """The service's own status of a job, and why it failed."""
        raise NotImplementedError

    def trigger(self, **given: Any) -> JobTrigger:
        """What waits in the triggerer; `given` are JobTrigger's arguments."""
        raise NotImplementedError

    def keep_link(self, context: Context, request: dict[str, Any], job_id: str) -> None:
        """Note the page in the AWS console; there is no job id when none was started."""
        raise NotImplementedError

    def call(self, request: StartRequest) -> str:
        """Start the job, or whatever answers the request; give the job id."""
        return self.hook.start(SPECS[self.operation], request.request)
