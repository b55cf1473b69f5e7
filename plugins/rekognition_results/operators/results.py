"""After landing: flatten a result, announce the tables, load the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator

from rekognition_results.aws.calls import told_to_airflow, worth_it
from rekognition_results.aws.storage import lake_with_access, results_layout
from rekognition_results.observability import metrics
from rekognition_results.observability.lineage import flattened, loaded
from rekognition_results.observability.log_lines import every_so_often
from rekognition_results.observability.measuring import send_published
from rekognition_results.operators.flattening import flatten_and_note, told
from rekognition_tables.errors import IncompleteResults, JobFailed, ReconciliationFailed, one_line
from rekognition_tables.flatten.commits import Commit, read_commit
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.settings import Settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rekognition_results.observability.lineage import Lineage

TABLES_ASSET = Asset("rekognition_tables")
COMMITTED = "committed"  # key of the XCom that tells announce what was committed
TOLD_AT_MOST = 1024  # results in one event: the table of events is no place for more


def push_committed(context: Context, commits: Sequence[Commit]) -> None:
    """Tell announce what was committed: the first results, and the sums of all."""
    results = [told(commit) for commit in commits]
    value = {
        "results": results[:TOLD_AT_MOST],
        "result_count": len(results),
        "rows": sum(one["rows"] for one in results),
        "reconciled": all(one["reconciled"] for one in results),
    }
    context["ti"].xcom_push(key=COMMITTED, value=value)


class RekognitionFlattenOperator(BaseOperator):
    """Flatten a landed result to Parquet and commit it.

    Red, after the commit, when the job FAILED or the result does not reconcile: its row, its
    description and its summary are there all the same.

    :param operation: `media_analysis`, `label_detection`, ... (templated)
    :param job_id: the job (templated)
    :param aggregate_by: TIMESTAMPS or SEGMENTS of a video job (templated)
    :param fail_on_failed: False leaves it green when the job FAILED, with a warning in the log
    :return: result, rows and whether it reconciled
    """

    template_fields: Sequence[str] = (
        "operation",
        "job_id",
        "aggregate_by",
        "results_uri",
        "aws_conn_id",
    )

    def __init__(
        self,
        *,
        operation: Operation,
        job_id: str,
        aggregate_by: str | None = None,
        fail_on_failed: bool = True,
        results_uri: str | None = None,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.operation: Operation = operation
        self.job_id = job_id
        self.aggregate_by = aggregate_by
        self.fail_on_failed = fail_on_failed
        self.results_uri = results_uri
        self.aws_conn_id = aws_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        with told_to_airflow(self.log):
            layout = results_layout(self.results_uri, self.aws_conn_id)
            key = ResultKey.of(self.operation, self.job_id, self.aggregate_by)
            commit = self._flatten(layout, key)
            push_committed(context, [commit])
            self._say(commit)
            self._count(commit)
            self._judge(layout, commit)
            return told(commit)

    def get_openlineage_facets_on_complete(self, _: Any) -> Lineage:
        layout = results_layout(self.results_uri, self.aws_conn_id)
        key = ResultKey.of(self.operation, self.job_id, self.aggregate_by)
        return flattened(layout, read_commit(layout, key))

    def _flatten(self, layout: Layout, key: ResultKey) -> Commit:
        try:
            return flatten_and_note(layout, key)
        except IncompleteResults as error:
            if attempt := newest_whole_attempt(layout, key):
                attempt.abandon(str(error))
            raise

    def _say(self, commit: Commit) -> None:
        counts = ", ".join(f"{rows} {table}" for table, rows in commit.row_counts.items() if rows)
        self.log.info("Committed %s: %s.", commit.key.name, counts)
        for table, what in (
            ("manifest_errors", "lines of the input manifest were not analysed"),
            ("quarantined_records", "records could not be read as what they should be"),
            ("unknown_fields", "members have no column yet; their bytes stay landed"),
        ):
            if rows := commit.row_counts.get(table):
                self.log.warning("%s: %d %s: look at %s.", commit.key.name, rows, what, table)

    def _count(self, commit: Commit) -> None:
        rows = commit.row_counts
        metrics.count(metrics.ROWS_WRITTEN, sum(rows.values()), self.operation)
        aside = rows.get("quarantined_records", 0)
        metrics.count(metrics.RECORDS_QUARANTINED, aside, self.operation)

    def _judge(self, layout: Layout, commit: Commit) -> None:
        attempt = newest_whole_attempt(layout, commit.key)
        if attempt and attempt.facts.get("status") == "FAILED":
            why = attempt.facts.get("failure") or "no reason given"
            if not self.fail_on_failed:
                why = one_line(str(why))
                self.log.warning("Job %s FAILED: %s. Its row is committed.", self.job_id, why)
                return
            raise JobFailed(
                f"Job {self.job_id} FAILED: {why}. Its row is committed. Clear the start task of "
                f"this job to start, and pay, it again{worth_it(why)}.",
                operation=self.operation,
                job_id=self.job_id,
            )
        if commit.held_back:
            raise ReconciliationFailed(
                f"Job {self.job_id} does not reconcile, and its rows are held back: "
                f"{commit.reason}",
                operation=self.operation,
                job_id=self.job_id,
                reason=commit.reason,
            )


class RekognitionAnnounceTablesOperator(BaseOperator):
    """Tell Airflow what there is to load, whatever became of the single jobs.

    The event of the `rekognition_tables` asset carries `results` (the first 1,024: operation,
    result, rows, reconciled), and of all of them the number, `rows` and `reconciled`.

    :param flatten_task_ids: the tasks that committed
    """

    def __init__(self, *, flatten_task_ids: Sequence[str], **kwargs: Any) -> None:
        super().__init__(outlets=[TABLES_ASSET], trigger_rule="all_done", **kwargs)
        self.flatten_task_ids = flatten_task_ids

    def execute(self, context: Context) -> None:
        pulled = context["ti"].xcom_pull(task_ids=list(self.flatten_task_ids), key=COMMITTED)
        several = [one for one in pulled if one]
        count, rows = (sum(one[name] for one in several) for name in ("result_count", "rows"))
        context["outlet_events"][TABLES_ASSET].extra = {
            "results": [result for one in several for result in one["results"]][:TOLD_AT_MOST],
            "result_count": count,
            "rows": rows,
            "reconciled": all(one["reconciled"] for one in several),
        }
        self.log.info("%d results with %d rows can be loaded.", count, rows)


class RekognitionLoadWarehouseOperator(BaseOperator):
    """Load what is committed and not loaded into the warehouse, and publish it for readers.

    A DuckLake on S3 is reached with the same connection as everything else.

    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty (templated)
    :param everything: build the warehouse anew from every commit
    :return: how many results were loaded and held back
    """

    template_fields: Sequence[str] = ("results_uri", "aws_conn_id")

    def __init__(
        self,
        *,
        results_uri: str | None = None,
        everything: bool = False,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.results_uri = results_uri
        self.everything = everything
        self.aws_conn_id = aws_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        from rekognition_tables.warehouse.load import load_and_publish  # DuckDB and pyarrow

        with told_to_airflow(self.log):
            settings = Settings.from_env()
            self.log.info("Loading what is committed into %s.", settings.warehouse)
            readable = lake_with_access(settings.published, self.aws_conn_id, settings.region)
            report = load_and_publish(
                results_layout(self.results_uri, self.aws_conn_id),
                lake_with_access(settings.warehouse, self.aws_conn_id, settings.region),
                readable,
                everything=self.everything,
                lock_timeout=settings.lock_timeout,
                progress=every_so_often(self.log, "%d of %d results are read."),
            )
            rows = sum(report.row_counts.values())
            metrics.count(metrics.RESULTS_LOADED, len(report.loaded))
            metrics.count(metrics.ROWS_LOADED, rows)
            send_published(readable)
            self.log.info(
                "Loaded %d results (%d rows), %d held back. Readers open %s.",
                len(report.loaded),
                rows,
                len(report.held_back),
                settings.published,
            )
            return {
                "loaded": len(report.loaded),
                "rows": rows,
                "held_back": len(report.held_back),
            }

    def get_openlineage_facets_on_complete(self, _: Any) -> Lineage:
        settings, layout = Settings.from_env(), results_layout(self.results_uri, self.aws_conn_id)
        return loaded(layout, settings.warehouse, settings.published)
