"""The DAG of an operation: plan; start, wait, land and flatten each planned job; announce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from airflow.sdk import DAG, Param, task_group

from rekognition_results import dag_defaults as given
from rekognition_results.dag_defaults import listed, value
from rekognition_results.operators.land import LandResultOperator
from rekognition_results.operators.plan import PlanJobsOperator
from rekognition_results.operators.results import (
    RekognitionAnnounceTablesOperator,
    RekognitionFlattenOperator,
)
from rekognition_results.operators.start import StartJobOperator
from rekognition_results.operators.videos import (
    RekognitionLandVideoResultOperator,
    RekognitionPlanVideoJobsOperator,
    RekognitionStartVideoJobOperator,
)
from rekognition_results.planning.request_members import video_operation
from rekognition_results.sensors.job import JobSensor
from rekognition_results.sensors.videos import RekognitionVideoJobSensor
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VideoOperation
from rekognition_tables.settings import Settings

AWS = {"aws_conn_id": value("aws_conn_id"), "region_name": value("region")}
OF_EVERY_PLAN = ("output_uri", "modified_after", "modified_before", "max_jobs", "again")


def job_dag(
    doc: str,
    settings: Settings,
    operation: Operation,
    *,
    media: str,
    uri: str,
    schedule: str | None,
    plan: Callable[..., PlanJobsOperator],
    start: Callable[..., StartJobOperator],
    wait: Callable[..., JobSensor],
    land: Callable[..., LandResultOperator],
    of_plan: Mapping[str, Param],
    of_start: Mapping[str, Param] | None = None,
    of_result: Mapping[str, Param] | None = None,
) -> DAG:
    """A DAG named after its operation.

    `of_plan` are params of the plan besides those of every plan, `of_start` of the start,
    `of_result` of landing and flattening.
    """
    of_start, of_result = of_start or {}, of_result or {}
    # Where the form has always had it.
    confidence = {name: param for name, param in of_plan.items() if name == "min_confidence"}
    with DAG(
        dag_id=operation,
        schedule=schedule,
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        default_args=given.DEFAULT_ARGS,
        tags=[*given.TAGS, media],
        doc_md=doc,
        params={
            **given.media_params(uri, media),
            **confidence,
            **given.run_params(settings),
            **of_start,
            **of_plan,
            **of_result,
        },
    ) as dag:
        planned: Any = plan(
            task_id="plan",
            pool="rekognition_planning",
            media_uri=value("prefix"),
            **{name: value(name) for name in OF_EVERY_PLAN},
            **{name: _rendered(name, param) for name, param in of_plan.items()},
            **AWS,
        )
        form: dict[str, Any] = {name: value(name) for name in of_result}

        @task_group(tooltip=f"One job of the {media}: a red one does not keep the others.")
        def job(token: str) -> None:
            mode = {name: value(name) for name in of_start}
            started: Any = start(task_id="start", token=token, **mode, **AWS)
            waited = wait(
                task_id="wait",
                job_id=started.output,
                deferrable=True,
                fail_on_failed=False,
                waiter_delay=settings.waiter_delay,
                timeout=timedelta(days=1).total_seconds(),
                **AWS,
            )
            landed = land(
                task_id="land", pool="rekognition_landing", job_id=started.output, **form, **AWS
            )
            flattened = RekognitionFlattenOperator(
                task_id="flatten",
                operation=operation,
                job_id=started.output,
                aws_conn_id=value("aws_conn_id"),
                **form,
            )
            started >> waited >> landed >> flattened

        jobs = job.expand(token=planned.output)
        announced = RekognitionAnnounceTablesOperator(
            task_id="announce", flatten_task_ids=["job.flatten"]
        )
        planned >> jobs >> announced
        [planned, jobs, announced] >> given.red_jobs()
    return dag


def video_dag(
    doc: str,
    settings: Settings,
    operation: Operation,
    *,
    plan: Callable[..., PlanJobsOperator] | None = None,
    start: Callable[..., StartJobOperator] | None = None,
    wait: Callable[..., JobSensor] | None = None,
    land: Callable[..., LandResultOperator] | None = None,
) -> DAG:
    """The DAG of a video operation; its params are the members of Start... by its description.

    Its tasks are those of every video operation, unless it has classes of its own.
    """
    spec = video_operation(operation)
    own = {one.argument: given.member_param(one, settings) for one in spec.request}
    shared = given.texts(
        settings,
        job_tag="Tag of the jobs.",
        sns_topic_arn="SNS topic told when a job ends.",
        sns_role_arn="IAM role that may publish there.",
    )
    form = {"aggregate_by": given.aggregate_by_param(settings)} if spec.aggregations else {}
    return job_dag(
        doc,
        settings,
        operation,
        media="videos",
        uri=settings.videos_uri,
        schedule=settings.schedule_of_videos(operation),
        plan=plan or partial(_plan, spec),
        start=start or partial(RekognitionStartVideoJobOperator, operation=operation),
        wait=wait or partial(RekognitionVideoJobSensor, operation=operation),
        land=land or partial(RekognitionLandVideoResultOperator, operation=operation),
        of_plan=own | shared,
        of_result=form,
    )


def _plan(spec: VideoOperation, **arguments: Any) -> RekognitionPlanVideoJobsOperator:
    """The plan of every video operation, which takes the request's own members as one argument."""
    members = {one.argument: arguments.pop(one.argument) for one in spec.request}
    return RekognitionPlanVideoJobsOperator(
        operation=spec.name, request_members=members, **arguments
    )


def _rendered(name: str, param: Param) -> str:
    """A template for a param, whichever type it has."""
    return listed(name) if isinstance(param.value, list) else value(name)
