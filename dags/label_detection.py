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

from rekognition_results.job_dag import video_dag
from rekognition_results.operators.label_detection import (
    RekognitionLandLabelDetectionOperator,
    RekognitionPlanLabelDetectionOperator,
    RekognitionStartLabelDetectionOperator,
)
from rekognition_results.sensors.label_detection import RekognitionLabelDetectionSensor
from rekognition_tables.settings import Settings

dag: DAG = video_dag(
    __doc__,
    Settings.from_env(),
    "label_detection",
    plan=RekognitionPlanLabelDetectionOperator,
    start=RekognitionStartLabelDetectionOperator,
    wait=RekognitionLabelDetectionSensor,
    land=RekognitionLandLabelDetectionOperator,
)
