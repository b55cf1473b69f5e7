"""### Check the warehouse

Runs the checks of `sql/checks` once a day over everything that is published: no NULL where there is
none, positions unique, values in range, children with their parents, as many rows as the ledger
counts, and only what reconciles. A load runs the same checks over what it loads, before it commits;
rows that were there before it, or were changed long after, are seen only here.

**A red task** names the check, the result and what is wrong with it. Find out who wrote there;
`rekognition-results load --all` builds the tables anew.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG

from rekognition_results.dag_defaults import DEFAULT_ARGS, TAGS
from rekognition_results.operators.checks import RekognitionCheckWarehouseOperator
from rekognition_tables.settings import Settings

with DAG(
    dag_id="check_warehouse",
    schedule="51 4 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=[*TAGS, "warehouse"],
    doc_md=__doc__,
):
    RekognitionCheckWarehouseOperator(task_id="check", aws_conn_id=Settings.from_env().aws_conn_id)
