"""docker-compose.yaml without containers: both DAGs through Celery, into a DuckLake.

One system for all tests of the file, which go in their order: the last one stops it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from airflow_api import Api
from compose_file import PROFILES, services
from live_runbook import said, secrets, written
from processes import Stack, running
from runbook_page import AIRFLOWS

from local.environment import MEDIA_BUCKET
from rekognition_emulator.sample_media import video

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
PATIENCE = 400  # seconds for a DAG run; on two free cores about 60


@pytest.fixture(scope="module")
def stack(env_file: Path) -> Iterator[Stack]:
    # Not pytest's own folder: PostgreSQL's user must get into it.
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    folder.chmod(0o755)
    try:
        with running(services(env_file, *PROFILES), folder) as one:
            yield one
    finally:
        if "KEEP_STACK" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


def until(found: Callable[[], Any], what: str) -> Any:
    for _ in range(PATIENCE):
        if value := found():
            return value
        Event().wait(1)
    raise AssertionError(f"not within {PATIENCE} seconds: {what}")


def ask(stack: Stack, statement: str) -> list[dict[str, Any]]:
    """Ask the lake, as a person on a machine of their own would."""
    worker = stack.services["airflow-worker"]
    environ = stack.environment(worker, "airflow-worker-1") | {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://localhost:{stack.at.port('emulator', 4566)}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "rekognition_tables.cli.main", "sql", statement, "--json"],
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_every_service_is_healthy(stack: Stack) -> None:
    for service in stack.services.values():
        if service.healthcheck:
            stack.wait_healthy(service)


def test_a_healthcheck_is_red_when_its_service_is_not_there(stack: Stack) -> None:
    """Else all of them could be green for nothing."""
    for service in stack.services.values():
        if service.healthcheck:
            assert not stack.healthy(service, "nobody"), service.name


def test_both_dags_run_through_two_workers_that_share_no_disk(stack: Stack) -> None:
    api = Api(stack)
    wanted = ("media_analysis", "label_detection")
    until(
        lambda: (
            {one["dag_id"] for one in api("api/v2/dags")["dags"]} >= {*wanted, "load_warehouse"}
        ),
        "DAGs",
    )
    api("api/v2/dags/load_warehouse", {"is_paused": False}, "PATCH")
    run_through(stack, api, *wanted)
    tasks = [task for dag_id in wanted for task in api.tasks(dag_id)]
    assert {t["hostname"] for t in tasks if t["hostname"]} == {
        "airflow-worker-1",
        "airflow-worker-2",
    }
    for worker in ("airflow-worker-1", "airflow-worker-2"):
        kept = [path for path in (stack.folder / worker / "data").rglob("*") if path.is_file()]
        assert not kept, "results lie on a worker's own disk"


def run_through(stack: Stack, api: Api, *dag_ids: str) -> None:
    """Trigger each of them, as a person does, and see it succeed."""
    for dag_id in dag_ids:
        api(f"api/v2/dags/{dag_id}", {"is_paused": False}, "PATCH")
        api(f"api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})
    for dag_id in dag_ids:
        ended = until(
            lambda dag_id=dag_id: [
                r for r in api.runs(dag_id) if r["state"] in ("success", "failed")
            ],
            dag_id,
        )
        assert {run["state"] for run in ended} == {"success"}, told(stack, api, dag_id)


def told(stack: Stack, api: Api, dag_id: str) -> str:
    red = [t for t in api.tasks(dag_id) if t["state"] not in ("success", "skipped")]
    where = [f"{t['task_id']}[{t['map_index']}]: {t['state']} on {t['hostname']}" for t in red]
    return "\n".join([*where, stack.tail("airflow-worker-1"), stack.tail("airflow-worker-2")])


def loaded(stack: Stack, results: int) -> Callable[[], bool]:
    """Whether the lake holds so many results; it is asked after each run that ended, no oftener."""
    api, seen = Api(stack), set[str]()

    def look() -> bool:
        runs = {run["dag_run_id"]: run["state"] for run in api.runs("load_warehouse")}
        ended = {name for name, state in runs.items() if state == "success"}
        assert "failed" not in runs.values(), told(stack, api, "load_warehouse")
        news = ended - seen
        seen.update(ended)
        count = "SELECT count(*) AS results FROM loads"
        return bool(news) and ask(stack, count) == [{"results": results}]

    return look


def test_the_lake_holds_what_was_paid_for_once(stack: Stack) -> None:
    until(loaded(stack, results=4), "four results in the lake")
    assert ask(stack, "SELECT count(*) AS bad FROM loads WHERE NOT reconciled") == [{"bad": 0}]
    (rows,) = ask(
        stack,
        "SELECT (SELECT count(*) FROM labels) AS labels,"
        " (SELECT count(DISTINCT job_id) FROM labels) AS videos,"
        " (SELECT count(*) FROM moderation_images) AS images",
    )
    assert rows["videos"] == 3
    assert rows["labels"] > 2_600
    assert rows["images"] == 60
    with urlopen(
        f"http://localhost:{stack.at.port('emulator', 4566)}/_emulator/counters"
    ) as answer:
        counters = json.load(answer)
    assert counters["jobs_started"] == {"StartLabelDetection": 3, "StartMediaAnalysisJob": 1}


def test_the_lake_passes_its_daily_check_and_is_measured(stack: Stack) -> None:
    api, wanted = Api(stack), ("check_warehouse", "measure_results")
    run_through(stack, api, *wanted)
    states = {task["state"] for dag_id in wanted for task in api.tasks(dag_id)}
    assert "success" in states
    assert "skipped" not in states, "there was nothing to look at"


def test_workers_know_no_password_of_the_metadata_database(stack: Stack) -> None:
    worker = stack.services["airflow-worker"].environment
    secret = stack.services["postgres"].environment["POSTGRES_PASSWORD"]
    assert not [name for name, value in worker.items() if secret in value]
    assert "AIRFLOW__CORE__FERNET_KEY" not in worker


def test_the_next_up_changes_nothing(stack: Stack) -> None:
    """`docker compose up` runs airflow-init each time."""
    init = stack.services["airflow-init"]
    before = Api(stack)("api/v2/connections/aws_default")
    stack.start(init)
    stack.wait_completed(init)
    after = Api(stack)  # the admin's password is still the one it was
    assert after("api/v2/connections/aws_default") == before
    assert ask(stack, "SELECT count(*) AS results FROM loads") == [{"results": 4}]


def test_a_failed_job_is_paid_again_when_a_person_clears_its_start_and_not_before(
    stack: Stack,
) -> None:
    """As docs/runbook.md says, by its commands and by the call that the web page makes."""
    api, emulator = Api(stack), f"http://localhost:{stack.at.port('emulator', 4566)}"
    region = {"region_name": "us-east-1", "endpoint_url": emulator}
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    s3 = boto3.client("s3", **region, **keys)
    fault = json.dumps({"verb": "fail_job", "code": "INTERNAL_ERROR", "times": 1}).encode()

    def paid() -> int:
        with urlopen(f"{emulator}/_emulator/counters") as answer:
            return int(json.load(answer)["jobs_started"]["StartLabelDetection"])

    def run(body: dict[str, Any] | None = None, again: str = "") -> tuple[str, str]:
        name = again or api("api/v2/dags/label_detection/dagRuns", body)["dag_run_id"]
        ended = until(
            lambda: [
                one
                for one in api.runs("label_detection")
                if one["dag_run_id"] == name and one["state"] in ("success", "failed")
            ],
            name,
        )
        return name, ended[0]["state"]

    before = paid()
    s3.put_object(Bucket=MEDIA_BUCKET, Key="videos/late.mp4", Body=video("late"))
    urlopen(Request(f"{emulator}/_emulator/faults", fault)).close()
    failed, state = run({"logical_date": None})
    assert (state, paid()) == ("failed", before + 1)
    assert run({"logical_date": None})[1] == "success", "there is nothing to do in it"
    assert paid() == before + 1
    look = [command for command in AIRFLOWS if command.section == "RekognitionTaskFailed"]
    runs, states, *_ = [said(stack, one, DAG="label_detection", RUN=failed) for one in look]
    assert failed in runs
    assert "failed" in states
    assert (run(again=failed)[1], paid()) == ("failed", before + 1), "its start is green"
    (start,) = [
        task
        for task in api.tasks("label_detection")
        if (task["dag_run_id"], task["task_id"]) == (failed, "job.start")
    ]
    api(
        "api/v2/dags/label_detection/clearTaskInstances",
        {
            "dry_run": False,
            "dag_run_id": failed,
            "task_ids": [["job.start", start["map_index"]]],
            "include_downstream": True,
            "only_failed": False,
            "reset_dag_runs": True,
        },
    )
    assert run(again=failed)[1] == "success", told(stack, api, "label_detection")
    assert paid() == before + 2
    until(loaded(stack, results=6), "the failed job and the one that took its place")
    jobs = "SELECT status, count(*) AS jobs FROM job_status GROUP BY status ORDER BY status"
    assert ask(stack, jobs) == [{"status": "FAILED", "jobs": 1}, {"status": "SUCCEEDED", "jobs": 5}]


def test_the_other_commands_of_the_runbook_run_where_it_says(stack: Stack) -> None:
    api = Api(stack)
    told = {one.line: said(stack, one) for one in AIRFLOWS if "$" not in one.line}
    assert "statsd_on = False" in told["airflow config list --section metrics --show-values"]
    alive = [line for line in told if line.startswith("airflow jobs check")]
    assert [told[line].strip() for line in alive] == ["Found one alive job."] * 2
    until(
        lambda: all(
            one["state"] in ("success", "failed")
            for dag_id in ("label_detection", "load_warehouse")
            for one in api.runs(dag_id)
        ),
        "what was triggered",
    )


def test_no_service_writes_a_secret_down(stack: Stack, env_file: Path) -> None:
    """Neither to its log nor to its disk; the one found is the file that these tests made."""
    made = secrets(env_file)
    assert len(made) > 8
    assert written(made, stack.folder) == {("POSTGRES_PASSWORD", "postgres.secret")}


def test_everything_ends_when_it_is_told_to(stack: Stack) -> None:
    """The last test: SIGTERM, as `docker compose stop` sends it, and nothing has to be killed."""
    codes = stack.stop()
    assert {name for name, code in codes.items() if code == -9} == set()
