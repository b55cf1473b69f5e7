"""The DAG of an operation: plan; start, wait, land and flatten each planned job; announce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, task_group

from rekognition_results import dag_defaults as given
from rekognition_results.dag_defaults import listed, text, value
from rekognition_results.operators.land import LandResultOperator
from rekognition_results.operators.plan import PlanJobsOperator
from rekognition_results.operators.results import (
    RekognitionAnnounceTablesOperator,
    RekognitionFlattenOperator,
)
from rekognition_results.operators.start import StartJobOperator
from rekognition_results.planning.parameters import PARAMETERS
from rekognition_results.sensors.job import JobSensor
from rekognition_tables.allowed_values import Allowed
from rekognition_tables.settings import Settings

AWS = {"aws_conn_id": value("aws_conn_id"), "region_name": value("region")}
OF_PLAN = {name: value(name) for name in ("output_uri", "modified_after", "modified_before")}
OF_PLAN |= {name: value(name) for name in ("min_confidence", "max_jobs", "again")}


def job_dag(
    doc: str,
    settings: Settings,
    *,
    media: str,
    uri: str,
    plan: type[PlanJobsOperator],
    start: Callable[..., StartJobOperator],
    wait: Callable[..., JobSensor],
    land: Callable[..., LandResultOperator],
    texts: Mapping[str, tuple[str, str]],
    lists: Mapping[str, tuple[str, Allowed, int]] | None = None,
    of_start: Mapping[str, Param] | None = None,
    of_result: Mapping[str, Param] | None = None,
) -> DAG:
    """A DAG named after the operation of its operators.

    `texts` and `lists` are params of the plan besides those of every plan: a default and a
    description; or a description, what each element may be, and how many there may be. `of_start`
    are params of the start, `of_result` of landing and flattening.
    """
    lists, of_start, of_result = lists or {}, of_start or {}, of_result or {}
    with DAG(
        dag_id=plan.operation,
        schedule=settings.schedule_for(uri),
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        default_args=given.DEFAULT_ARGS,
        tags=[*given.TAGS, media],
        doc_md=doc,
        params={
            **given.common_params(settings, uri, media),
            **of_start,
            **{name: given.names(*told) for name, told in lists.items()},
            **{name: text(*told, PARAMETERS[name]) for name, told in texts.items()},
            **of_result,
        },
    ) as dag:
        planned: Any = plan(
            task_id="plan",
            pool="rekognition_planning",
            media_uri=value("prefix"),
            **OF_PLAN,
            **{name: value(name) for name in texts},
            **{name: listed(name) for name in lists},
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
                operation=plan.operation,
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
