"""Warns of results that Amazon is about to drop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import results_layout
from rekognition_tables.errors import ResultsExpired
from rekognition_tables.jobs.unlanded import unlanded_jobs
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

if TYPE_CHECKING:
    from airflow.sdk import Context

NAMED_AT_MOST = 20


class RekognitionCheckExpiringResultsOperator(BaseOperator):
    """Red when results of known video jobs expire within some hours and no form of them is landed.

    Once they are landed, or gone, it is green again.

    :param within_hours: how long before the end it warns
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty (templated)
    """

    template_fields: Sequence[str] = ("results_uri", "aws_conn_id")

    def __init__(
        self,
        *,
        within_hours: float = 48,
        results_uri: str | None = None,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.within_hours = within_hours
        self.results_uri = results_uri
        self.aws_conn_id = aws_conn_id

    def execute(self, context: Context) -> None:
        with told_to_airflow(self.log):
            layout = results_layout(self.results_uri, self.aws_conn_id)
            within = timedelta(hours=self.within_hours)
            found = sorted(
                (
                    (job.expires_at, job.record.job_id, job.record)
                    for operation in VIDEO_OPERATIONS
                    for job in unlanded_jobs(layout, operation)
                    if job.expires_within(within) and job.record.status != "FAILED"
                ),
                key=lambda one: one[:2],
            )
            for ends, _, record in found:
                why = f" It was given up: {record.given_up}" if record.given_up else ""
                self.log.error(
                    "Job %s expires at %s and is not landed: look at its tasks in %s.%s",
                    record.job_id,
                    f"{ends:%Y-%m-%d %H:%M} UTC",
                    record.operation if record.token else "collect_finished_jobs",
                    why,
                )
            if found:
                named = ", ".join(job_id for _, job_id, _ in found[:NAMED_AT_MOST])
                dags = " and ".join(sorted({record.operation for *_, record in found}))
                raise ResultsExpired(
                    f"{len(found)} results expire within {self.within_hours:g} hours and are not "
                    f"landed, the first at {found[0][0]:%Y-%m-%d %H:%M} UTC: {named}.",
                    operation=found[0][2].operation,
                    advice=f"Clear their red tasks, or run {dags} (or collect_finished_jobs) with "
                    "`again`: landing costs nothing, a new job does.",
                )
            self.log.info("No result expires soon without being landed.")
