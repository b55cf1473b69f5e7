"""### Video labels

Starts a label detection job for each video under a prefix that no plan holds yet, waits without a
worker, lands every page that Amazon answers, and flattens them to tables. Amazon keeps the results
for 7 days: landing comes first. `load_warehouse` then loads the tables.

**A red task** says in one sentence what to do. Clearing `plan`, `wait`, `land` or `flatten` costs
nothing; clearing `start` of a job that FAILED starts, and pays, a new one. A wrong parameter starts
nothing: start a new run, since a run keeps its parameters.
"""

from __future__ import annotations

from airflow.sdk import DAG

from rekognition_results import dag_defaults as given
from rekognition_results.job_dag import job_dag
from rekognition_results.operators.label_detection import (
    RekognitionLandLabelDetectionOperator,
    RekognitionPlanLabelDetectionOperator,
    RekognitionStartLabelDetectionOperator,
)
from rekognition_results.sensors.label_detection import RekognitionLabelDetectionSensor
from rekognition_tables.allowed_values import FEATURES, LABEL, LABELS_AT_MOST
from rekognition_tables.settings import Settings

SETTINGS = Settings.from_env()

dag: DAG = job_dag(
    __doc__,
    SETTINGS,
    media="videos",
    uri=SETTINGS.videos_uri,
    plan=RekognitionPlanLabelDetectionOperator,
    start=RekognitionStartLabelDetectionOperator,
    wait=RekognitionLabelDetectionSensor,
    land=RekognitionLandLabelDetectionOperator,
    lists={
        "features": ("Features to detect: GENERAL_LABELS.", FEATURES, 1),
        "label_inclusion_filters": ("Only these labels.", LABEL, LABELS_AT_MOST),
        "label_exclusion_filters": ("Not these labels.", LABEL, LABELS_AT_MOST),
        "label_category_inclusion_filters": (
            "Only labels of these categories.",
            LABEL,
            LABELS_AT_MOST,
        ),
        "label_category_exclusion_filters": (
            "No labels of these categories.",
            LABEL,
            LABELS_AT_MOST,
        ),
    },
    texts={
        "job_tag": (SETTINGS.job_tag, "Tag of the jobs."),
        "sns_topic_arn": (SETTINGS.sns_topic_arn, "SNS topic told when a job ends."),
        "sns_role_arn": (SETTINGS.sns_role_arn, "IAM role that may publish there."),
    },
    of_result={"aggregate_by": given.aggregate_by_param(SETTINGS)},
)
