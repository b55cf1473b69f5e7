"""### Collect finished jobs

Lands and flattens finished jobs that nobody here started. Bulk jobs are found by
ListMediaAnalysisJobs: the newest first, down to the oldest that was not final the last time, and
all of them once a day. Video jobs, of every operation, are found by their completion messages, when
the SQS queue of `REKOGNITION_COMPLETIONS_QUEUE_URL` is subscribed to the jobs' SNS topic: a message
starts a run, and is deleted once the job has its record. Jobs that FAILED get their row and leave
the run green.

**A red task** says in one sentence what to do. A result that cannot be read is red once; the reason
stays in the job's record, and the job is tried again when its task is cleared, or by a run with
`again`. Clearing any task costs nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task_group

from rekognition_results import dag_defaults as given
from rekognition_results.dag_defaults import value
from rekognition_results.operators.collect import (
    RekognitionCollectMediaAnalysisJobsOperator,
    RekognitionReceiveCompletionsOperator,
)
from rekognition_results.operators.media_analysis import RekognitionLandMediaAnalysisOperator
from rekognition_results.operators.results import (
    RekognitionAnnounceTablesOperator,
    RekognitionFlattenOperator,
)
from rekognition_results.operators.videos import RekognitionLandVideoResultOperator
from rekognition_results.sensors.videos import RekognitionVideoJobSensor
from rekognition_tables.settings import Settings

SETTINGS = Settings.from_env()
AWS = {"aws_conn_id": value("aws_conn_id"), "region_name": value("region")}
COLLECT = {"max_jobs": value("max_jobs"), "again": value("again"), **AWS}
FLATTEN: dict[str, Any] = {"fail_on_failed": False, "aws_conn_id": value("aws_conn_id")}

with DAG(
    dag_id="collect_finished_jobs",
    schedule=given.collect_schedule(SETTINGS),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=given.DEFAULT_ARGS,
    tags=[*given.TAGS, "images", "videos"],
    doc_md=__doc__,
    params={
        **given.account_params(SETTINGS),
        "max_jobs": given.max_jobs_param(
            100, "Jobs of each kind landed by this run at most; the next takes the rest."
        ),
        "again": Param(
            False, description="Also jobs whose results could not be read before.", type="boolean"
        ),
        "aggregate_by": given.aggregate_by_param(SETTINGS),
    },
):

    @task_group
    def media_analysis_job(job_id: str) -> None:
        """One bulk job that somebody else started."""
        land = RekognitionLandMediaAnalysisOperator(
            task_id="land", pool="rekognition_landing", job_id=job_id, **AWS
        )
        flatten = RekognitionFlattenOperator(
            task_id="flatten", operation="media_analysis", job_id=job_id, **FLATTEN
        )
        land >> flatten

    @task_group
    def video_job(operation: str, job_id: str, aggregate_by: str) -> None:
        """One video job that somebody else started; the service says whether it really ended."""
        job: dict[str, Any] = {"operation": operation, "job_id": job_id}
        wait = RekognitionVideoJobSensor(
            task_id="wait",
            deferrable=True,
            fail_on_failed=False,
            waiter_delay=SETTINGS.waiter_delay,
            timeout=timedelta(hours=12).total_seconds(),
            **job,
            **AWS,
        )
        job |= {"aggregate_by": aggregate_by}
        land = RekognitionLandVideoResultOperator(
            task_id="land", pool="rekognition_landing", **job, **AWS
        )
        flatten = RekognitionFlattenOperator(task_id="flatten", **job, **FLATTEN)
        wait >> land >> flatten

    images = RekognitionCollectMediaAnalysisJobsOperator(
        task_id="list_media_analysis_jobs", mode=SETTINGS.mode, **COLLECT
    )
    videos = RekognitionReceiveCompletionsOperator(
        task_id="receive_completions",
        queue_url=SETTINGS.completions_queue_url,
        aggregate_by=value("aggregate_by"),
        **COLLECT,
    )
    collected = [
        media_analysis_job.expand(job_id=images.output),
        video_job.expand_kwargs(videos.output),
    ]
    flattened = ["media_analysis_job.flatten", "video_job.flatten"]
    announce = RekognitionAnnounceTablesOperator(task_id="announce", flatten_task_ids=flattened)
    collected >> announce
    [images, videos, *collected, announce] >> given.red_jobs()
