"""### Bulk image moderation

Plans bulk jobs for the images under a prefix that no plan holds yet, starts them, waits without a
worker, lands what Amazon answers, and flattens it to tables. `load_warehouse` then loads them.
In mode `image` no bulk job is started: `land` moderates the images one by one.

**A red task** says in one sentence what to do. Clearing `plan`, `wait`, `land` or `flatten` costs
nothing; clearing `start` of a job that FAILED starts, and pays, a new one. A wrong parameter starts
nothing: start a new run, since a run keeps its parameters.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, task_group

from rekognition_results import dag_defaults as given
from rekognition_results.dag_defaults import text, value
from rekognition_results.operators.image_mode import (
    RekognitionLandModerationOperator,
    RekognitionModerationSensor,
    RekognitionStartModerationOperator,
)
from rekognition_results.operators.media_analysis import RekognitionPlanMediaAnalysisOperator
from rekognition_results.operators.results import (
    RekognitionAnnounceTablesOperator,
    RekognitionFlattenOperator,
)
from rekognition_results.planning.parameters import PARAMETERS
from rekognition_tables.settings import Settings

SETTINGS = Settings.from_env()
AWS = {"aws_conn_id": value("aws_conn_id"), "region_name": value("region")}
TEXTS = {
    "manifest_uri": ("", "Ready-made input manifest, instead of a prefix: s3://bucket/key."),
    "manifest_version": ("", "S3 version of that manifest."),
    "project_version": (SETTINGS.project_version, "Custom moderation adapter (ARN)."),
    "kms_key_id": (SETTINGS.kms_key_id, "KMS key for the results."),
    "job_name": (SETTINGS.job_name, "Name of the jobs."),
}

with DAG(
    dag_id="media_analysis",
    schedule=SETTINGS.schedule_for(SETTINGS.images_uri),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=given.DEFAULT_ARGS,
    tags=[*given.TAGS, "images"],
    doc_md=__doc__,
    params={
        **given.common_params(SETTINGS, SETTINGS.images_uri, "images"),
        "mode": given.mode_param(SETTINGS),
        **{name: text(*told, PARAMETERS[name]) for name, told in TEXTS.items()},
    },
):
    plan = RekognitionPlanMediaAnalysisOperator(
        task_id="plan",
        pool="rekognition_planning",
        media_uri=value("prefix"),
        manifest_uri=value("manifest_uri"),
        manifest_version=value("manifest_version"),
        output_uri=value("output_uri"),
        modified_after=value("modified_after"),
        modified_before=value("modified_before"),
        min_confidence=value("min_confidence"),
        project_version=value("project_version"),
        kms_key_id=value("kms_key_id"),
        job_name=value("job_name"),
        max_jobs=value("max_jobs"),
        again=value("again"),
        **AWS,
    )

    @task_group
    def job(token: str) -> None:
        """One bulk job: a red one does not keep the others."""
        start = RekognitionStartModerationOperator(
            task_id="start", token=token, mode=value("mode"), **AWS
        )
        wait = RekognitionModerationSensor(
            task_id="wait",
            job_id=start.output,
            deferrable=True,
            fail_on_failed=False,
            waiter_delay=SETTINGS.waiter_delay,
            timeout=timedelta(days=1).total_seconds(),
            **AWS,
        )
        land = RekognitionLandModerationOperator(
            task_id="land", pool="rekognition_landing", job_id=start.output, **AWS
        )
        flatten = RekognitionFlattenOperator(
            task_id="flatten",
            operation="media_analysis",
            job_id=start.output,
            aws_conn_id=value("aws_conn_id"),
        )
        start >> wait >> land >> flatten

    jobs = job.expand(token=plan.output)
    announce = RekognitionAnnounceTablesOperator(
        task_id="announce", flatten_task_ids=["job.flatten"]
    )
    plan >> jobs >> announce
    [plan, jobs, announce] >> given.red_jobs()
