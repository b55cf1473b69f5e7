"""### Build tables again

Flattens landed results again, all or some: after a new version of the schema, or when Parquet
files are lost. Nothing is asked of Amazon Rekognition, and nothing is paid. Each result keeps its
old rows until its new ones are committed. `load_warehouse` then loads them.

**A red task** names the results that could not be flattened; they keep the rows they had. Mend what
the log says and clear it: it goes on where it ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, Param

from rekognition_results import dag_defaults as given
from rekognition_results.dag_defaults import listed, value
from rekognition_results.operators.reflatten import RekognitionReflattenOperator
from rekognition_results.operators.results import RekognitionAnnounceTablesOperator
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.settings import Settings

with DAG(
    dag_id="reflatten",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=given.DEFAULT_ARGS,
    tags=[*given.TAGS, "tables"],
    doc_md=__doc__,
    params={
        "operation": Param(
            "",
            description="Results of this kind of job; empty: of all.",
            enum=["", *OPERATIONS],
        ),
        "job_ids": given.names("Results of these jobs; empty: all."),
        "aws_conn_id": given.connection_param(
            Settings.from_env(), "Airflow connection, for a results root on S3."
        ),
    },
):
    flatten = RekognitionReflattenOperator(
        task_id="flatten",
        operation=value("operation"),
        job_ids=listed("job_ids"),
        aws_conn_id=value("aws_conn_id"),
        execution_timeout=timedelta(days=1),  # every result ever landed
    )
    announce = RekognitionAnnounceTablesOperator(task_id="announce", flatten_task_ids=["flatten"])
    flatten >> announce
    [flatten, announce] >> given.red_jobs()
