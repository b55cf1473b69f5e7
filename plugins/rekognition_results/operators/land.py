"""Landing: the service's bytes into the landing zone, whole, before anything reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.base import AwsBaseOperator, aws_template_fields
from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import results_layout
from rekognition_results.hooks.gone import gone_explained
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.observability import metrics
from rekognition_results.observability.lineage import landed
from rekognition_tables.errors import IncompleteResults, one_line
from rekognition_tables.jobs.requests import read_job
from rekognition_tables.landing.attempts import Attempt, newest_whole_attempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout, ResultKey

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rekognition_results.observability.lineage import Lineage

    Base = AwsBaseOperator[RekognitionHook]
else:
    Base = AwsBaseOperator


class LandResultOperator(Base):
    """Land the result of a finished job, SUCCEEDED or FAILED; what is landed whole is left alone.

    :param job_id: the job. (templated)
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty. (templated)
    :return: the URI of the attempt that counts
    """

    aws_hook_class = RekognitionHook
    operation: Operation
    template_fields: Sequence[str] = aws_template_fields("job_id", "results_uri")

    def __init__(self, *, job_id: str, results_uri: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job_id = job_id
        self.results_uri = results_uri

    @property
    def key(self) -> ResultKey:
        return ResultKey.of(self.operation, self.job_id)

    def execute(self, context: Context) -> str:
        self.keep_link(context)
        with told_to_airflow(self.log):
            layout = results_layout(self.results_uri, self.aws_conn_id)
            attempt = self._landed_before(layout)
            if attempt is not None:
                self.log.info("Job %s is landed already, at %s.", self.job_id, _shown(attempt))
                return str(attempt.path)
            record = read_job(layout, self.operation, self.job_id)
            if record:
                record = record.taken_up(layout)
            with gone_explained(layout, self.operation, self.job_id, self.hook):
                attempt = self.land(layout)
            status = attempt.facts["status"]
            metrics.count(metrics.RESULTS_LANDED, 1, self.operation)
            metrics.count(metrics.JOBS_FAILED, int(status == "FAILED"), self.operation)
            if record:
                record.finished(layout, status)
            records = sum(part.records for part in attempt.parts)
            self.log.info(
                "Landed job %s (%s): %d lines in %d parts at %s.",
                self.job_id,
                status,
                records,
                len(attempt.parts),
                _shown(attempt),
            )
            return str(attempt.path)

    def _landed_before(self, layout: Layout) -> Attempt | None:
        """What is landed whole. A damaged attempt is abandoned, so that one clear is enough."""
        attempt = newest_whole_attempt(layout, self.key)
        if attempt is None:
            return None
        try:
            for file in attempt.files:
                attempt.read(file)
        except IncompleteResults as error:
            self.log.warning("%s A new attempt begins.", error.message)
            attempt.abandon(error.message)
            return None
        return attempt

    def get_openlineage_facets_on_complete(self, _: Any) -> Lineage:
        return landed(results_layout(self.results_uri, self.aws_conn_id), self.key)

    def origin(self) -> dict[str, str]:
        """Where the result comes from, for _SUCCESS.json."""
        return {"account": self.hook.account(), "region": self.hook.region}

    def keep_link(self, context: Context) -> None:
        """Note the job's page in the AWS console, if there is one."""

    def land(self, layout: Layout) -> Attempt:
        """Ask the service, write an attempt, end it with _SUCCESS."""
        raise NotImplementedError


def _shown(attempt: Attempt) -> str:
    return one_line(str(attempt.path))
