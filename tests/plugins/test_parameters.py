"""A parameter that no DAG has is refused by the first tasks of a run, before anything is asked."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from rekognition_results.dag_defaults import DEFAULT_ARGS
from rekognition_results.observability.callbacks import failure_sentence
from rekognition_results.planning.parameters import PARAMETERS, check_run
from rekognition_tables.errors import WrongParameter

DAGS = Path(__file__).resolve().parent.parent.parent / "dags"
PARAMS = {"prefix": "s3://media/images/", "max_jobs": 10, "again": False}


@pytest.fixture(autouse=True)
def listed_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOGNITION_IMAGES_URI", "s3://media/")


def context(conf: dict[str, Any] | None, upstream: tuple[str, ...] = (), **params: Any) -> Any:
    return {
        "task": SimpleNamespace(task_id="plan", upstream_task_ids=set(upstream)),
        "dag": SimpleNamespace(dag_id="media_analysis", params=PARAMS),
        "dag_run": SimpleNamespace(conf=conf),
        "params": PARAMS | (conf or {}) | params,
    }


def refused(conf: dict[str, Any], **params: Any) -> str:
    with pytest.raises(AirflowFailException) as told:
        check_run(context(conf, **params))
    return str(told.value)


@pytest.mark.parametrize("name", ["prefx", "Prefix", "prefix ", "Präfix", "", "max-jobs", "aws"])
def test_a_parameter_that_the_dag_does_not_have_is_refused(name: str) -> None:
    said = refused({name: "s3://media/new/"})
    assert said.startswith(f"media_analysis has no parameter {name!r}")
    assert "it has again, max_jobs, prefix." in said
    assert "Start a new run with it corrected" in said


def test_the_nearest_one_is_named() -> None:
    assert "'prefx' (did you mean prefix?)" in refused({"prefx": "x"})
    assert "did you mean" not in refused({"colour": "x"})


@pytest.mark.parametrize("conf", [None, {}, {"prefix": "s3://media/new/", "max_jobs": 3}])
def test_what_the_dag_has_is_let_pass(conf: dict[str, Any] | None) -> None:
    check_run(context(conf))


def test_what_airflow_adds_itself_is_let_pass() -> None:
    from airflow.providers.standard.utils import openlineage

    inject = openlineage._inject_openlineage_parent_info_to_dagrun_conf
    conf = inject({"max_jobs": 3}, {"parentRunId": "x"})
    assert set(conf) == {"max_jobs", "openlineage"}
    check_run(context(conf))


def test_a_parameter_that_airflow_does_not_hand_on_is_refused() -> None:
    said = refused({"prefix": "s3://media/new/"}, prefix=PARAMS["prefix"])
    assert "core.dag_run_conf_overrides_params" in said


def test_later_tasks_do_not_say_it_again() -> None:
    check_run(context({"prefx": "x"}, upstream=("plan",)))


def test_the_callback_does_not_say_to_clear_it() -> None:
    task = SimpleNamespace(task_id="plan")
    assert "Clear it" not in failure_sentence(task, WrongParameter("x is wrong."))


@pytest.fixture(scope="module")
def dags() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(DAGS, load_op_links=False).dags.values()


def test_every_task_of_every_dag_is_checked(dags: Any) -> None:
    assert DEFAULT_ARGS["pre_execute"] is check_run
    tasks = [task for dag in dags for task in dag.tasks]
    assert len(tasks) > 20
    for task in tasks:
        hook = getattr(task, "_pre_execute_hook", None) or task.partial_kwargs["pre_execute"]
        assert hook is check_run, task.task_id


def test_every_param_is_checked_by_the_form(dags: Any) -> None:
    seen = set()
    for dag in dags:
        for name in dag.params:
            schema = dag.params.get_param(name).schema
            assert schema, (dag.dag_id, name)
            if name in PARAMETERS:
                seen.add(name)
                assert PARAMETERS[name].schema.items() <= schema.items(), (dag.dag_id, name)
    assert seen == set(PARAMETERS)
