"""Sends the gauges that no single job's task can know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import lake_with_access, results_layout
from rekognition_results.observability.measuring import send_all
from rekognition_tables.settings import Settings

if TYPE_CHECKING:
    from airflow.sdk import Context


class RekognitionMeasureResultsOperator(BaseOperator):
    """Measure what waits, what is not landed, and what readers see; send it as metrics.

    Red only when the results root or the published tables cannot be read.

    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty (templated)
    :return: what was sent, by name
    """

    template_fields: Sequence[str] = ("results_uri", "aws_conn_id")

    def __init__(
        self,
        *,
        results_uri: str | None = None,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.results_uri = results_uri
        self.aws_conn_id = aws_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        with told_to_airflow(self.log):
            settings = Settings.from_env()
            told = send_all(
                results_layout(self.results_uri, self.aws_conn_id),
                lake_with_access(settings.published, self.aws_conn_id, settings.region),
            )
            for name, value in told.items():
                self.log.info("%s: %s", name, value)
            return told
