"""A damaged landing: one clear in Airflow, of the landing task with Downstream, mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException
from pipeline_steps import cleared, land_video, plan_videos, put_video, start_video

from rekognition_emulator import Emulator
from rekognition_results.operators.results import RekognitionFlattenOperator
from rekognition_tables.errors import IncompleteResults
from rekognition_tables.flatten.commits import read_commit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture(params=VIDEO_OPERATIONS)
def key(
    request: pytest.FixtureRequest,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
) -> ResultKey:
    operation: Operation = request.param
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout, operation).execute(context)
    job_id = start_video(layout, token, operation).execute(context)
    amazon.clock.advance(60)
    land_video(layout, job_id, operation).execute(context)
    return ResultKey.of(operation, job_id)


def damage(layout: Layout, key: ResultKey) -> None:
    attempt = newest_whole_attempt(layout, key)
    assert attempt is not None
    Path(attempt.path, attempt.parts[0].name).write_bytes(b"cut")


def elements_of(key: ResultKey) -> str:
    return VIDEO_OPERATIONS[key.operation].elements_table.name


def flattening(layout: Layout, key: ResultKey) -> RekognitionFlattenOperator:
    return RekognitionFlattenOperator(
        task_id="flatten", operation=key.operation, job_id=key.job_id, results_uri=str(layout.root)
    )


def clear_landing_with_downstream(layout: Layout, key: ResultKey) -> None:
    land_video(layout, key.job_id, key.operation).execute(cleared())
    flattening(layout, key).execute(cleared())


def test_the_red_flatten_says_which_clear_is_enough(layout: Layout, key: ResultKey) -> None:
    damage(layout, key)
    for _ in range(3):
        with pytest.raises(AirflowException, match=r"Clear the landing task .*, with Downstream"):
            flattening(layout, key).execute(cleared())
    clear_landing_with_downstream(layout, key)
    commit = read_commit(layout, key)
    assert commit is not None
    assert (commit.attempt, commit.row_counts[elements_of(key)]) == ("00002", 20)


def test_damage_that_another_one_found_needs_one_clear_too(
    layout: Layout, key: ResultKey, context: dict[str, Any]
) -> None:
    flattening(layout, key).execute(context)
    damage(layout, key)
    with pytest.raises(IncompleteResults, match="Land this result again"):
        flatten(layout, key)  # the command, or the DAG reflatten
    clear_landing_with_downstream(layout, key)
    commit = read_commit(layout, key)
    assert commit is not None
    assert (commit.attempt, commit.row_counts[elements_of(key)]) == ("00002", 20)
