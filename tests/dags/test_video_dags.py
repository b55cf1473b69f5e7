"""The form of a video operation's DAG: what its description says of the request, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS

ROOT = Path(__file__).resolve().parent.parent.parent
OF_EVERY_DAG = (
    *("prefix", "modified_after", "modified_before", "output_uri", "max_jobs", "again"),
    *("aws_conn_id", "region", "job_tag", "sns_topic_arn", "sns_role_arn"),
)


@pytest.fixture(scope="module")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(ROOT / "dags", load_op_links=False)


def test_every_video_operation_has_its_dag(bag: Any) -> None:
    assert VIDEO_OPERATIONS.keys() <= bag.dags.keys()


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_the_form_has_the_members_of_the_request(operation: Operation, bag: Any) -> None:
    dag, spec = bag.dags[operation], VIDEO_OPERATIONS[operation]
    own = {one.argument for one in spec.request}
    own |= {"aggregate_by"} if spec.aggregations else set()
    assert set(dag.params) == own | set(OF_EVERY_DAG)
    for one in spec.request:
        param = dag.params.get_param(one.argument)
        assert param.description.startswith(one.about.removesuffix("."))
        if one.at_most is None:
            assert param.schema.items() >= one.allowed.schema.items()
        else:
            assert param.schema["maxItems"] == one.at_most
            assert param.schema["items"].items() >= one.allowed.schema.items()


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
def test_each_of_them_reaches_the_plan(operation: Operation, bag: Any) -> None:
    dag, spec = bag.dags[operation], VIDEO_OPERATIONS[operation]
    plan = dag.get_task("plan")
    for one in spec.request:
        assert f"params.{one.argument} " in plan.asked()[one.argument]
    landed = dag.get_task("job.land")
    assert (landed.aggregate_by is not None) == bool(spec.aggregations)


def test_the_form_of_labels_is_as_people_know_it(bag: Any) -> None:
    assert list(bag.dags["label_detection"].params) == [
        *("prefix", "modified_after", "modified_before", "min_confidence", "output_uri"),
        *("max_jobs", "again", "aws_conn_id", "region", "features"),
        *("label_inclusion_filters", "label_exclusion_filters"),
        *("label_category_inclusion_filters", "label_category_exclusion_filters"),
        *("job_tag", "sns_topic_arn", "sns_role_arn", "aggregate_by"),
    ]


def test_the_tasks_of_labels_are_of_their_own_classes(bag: Any) -> None:
    """Runs that wait over an upgrade are resumed by the class that deferred them."""
    found = {task.task_id: type(task).__name__ for task in bag.dags["label_detection"].tasks}
    assert found["plan"] == "RekognitionPlanLabelDetectionOperator"
    assert found["job.start"] == "RekognitionStartLabelDetectionOperator"
    assert found["job.wait"] == "RekognitionLabelDetectionSensor"
    assert found["job.land"] == "RekognitionLandLabelDetectionOperator"
