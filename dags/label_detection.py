"""### Video labels

Starts a label detection job for each video under a prefix that no plan holds yet, waits without a
worker, lands every page that Amazon answers, and flattens them to tables. Amazon keeps the results
for 7 days: landing comes first. `load_warehouse` then loads the tables.

**A red task** says in one sentence what to do. Clearing `plan`, `wait`, `land` or `flatten` costs
nothing; clearing `start` of a job that FAILED starts, and pays, a new one. A wrong parameter starts
nothing: start a new run, since a run keeps its parameters.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, task_group

from rekognition_results import dag_defaults as given
from rekognition_results.dag_defaults import listed, text, value
from rekognition_results.operators.label_detection import (
    RekognitionLandLabelDetectionOperator,
    RekognitionPlanLabelDetectionOperator,
    RekognitionStartLabelDetectionOperator,
)
from rekognition_results.operators.results import (
    RekognitionAnnounceTablesOperator,
    RekognitionFlattenOperator,
)
from rekognition_results.planning.parameters import PARAMETERS
from rekognition_results.sensors.label_detection import RekognitionLabelDetectionSensor
from rekognition_tables.allowed_values import FEATURES
from rekognition_tables.settings import Settings

SETTINGS = Settings.from_env()
AWS = {"aws_conn_id": value("aws_conn_id"), "region_name": value("region")}
FILTERS = {
    "label_inclusion_filters": "Only these labels.",
    "label_exclusion_filters": "Not these labels.",
    "label_category_inclusion_filters": "Only labels of these categories.",
    "label_category_exclusion_filters": "No labels of these categories.",
}
TEXTS = {
    "job_tag": (SETTINGS.job_tag, "Tag of the jobs."),
    "sns_topic_arn": (SETTINGS.sns_topic_arn, "SNS topic told when a job ends."),
    "sns_role_arn": (SETTINGS.sns_role_arn, "IAM role that may publish there."),
}

with DAG(
    dag_id="label_detection",
    schedule=SETTINGS.schedule_for(SETTINGS.videos_uri),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=given.DEFAULT_ARGS,
    tags=[*given.TAGS, "videos"],
    doc_md=__doc__,
    params={
        **given.common_params(SETTINGS, SETTINGS.videos_uri, "videos"),
        "features": given.names("Features to detect: GENERAL_LABELS.", FEATURES, most=1),
        **{name: given.labels(description) for name, description in FILTERS.items()},
        **{name: text(*told, PARAMETERS[name]) for name, told in TEXTS.items()},
        "aggregate_by": given.aggregate_by_param(SETTINGS),
    },
):
    plan = RekognitionPlanLabelDetectionOperator(
        task_id="plan",
        pool="rekognition_planning",
        media_uri=value("prefix"),
        output_uri=value("output_uri"),
        modified_after=value("modified_after"),
        modified_before=value("modified_before"),
        min_confidence=value("min_confidence"),
        features=listed("features"),
        job_tag=value("job_tag"),
        sns_topic_arn=value("sns_topic_arn"),
        sns_role_arn=value("sns_role_arn"),
        max_jobs=value("max_jobs"),
        again=value("again"),
        **{name: listed(name) for name in FILTERS},
        **AWS,
    )

    @task_group
    def job(token: str) -> None:
        """One video's job: a red one does not keep the others."""
        start = RekognitionStartLabelDetectionOperator(task_id="start", token=token, **AWS)
        wait = RekognitionLabelDetectionSensor(
            task_id="wait",
            job_id=start.output,
            deferrable=True,
            fail_on_failed=False,
            waiter_delay=SETTINGS.waiter_delay,
            timeout=timedelta(days=1).total_seconds(),
            **AWS,
        )
        land = RekognitionLandLabelDetectionOperator(
            task_id="land",
            pool="rekognition_landing",
            job_id=start.output,
            aggregate_by=value("aggregate_by"),
            **AWS,
        )
        flatten = RekognitionFlattenOperator(
            task_id="flatten",
            operation="label_detection",
            job_id=start.output,
            aggregate_by=value("aggregate_by"),
            aws_conn_id=value("aws_conn_id"),
        )
        start >> wait >> land >> flatten

    jobs = job.expand(token=plan.output)
    announce = RekognitionAnnounceTablesOperator(
        task_id="announce", flatten_task_ids=["job.flatten"]
    )
    plan >> jobs >> announce
    [plan, jobs, announce] >> given.red_jobs()
