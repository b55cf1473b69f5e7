"""sql/checks over everything that is published, as checks that Airflow and its listeners show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from rekognition_tables.errors import one_line
from rekognition_tables.settings import Settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rekognition_results.hooks.duckdb import PublishedTablesHook


class RekognitionCheckWarehouseOperator(SQLTableCheckOperator):
    """Every check of sql/checks over the published tables; red with the first finding of each.

    A load runs the same checks over what it loads, before it commits. This one looks at all rows,
    and so finds what stood there before, or changed afterwards, by whomever. It does not try again:
    no retry mends it.
    Skipped while nothing is published.

    :param aws_conn_id: the connection with which a lake's data on S3 are read (templated)
    """

    template_fields: Sequence[str] = ("aws_conn_id",)

    def __init__(self, *, aws_conn_id: str | None = "aws_default", **kwargs: Any) -> None:
        # internal.load_lock has one row, so each check is one answer
        super().__init__(table="internal.load_lock", checks={}, retry_on_failure=False, **kwargs)
        self.aws_conn_id = aws_conn_id

    def get_db_hook(self) -> PublishedTablesHook:
        from rekognition_results.hooks.duckdb import PublishedTablesHook

        return PublishedTablesHook(aws_conn_id=self.aws_conn_id)

    def execute(self, context: Context) -> None:
        from rekognition_tables.warehouse.checks import checks  # pyarrow: no need of a DAG file

        published = Settings.from_env().published
        if isinstance(published, Path) and not published.exists():
            raise AirflowSkipException(f"{published} is not there yet: nothing to check.")
        statements = {name: check.statement for name, check in checks().items()}
        self.checks = {
            name: {"check_statement": f"NOT EXISTS (\n{statement}\n)"}
            for name, statement in statements.items()
        }
        answers = self._generate_sql_query()  # type: ignore[no-untyped-call]
        self.sql = f"SELECT check_name, check_result FROM ({answers}) AS check_table"
        try:
            super().execute(context)
        except AirflowFailException as error:
            raise AirflowFailException(self._findings(statements)) from error

    def _findings(self, statements: Mapping[str, str]) -> str:
        hook = self.get_db_hook()
        failed = [name for name, check in self.checks.items() if not check["success"]]
        told = []
        for name in failed:
            finding = hook.get_first(f"{statements[name]}\nLIMIT 1")
            told.append(f"{name}: {' '.join(str(part) for part in finding if part)}")
        return one_line(
            f"{len(failed)} of {len(self.checks)} checks of the published tables failed. "
            f"{'; '.join(told)}. Find out who wrote there; `rekognition-results load --all` "
            "builds the tables anew."
        )
