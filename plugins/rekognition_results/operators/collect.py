"""Jobs that nobody here started: found by listing them, or by what SNS said of their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.base import AwsBaseOperator, aws_template_fields
from rekognition_results.aws.callers import SqsHook
from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import results_layout
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.observability import metrics
from rekognition_results.planning.completions import (
    Completion,
    CompletionQueue,
    SqsMessage,
    completion_of,
)
from rekognition_results.planning.parameters import check_arguments
from rekognition_tables.errors import one_line
from rekognition_tables.jobs.found import Listing, found_elsewhere, known_jobs, note_found
from rekognition_tables.jobs.requests import JobRecord
from rekognition_tables.operations.names import MEDIA_ANALYSIS, Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:
    from airflow.sdk import Context

    Base = AwsBaseOperator[RekognitionHook]
else:
    Base = AwsBaseOperator

FINAL = ("SUCCEEDED", "FAILED")


class CollectJobsOperator(Base):
    """What both kinds share.

    :param max_jobs: jobs a run at most; the rest is the next run's. (templated)
    :param again: also those whose results could not be read before. (templated)
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty. (templated)
    """

    aws_hook_class = RekognitionHook
    template_fields: Sequence[str] = aws_template_fields("max_jobs", "again", "results_uri")

    def __init__(
        self,
        *,
        max_jobs: int | str = 100,
        again: bool | str = False,
        results_uri: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_jobs = max_jobs
        self.again = again
        self.results_uri = results_uri

    def _chosen(self, found: list[JobRecord]) -> list[JobRecord]:
        """The oldest, and a quarter newest: so jobs that always fail keep no others out."""
        most = int(self.max_jobs or 100)
        newest = min(most // 4, max(len(found) - most, 0))
        chosen = found[: most - newest] + found[len(found) - newest :]
        self.log.info("%d of %d found jobs are landed by this run.", len(chosen), len(found))
        return chosen

    @property
    def _also_given_up(self) -> bool:
        return str(self.again).lower() == "true"


class RekognitionCollectMediaAnalysisJobsOperator(CollectJobsOperator):
    """ListMediaAnalysisJobs, the newest first, down to the oldest job that was not final before.

    Once a day all of them are listed. Each final job gets its record, FAILED ones too.
    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_ListMediaAnalysisJobs.html

    :param mode: in mode `image` nothing is listed: such an account has no bulk jobs
    :return: ids of the jobs to land
    """

    def __init__(self, *, mode: str = "bulk", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode = mode

    def execute(self, context: Context) -> list[str]:
        with told_to_airflow(self.log):
            check_arguments(self)
            layout = results_layout(self.results_uri, self.aws_conn_id)
            account, region = self.hook.account(), self.hook.region
            if self.mode == "bulk":
                self._record_new(layout, account, region)
            where = (layout, MEDIA_ANALYSIS, account, region)
            found = self._chosen(found_elsewhere(*where, again=self._also_given_up))
            return [record.job_id for record in found]

    def _record_new(self, layout: Layout, account: str, region: str) -> None:
        last = Listing.read(layout, account, region)
        full = last.due_in_full
        began = datetime.now(UTC)
        known = known_jobs(layout, MEDIA_ANALYSIS)
        newest: datetime | None = None
        oldest_open: datetime | None = None
        listed = new = 0
        for job in self.hook.list_media_analysis_jobs():
            created = job["CreationTimestamp"]
            if not full and created < last.down_to:
                break
            listed += 1
            newest = newest or created
            if job["Status"] not in FINAL:
                oldest_open = created
            elif job["JobId"] not in known:
                where = (layout, MEDIA_ANALYSIS, job["JobId"])
                new += note_found(*where, "list_media_analysis_jobs", account, region, created)
        # Only now: a listing that broke off is done again.
        down_to = oldest_open or newest or last.down_to
        Listing(down_to, began if full else last.full_at).write(layout, account, region)
        metrics.count(metrics.JOBS_FOUND, new, MEDIA_ANALYSIS)
        self.log.info("%d bulk jobs listed, %d of them new and final.", listed, new)


class RekognitionReceiveCompletionsOperator(CollectJobsOperator):
    """Take what SNS said of ended video jobs from an SQS queue.

    A message is a hint: it names the operation and gives an unknown job its record, and only then
    is it deleted; whether the job ended is asked of Amazon. A message that is none of ours, or
    broken, is logged and deleted, since nothing is lost with it: give this queue to nobody else.
    https://docs.aws.amazon.com/rekognition/latest/dg/video-notification-payload.html

    :param queue_url: the queue; nothing is received when empty. (templated)
    :param aggregate_by: form in which the results are wanted, of operations that have a choice.
        (templated)
    :return: the jobs to land: `operation`, `job_id` and `aggregate_by` of each
    """

    template_fields: Sequence[str] = (
        *CollectJobsOperator.template_fields,
        "queue_url",
        "aggregate_by",
    )

    def __init__(
        self, *, queue_url: str = "", aggregate_by: str = "TIMESTAMPS", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.queue_url = queue_url
        self.aggregate_by = aggregate_by

    def execute(self, context: Context) -> list[dict[str, str | None]]:
        with told_to_airflow(self.log):
            check_arguments(self)
            layout = results_layout(self.results_uri, self.aws_conn_id)
            account, region = self.hook.account(), self.hook.region
            if self.queue_url:
                self._receive(layout, context, account, region)
            found = [
                record
                for operation in VIDEO_OPERATIONS
                for record in found_elsewhere(
                    layout,
                    operation,
                    account,
                    region,
                    self._form(operation),
                    again=self._also_given_up,
                )
            ]
            found.sort(key=lambda record: (record.since, record.job_id))
            return [
                {
                    "operation": record.operation,
                    "job_id": record.job_id,
                    "aggregate_by": self._form(record.operation),
                }
                for record in self._chosen(found)
            ]

    def _form(self, operation: Operation) -> str | None:
        """What to ask for as AggregateBy."""
        return self.aggregate_by if VIDEO_OPERATIONS[operation].aggregations else None

    def _receive(self, layout: Layout, context: Context, account: str, region: str) -> None:
        sqs = SqsHook(self.aws_conn_id, region_name=self.region_name or None, verify=self.verify)
        queue = CompletionQueue(sqs.get_conn(), self.queue_url)
        received, new = 0, dict[Operation, int].fromkeys(VIDEO_OPERATIONS, 0)
        for messages in queue.batches(context.get("triggering_asset_events") or {}):
            received += len(messages)
            for message in messages:
                if told := self._completion(message):
                    new[told.operation] += note_found(
                        layout,
                        told.operation,
                        told.job_id,
                        "sns_notification",
                        account,
                        region,
                        ended_at=told.ended_at,
                    )
            if stale := queue.delete(messages):
                self.log.info("%d messages were received anew meanwhile: they come again.", stale)
        for operation, jobs in new.items():
            metrics.count(metrics.JOBS_FOUND, jobs, operation)
        self.log.info("%d messages received, %d of unknown jobs.", received, sum(new.values()))

    def _completion(self, message: SqsMessage) -> Completion | None:
        try:
            return completion_of(message["Body"])
        except ValueError as error:
            # not its text: whoever may send to the queue would write into this log
            self.log.warning(
                "Message %s is left out and deleted: %s", one_line(message["MessageId"]), error
            )
            return None
