"""What both kinds of plan and start operators share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink
from airflow.sdk.exceptions import AirflowRescheduleException

from rekognition_results.aws_base import AwsBaseOperator, aws_template_fields
from rekognition_results.failures import told_to_airflow
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.storage import results_layout
from transforms.aws_errors import Reaction
from transforms.errors import RequestRefused, ServiceBusy
from transforms.layout import Layout, Operation
from transforms.requests import StartRequest, job_of, note_started, read_job, read_request

if TYPE_CHECKING:
    from airflow.sdk import Context

    Base = AwsBaseOperator[RekognitionHook]
else:
    Base = AwsBaseOperator

QUOTA_DELAY = timedelta(seconds=60)


class StartJobOperator(Base):
    """Start one job for a request, or find the one that it started before.

    Running it again never starts a second job: the request file holds the token, and the job that
    answered it is written down. Only when that job is recorded FAILED and this task is run again
    (a person cleared it) is the next generation started, which costs money.

    :param token: of a request under `requests/` in the results root. (templated)
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty. (templated)
    :return: the job id
    """

    aws_hook_class = RekognitionHook
    template_fields: Sequence[str] = aws_template_fields("token", "results_uri")
    operation: ClassVar[Operation]
    link: ClassVar[type[BaseAwsLink]]

    def __init__(self, *, token: str, results_uri: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.token = token
        self.results_uri = results_uri

    def execute(self, context: Context) -> str:
        with told_to_airflow(self.log):
            layout = results_layout(self.results_uri, self.aws_conn_id)
            request = read_request(layout, self.operation, self.token)
            if request is None:
                raise RequestRefused(
                    f"There is no request {self.token} under {layout.requests(self.operation)}: "
                    "run the planning task again."
                )
            again = (context["ti"].try_number or 1) > 1
            request, job_id = self._due(layout, request, again)
            self._keep_link(context, request)
            return job_id or self._start(layout, request)

    def _due(
        self, layout: Layout, request: StartRequest, again: bool
    ) -> tuple[StartRequest, str | None]:
        """The newest generation of the request, and its job when there is nothing to start."""
        while (job_id := job_of(layout, self.operation, request.token)) is not None:
            record = read_job(layout, self.operation, job_id)
            newer = request.next_generation()
            claimed = read_request(layout, self.operation, newer.token)
            failed = record is not None and record.status == "FAILED"
            if claimed is None and not (failed and again):
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
            job_id = self.call(request.request)
        except ServiceBusy as busy:
            if busy.reaction is Reaction.WAIT_FOR_QUOTA:
                self.log.info("%s", busy)
                raise AirflowRescheduleException(datetime.now(UTC) + QUOTA_DELAY) from None
            raise
        note_started(layout, request, job_id)
        self.log.info("Started job %s.", job_id)
        return job_id

    def _keep_link(self, context: Context, request: StartRequest) -> None:
        self.link.persist(
            context=context,
            operator=self,
            region_name=self.hook.conn_region_name,
            aws_partition=self.hook.conn_partition,
            **self.link_facts(request.request),
        )

    def link_facts(self, request: dict[str, Any]) -> dict[str, str]:
        """What the console link needs besides the region."""
        return {}

    def call(self, request: dict[str, Any]) -> str:
        """Send the request; give the job id."""
        raise NotImplementedError
