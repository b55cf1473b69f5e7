"""### Measure results

Sends the metrics that no single task can know, every half hour: jobs that wait, the oldest result
that is not landed or not published, what readers see, what it may have cost. Nothing is asked of
Amazon Rekognition. What each metric means, and the alerts on them: `docs/runbook.md`.

**A red task** could not read the results root or the published tables: mend what its error names.
It changes nothing, and the next run measures anew.
"""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG

from rekognition_results.dag_defaults import DEFAULT_ARGS, TAGS
from rekognition_results.operators.measure import RekognitionMeasureResultsOperator
from rekognition_tables.settings import Settings

with DAG(
    dag_id="measure_results",
    schedule="*/30 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=[*TAGS, "metrics"],
    doc_md=__doc__,
):
    RekognitionMeasureResultsOperator(
        task_id="measure", aws_conn_id=Settings.from_env().aws_conn_id
    )
