"""Tables anew from the landing zone, without a call to Amazon Rekognition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import results_layout
from rekognition_results.observability.lineage import dataset, lineage, tables
from rekognition_results.observability.log_lines import every_so_often
from rekognition_results.operators.flattening import flatten_and_note
from rekognition_results.operators.results import push_committed
from rekognition_results.planning.parameters import names_of
from rekognition_tables.errors import ResultsError, SchemaMismatch, WrongParameter, one_line
from rekognition_tables.flatten.commits import Commit, read_commit
from rekognition_tables.landing.attempts import landed_results, newest_whole_attempt
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rekognition_results.observability.lineage import Lineage


class RekognitionReflattenOperator(BaseOperator):
    """Flatten landed results again; each keeps its old rows until its new ones are committed.

    A result that cannot be flattened does not keep the others: it is named at the end, and the
    task is red. A retry goes on where the last try ended, and so does the run when it is cleared:
    to flatten everything once more, start another one.

    :param operation: `media_analysis`, `label_detection`, ...; all when empty (templated)
    :param job_ids: only these jobs; all when empty: a list, or JSON of one (templated)
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty (templated)
    :return: how many results were flattened, and their rows
    """

    template_fields: Sequence[str] = ("operation", "job_ids", "results_uri", "aws_conn_id")

    def __init__(
        self,
        *,
        operation: str | None = None,
        job_ids: Sequence[str] | str = (),
        results_uri: str | None = None,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.operation = operation
        self.job_ids = job_ids
        self.results_uri = results_uri
        self.aws_conn_id = aws_conn_id
        self._rows: Counter[str] = Counter()  # of each table

    def execute(self, context: Context) -> dict[str, int]:
        with told_to_airflow(self.log):
            layout = results_layout(self.results_uri, self.aws_conn_id)
            began = context["dag_run"].run_after  # clearing the task keeps it
            wanted = self._wanted(layout)
            commits: list[Commit] = []
            bad: list[str] = []
            for key in self._with_progress(wanted):
                try:
                    if commit := self._again(layout, key, began):
                        commits.append(commit)
                except ResultsError as error:
                    self.log.error("%s %s: %s", key.operation, key.name, error)
                    bad.append(key.name)
            for commit in commits:
                self._rows.update(commit.row_counts)
            rows = self._rows.total()
            self.log.info("Flattened %d results (%d rows).", len(commits), rows)
            push_committed(context, commits)
            self._judge(bad)
            return {"flattened": len(commits), "rows": rows}

    def get_openlineage_facets_on_complete(self, _: Any) -> Lineage:
        layout = results_layout(self.results_uri, self.aws_conn_id)
        operations = [one for one in OPERATIONS if self.operation in ("", None, one)]
        raw = [dataset(layout.raw(operation)) for operation in operations]
        return lineage(raw, tables(layout, self._rows))

    def _wanted(self, layout: Layout) -> list[ResultKey]:
        """The landed results that were asked for. WrongParameter when one of them is not landed."""
        if self.operation and self.operation not in OPERATIONS:
            raise WrongParameter(
                f"operation is {self.operation!r}: one of {', '.join(OPERATIONS)}."
            )
        job_ids = set(names_of("job_ids", self.job_ids))
        found = [
            key
            for key in landed_results(layout)
            if (not self.operation or key.operation == self.operation)
            and (not job_ids or key.job_id in job_ids)
        ]
        if missing := sorted(job_ids - {key.job_id for key in found}):
            raise WrongParameter(
                f"Nothing is landed under {layout.root} of {', '.join(missing)}: correct job_ids."
            )
        return found

    def _again(self, layout: Layout, key: ResultKey, began: datetime) -> Commit | None:
        """Flatten, unless an earlier try of this run did; None while it is not landed whole."""
        if newest_whole_attempt(layout, key) is None:
            self.log.info("%s %s is not landed whole: left alone.", key.operation, key.name)
            return None
        try:
            commit = read_commit(layout, key)
        except SchemaMismatch:
            commit = None
        if commit and commit.flattened_at >= began:
            return commit
        commit = flatten_and_note(layout, key)
        if commit.held_back:
            self.log.warning("%s is held back: %s", key.name, one_line(str(commit.reason)))
        return commit

    def _with_progress(self, keys: list[ResultKey]) -> Iterator[ResultKey]:
        say = every_so_often(self.log, "%d of %d results.")
        for number, key in enumerate(keys):
            say(number, len(keys))
            yield key

    def _judge(self, bad: list[str]) -> None:
        if bad:
            raise ResultsError(
                f"{len(bad)} results were not flattened, and keep the rows they had: "
                f"{', '.join(bad[:10])}{' ...' if len(bad) > 10 else ''}. The log says why of "
                "each. Mend that and clear this task, or land them anew while Amazon has them."
            )
