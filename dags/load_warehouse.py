"""### Load the warehouse

Loads every committed result that is not loaded yet into DuckDB, in one transaction, checks it, and
publishes a copy for readers. Runs when tables are announced, and once a day, so that a lost event
costs nothing.

**A red task** changed nothing: mend what its error names and clear it.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable

from rekognition_results.dag_defaults import DEFAULT_ARGS, TAGS
from rekognition_results.operators.results import (
    TABLES_ASSET,
    RekognitionLoadWarehouseOperator,
)
from rekognition_tables.settings import Settings

with DAG(
    dag_id="load_warehouse",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("17 3 * * *", timezone="UTC"), assets=[TABLES_ASSET]
    ),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=[*TAGS, "warehouse"],
    doc_md=__doc__,
):
    RekognitionLoadWarehouseOperator(
        task_id="load", pool="rekognition_loading", aws_conn_id=Settings.from_env().aws_conn_id
    )
