"""Parameters of a run are checked before anything is listed, planned or started.

The form and the API check values by the schema of each param. Airflow takes names that no DAG has:
the first tasks of a run refuse them, however the run was started.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.planning.allowed import refuse_what_no_setting_lists
from rekognition_tables import allowed_values as allowed
from rekognition_tables.environment import nearest
from rekognition_tables.errors import WrongParameter

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

PARAMETERS = {
    "aggregate_by": allowed.AGGREGATE_BY,
    "aws_conn_id": allowed.CONNECTION,
    "job_name": allowed.JOB_NAME,
    "job_tag": allowed.JOB_TAG,
    "kms_key_id": allowed.KMS_KEY,
    "manifest_uri": allowed.S3_OBJECT,
    "manifest_version": allowed.VERSION,
    "max_jobs": allowed.JOBS_PER_RUN,
    "min_confidence": allowed.PERCENT,
    "mode": allowed.MODE,
    "modified_after": allowed.TIME,
    "modified_before": allowed.TIME,
    "output_uri": allowed.OUTPUT,
    "prefix": allowed.S3_PREFIX,
    "project_version": allowed.PROJECT_VERSION,
    "region": allowed.REGION,
    "sns_role_arn": allowed.ROLE,
    "sns_topic_arn": allowed.SNS_TOPIC,
}
# The argument of an operator, where it has another name than the param.
OF_ARGUMENTS = {"media_uri": "prefix", "region_name": "region"}
# TriggerDagRunOperator adds it, unless openlineage_inject_parent_info is False.
OF_AIRFLOW = frozenset({"openlineage"})


def check_run(context: Context) -> None:
    """`pre_execute` of every task: refuse a run whose form names what it may not.

    A parameter that its DAG does not have is refused by the first tasks alone: nothing is planned
    without them.
    """
    refuse_what_no_setting_lists(context)
    if context["task"].upstream_task_ids:
        return
    with told_to_airflow(log):
        given = context["dag_run"].conf or {}
        known = sorted(context["dag"].params)
        for name in sorted(given.keys() - known - OF_AIRFLOW):
            there_are = f"it has {', '.join(known)}" if known else "it has none"
            raise WrongParameter(
                f"{context['dag'].dag_id} has no parameter {name!r}{nearest(name, known)}: "
                f"{there_are}."
            )
        for name in known:
            if name in given and context["params"][name] != given[name]:
                raise WrongParameter(
                    f"Airflow ignores the run's {name}: set core.dag_run_conf_overrides_params to "
                    "True."
                )


def check_arguments(operator: Any) -> None:
    """WrongParameter for the first argument of an operator that is not what it may be."""
    for argument in operator.template_fields:
        name = OF_ARGUMENTS.get(argument, argument)
        if name in PARAMETERS:
            check(name, getattr(operator, argument), PARAMETERS[name])


def check(name: str, value: Any, may_be: allowed.Allowed) -> None:
    if value is None or value == "":
        return
    told: Any = value
    if isinstance(value, str) and may_be.is_number:
        told = _number(value)  # as a template renders it
    if told is None or not may_be.takes(told):
        raise WrongParameter(f"{name} is {value!r}, which is not {may_be.words}.")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def number(value: float | str | None) -> float | None:
    """A checked number, None when it is empty."""
    return None if value is None or value == "" else float(value)


def names_of(name: str, value: Sequence[str] | str) -> list[str]:
    """A list parameter, which a template renders as JSON."""
    try:
        told = json.loads(value or "[]") if isinstance(value, str) else list(value)
    except ValueError:
        told = None
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise WrongParameter(
            f'{name} is {value!r}, which is no list of names: write it as ["Person", "Car"].'
        )
    return told
