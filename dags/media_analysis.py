"""### Bulk image moderation

Plans bulk jobs for the images under a prefix that no plan holds yet, starts them, waits without a
worker, lands what Amazon answers, and flattens it to tables. `load_warehouse` then loads them.
In mode `image` no bulk job is started: `land` moderates the images one by one.

**A red task** says in one sentence what to do. Clearing `plan`, `wait`, `land` or `flatten` costs
nothing; clearing `start` of a job that FAILED starts, and pays, a new one. A wrong parameter starts
nothing: start a new run, since a run keeps its parameters.
"""

from __future__ import annotations

from airflow.sdk import DAG

from rekognition_results import dag_defaults as given
from rekognition_results.job_dag import job_dag
from rekognition_results.operators.image_mode import (
    RekognitionLandModerationOperator,
    RekognitionModerationSensor,
    RekognitionStartModerationOperator,
)
from rekognition_results.operators.media_analysis import RekognitionPlanMediaAnalysisOperator
from rekognition_tables.operations.video import MIN_CONFIDENCE
from rekognition_tables.settings import Settings

SETTINGS = Settings.from_env()

dag: DAG = job_dag(
    __doc__,
    SETTINGS,
    "media_analysis",
    media="images",
    uri=SETTINGS.images_uri,
    schedule=SETTINGS.schedule_for(SETTINGS.images_uri),
    plan=RekognitionPlanMediaAnalysisOperator,
    start=RekognitionStartModerationOperator,
    wait=RekognitionModerationSensor,
    land=RekognitionLandModerationOperator,
    of_start={"mode": given.mode_param(SETTINGS)},
    of_plan={
        "min_confidence": given.member_param(MIN_CONFIDENCE, SETTINGS),
        **given.texts(
            SETTINGS,
            manifest_uri="Ready-made input manifest, instead of a prefix: s3://bucket/key.",
            manifest_version="S3 version of that manifest.",
            project_version="Custom moderation adapter (ARN).",
            kms_key_id="KMS key for the results.",
            job_name="Name of the jobs.",
        ),
    },
)
