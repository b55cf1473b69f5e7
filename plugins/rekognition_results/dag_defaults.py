"""What the DAGs share: params with their defaults from the settings, retries, pools."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    AssetOrTimeSchedule,
    AssetWatcher,
    CronTriggerTimetable,
    Param,
    task,
)

from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.observability.callbacks import tell_failure
from rekognition_results.planning.allowed import connections
from rekognition_results.planning.parameters import PARAMETERS, check_run
from rekognition_tables.allowed_values import Allowed
from rekognition_tables.errors import ResultsError
from rekognition_tables.operations.spec import RequestMember
from rekognition_tables.settings import Settings

log = logging.getLogger(__name__)

TAGS = ["rekognition"]
OWNER = "rekognition-results"
# name: (slots, what for); made by `make pools`
POOLS = {
    "rekognition_planning": (1, "One plan at a time: no object is planned twice."),
    "rekognition_landing": (8, "Results read from Amazon at once."),
    "rekognition_loading": (1, "One load at a time."),
}
DEFAULT_ARGS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
    "execution_timeout": timedelta(hours=6),
    "on_failure_callback": tell_failure,
    "pre_execute": check_run,
}


def text(default: str, description: str, allowed: Allowed) -> Param:
    schema = {"type": ["null", "string"], **allowed.schema}
    return Param(default or None, description=description, schema=schema)


def names(description: str, allowed: Allowed | None = None, most: int | None = None) -> Param:
    schema: dict[str, Any] = {"type": ["null", "array"], "items": {"type": "string"}}
    if allowed:
        schema["items"] |= {"minLength": 1, **allowed.schema}
    if most:
        schema["maxItems"] = most
    return Param([], description=description, schema=schema)


def connection_param(settings: Settings, description: str) -> Param:
    schema = {"type": "string", **PARAMETERS["aws_conn_id"].schema, "enum": connections(settings)}
    return Param(settings.aws_conn_id, description=description, schema=schema)


def account_params(settings: Settings) -> dict[str, Param]:
    region = "AWS region; empty: the connection's."
    return {
        "aws_conn_id": connection_param(settings, "Airflow connection of the AWS account."),
        "region": text(settings.region, region, PARAMETERS["region"]),
    }


def member_param(one: RequestMember, settings: Settings) -> Param:
    """A member of Start... as a param; its default is the setting of the same name, if any."""
    about = one.about
    if one.allowed.choices:
        about = f"{about.removesuffix('.')}: {', '.join(one.allowed.choices)}."
    if one.at_most is not None:
        return names(about, one.allowed, one.at_most)
    default = getattr(settings, one.argument, None)
    if one.allowed.is_number:
        schema = {"type": ["null", "number"], **one.allowed.schema}
        return Param(default, description=about, schema=schema)
    return text(default or "", about, one.allowed)


def texts(settings: Settings, **about: str) -> dict[str, Param]:
    """Params of text, each with its description; the default is the setting of the same name."""
    return {
        name: text(getattr(settings, name, ""), description, PARAMETERS[name])
        for name, description in about.items()
    }


def media_params(uri: str, what: str) -> dict[str, Param]:
    """Which objects a job DAG takes. `what` is images or videos."""
    after = "Backfill: only objects modified at or after this time (ISO 8601)."
    before = "Backfill: only objects modified before this time (ISO 8601)."
    return {
        "prefix": text(uri, f"Where the {what} are: s3://bucket/prefix.", PARAMETERS["prefix"]),
        "modified_after": text("", after, PARAMETERS["modified_after"]),
        "modified_before": text("", before, PARAMETERS["modified_before"]),
    }


def run_params(settings: Settings) -> dict[str, Param]:
    """What each run of a job DAG is told besides."""
    output = "s3://bucket/prefix of our own output in S3; it is never taken for input."
    return {
        "output_uri": text(settings.output_uri, output, PARAMETERS["output_uri"]),
        "max_jobs": max_jobs_param(
            settings.max_jobs_per_run,
            "Jobs started by this run at most; the next run takes the rest.",
        ),
        "again": Param(
            False,
            description="Also take up what failed for good before, once its cause is fixed.",
            type="boolean",
        ),
        **account_params(settings),
    }


def max_jobs_param(default: int, description: str) -> Param:
    schema = {"type": "integer", **PARAMETERS["max_jobs"].schema}
    return Param(default, description=description, schema=schema)


def mode_param(settings: Settings) -> Param:
    return Param(
        settings.mode,
        description="image: for accounts that may not start bulk jobs; images one by one.",
        schema=PARAMETERS["mode"].schema,
    )


def aggregate_by_param(settings: Settings) -> Param:
    schema = PARAMETERS["aggregate_by"].schema
    return Param(settings.aggregate_by, description="Form of the results.", schema=schema)


def collect_schedule(settings: Settings) -> Any:
    """By time, and by each message in the queue of completions when there is one."""
    if not settings.completions_queue_url:
        return settings.schedule_for(settings.images_uri)
    from airflow.providers.amazon.aws.triggers.sqs import SqsSensorTrigger

    # The task that records the job deletes the message. Until a run has begun it stays hidden; if
    # none does, it is seen again.
    watched = SqsSensorTrigger(
        sqs_queue=settings.completions_queue_url,
        aws_conn_id=settings.aws_conn_id,
        region_name=settings.region or None,
        max_messages=10,
        visibility_timeout=300,
        waiter_delay=int(settings.waiter_delay),
        delete_message_on_reception=False,
    )
    ended = Asset("rekognition_completions", watchers=[AssetWatcher(name="sqs", trigger=watched)])
    if settings.schedule == "none":
        return [ended]
    by_time = CronTriggerTimetable(settings.schedule, timezone="UTC")
    return AssetOrTimeSchedule(timetable=by_time, assets=[ended])


def value(param: str) -> str:
    """A template for a param; an empty one renders as the empty string."""
    return "{{ params." + param + " if params." + param + " is not none else '' }}"


def listed(param: str) -> str:
    """A template for a list param, as JSON."""
    return "{{ (params." + param + " or []) | tojson }}"


@task(trigger_rule="one_failed")
def red_jobs() -> None:
    """Keeps a run with a red job from looking green: announce, its last task, runs whatever was."""
    with told_to_airflow(log):
        raise ResultsError("A task of this run is red: its error says what to do.")
