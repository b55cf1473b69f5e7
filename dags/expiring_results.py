"""### Results that expire

Looks once a day for video jobs whose results Amazon drops within 48 hours and that are not landed.
Amazon keeps them for 7 days.

**A red task** names them: clear their red tasks, or run the DAG that the log names with
`again`. It is green again the next day, when they are landed or gone.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG

from rekognition_results.dag_defaults import DEFAULT_ARGS, TAGS
from rekognition_results.operators.expiry import RekognitionCheckExpiringResultsOperator
from rekognition_tables.settings import Settings

SETTINGS = Settings.from_env()

with DAG(
    dag_id="expiring_results",
    schedule="43 5 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=[*TAGS, "videos"],
    doc_md=__doc__,
):
    RekognitionCheckExpiringResultsOperator(
        task_id="check",
        aws_conn_id=SETTINGS.aws_conn_id,
    )
