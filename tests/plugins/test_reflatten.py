"""Tables anew from the landing zone: without Amazon, and without a moment without rows."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import land_video, plan_videos, put_video, start_video

from rekognition_emulator import Emulator
from rekognition_results.operators.reflatten import RekognitionReflattenOperator
from rekognition_results.operators.results import (
    COMMITTED,
    TABLES_ASSET,
    TOLD_AT_MOST,
    RekognitionAnnounceTablesOperator,
    push_committed,
)
from rekognition_tables.flatten import results
from rekognition_tables.flatten.commits import Commit, TableFile, read_commit
from rekognition_tables.jobs.requests import uncommitted_tokens
from rekognition_tables.landing.attempts import newest_whole_attempt
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.layout import Layout, ResultKey


@pytest.fixture
def landed(s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator) -> list[str]:
    """Two landed videos, never flattened."""
    for name in ("a", "b"):
        put_video(s3, f"videos/{name}.mp4", 30)
    tokens = plan_videos(layout).execute(context)
    jobs = [start_video(layout, token).execute(context) for token in tokens]
    amazon.clock.advance(60)
    for job_id in jobs:
        land_video(layout, job_id).execute(context)
    amazon.counters.calls.clear()
    return sorted(jobs)


def reflatten(layout: Layout, **more: Any) -> RekognitionReflattenOperator:
    return RekognitionReflattenOperator(task_id="flatten", results_uri=str(layout.root), **more)


def run() -> dict[str, Any]:
    """The context of a run that begins now; `pushed` holds its XComs."""
    pushed: dict[str, Any] = {}

    def push(key: str, value: Any) -> None:
        pushed[key] = value

    return {
        "ti": SimpleNamespace(try_number=1, xcom_push=push),
        "dag_run": SimpleNamespace(run_after=datetime.now(UTC)),
        "pushed": pushed,
    }


def commit_of(layout: Layout, job_id: str) -> Commit:
    commit = read_commit(layout, ResultKey.of("label_detection", job_id))
    assert commit is not None
    return commit


def test_all_landed_results_are_flattened_without_a_call_to_amazon(
    layout: Layout, landed: list[str], amazon: Emulator
) -> None:
    now = run()
    assert reflatten(layout).execute(now)["flattened"] == 2
    assert [one["result"] for one in now["pushed"][COMMITTED]["results"]] == landed
    assert all(commit_of(layout, job_id).reconciled for job_id in landed)
    assert uncommitted_tokens(layout, "label_detection") == set()
    assert not amazon.counters.calls


def test_only_the_named_jobs_are_flattened(layout: Layout, landed: list[str]) -> None:
    first, second = landed
    chosen = reflatten(layout, operation="label_detection", job_ids=f'["{second}"]')
    assert chosen.execute(run())["flattened"] == 1
    assert read_commit(layout, ResultKey.of("label_detection", first)) is None
    assert commit_of(layout, second).row_counts["labels"] == 30


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"job_ids": ["nobody"]}, "Nothing is landed under .* of nobody: correct job_ids"),
        ({"operation": "faces"}, "operation is 'faces': one of"),
        ({"job_ids": "nobody"}, "is no list of names"),
    ],
)
def test_a_wrong_parameter_is_one_sentence(
    layout: Layout, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AirflowFailException, match=sentence):
        reflatten(layout, **wrong).execute(run())


def test_a_damaged_result_keeps_its_rows_and_does_not_keep_the_others(
    layout: Layout, landed: list[str]
) -> None:
    reflatten(layout).execute(run())
    before = [commit_of(layout, job_id) for job_id in landed]
    attempt = newest_whole_attempt(layout, before[0].key)
    assert attempt is not None
    (attempt.path / attempt.parts[0].name).write_bytes(b"cut")
    now = run()
    with pytest.raises(AirflowFailException, match=f"1 results were not flattened.* {landed[0]}"):
        reflatten(layout).execute(now)
    assert commit_of(layout, landed[0]) == before[0]
    assert (layout.root / before[0].files[0].path).exists()
    assert commit_of(layout, landed[1]).flattened_at > before[1].flattened_at
    assert [one["result"] for one in now["pushed"][COMMITTED]["results"]] == [landed[1]]
    assert newest_whole_attempt(layout, before[0].key) is not None


def test_a_retry_goes_on_where_the_last_try_ended(
    layout: Layout, landed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, flatten, flattened = run(), results.flatten, []

    def crash_at_the_second(layout: Layout, key: ResultKey, **limits: Any) -> Commit:
        if len(flattened) == 1:
            raise OSError("the disk went away")
        flattened.append(key.job_id)
        return flatten(layout, key, **limits)

    with monkeypatch.context() as broken:
        broken.setattr(results, "flatten", crash_at_the_second)
        with pytest.raises(OSError, match="the disk"):
            reflatten(layout).execute(now)
    first = commit_of(layout, landed[0])
    assert reflatten(layout).execute(now)["flattened"] == 2
    assert commit_of(layout, landed[0]) == first
    assert commit_of(layout, landed[1]).reconciled


def test_what_is_not_landed_whole_is_left_alone(layout: Layout, landed: list[str]) -> None:
    attempt = newest_whole_attempt(layout, ResultKey.of("label_detection", landed[0]))
    assert attempt is not None
    (attempt.path / "_SUCCESS.json").unlink()
    assert reflatten(layout).execute(run())["flattened"] == 1


def test_the_event_tells_of_all_results_and_names_the_first() -> None:
    """More than an event can name: the last, which it does not, is the one that is held back."""
    start = datetime(2026, 5, 1, tzinfo=UTC)
    several = [
        Commit(
            ResultKey.of("label_detection", f"job-{number}"),
            "1",
            SPECS["label_detection"].schema_version,
            start,
            start,
            (TableFile("labels", "tables/labels/a.parquet", 7, ""),),
            None if number < TOLD_AT_MOST else "a label is missing",
        )
        for number in range(TOLD_AT_MOST + 1)
    ]
    flattened, event = run(), SimpleNamespace(extra=None)
    push_committed(cast("Any", flattened), several)
    context: Any = {
        "ti": SimpleNamespace(xcom_pull=lambda **_: [flattened["pushed"][COMMITTED], None]),
        "outlet_events": {TABLES_ASSET: event},
    }
    announce = RekognitionAnnounceTablesOperator(task_id="announce", flatten_task_ids=["flatten"])
    announce.execute(context)
    assert [one["result"] for one in event.extra.pop("results")] == [
        f"job-{number}" for number in range(TOLD_AT_MOST)
    ]
    assert event.extra == {
        "result_count": TOLD_AT_MOST + 1,
        "rows": 7 * (TOLD_AT_MOST + 1),
        "reconciled": False,
    }
