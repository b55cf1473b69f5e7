"""### Text in videos"""

from __future__ import annotations

from airflow.sdk import DAG

from rekognition_results.job_dag import video_dag
from rekognition_tables.settings import Settings

dag: DAG = video_dag(__doc__, Settings.from_env(), "text_detection")
