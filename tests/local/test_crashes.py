"""The process dies at any step, the service throttles and cuts: nothing is lost, nothing twice."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from demo_runs import ROOT, environment, rows

from emulator.sample_media import image, video
from local.environment import MEDIA_BUCKET, OUTPUT_BUCKET, local_amazon

CHILD = Path(__file__).with_name("crash_child.py")
DAGS = ("media_analysis", "label_detection", "load_warehouse")
LABELS = {"a": 2_345, "b": 30}
IMAGES = 5
RUNS_AT_MOST = 4  # until every job is loaded, in a service as bad as this
FAULTS: tuple[dict[str, Any], ...] = (
    {"verb": "throttle", "share": 0.3},
    {"verb": "internal_error", "share": 0.05},
    {"verb": "cut_body", "share": 0.05},
    {"verb": "dead_tokens", "share": 0.1},
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow home in which nothing has run yet."""
    home = tmp_path_factory.mktemp("template") / "airflow"
    run(home, home.parent, "http://127.0.0.1:1", 0)
    return home


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A local Amazon in a process of its own, as bad as it gets."""
    with local_amazon(tmp_path / "amazon", None, tmp_path / "amazon.log") as url:
        session = boto3.Session("test", "test", region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=url)
        for bucket in (MEDIA_BUCKET, OUTPUT_BUCKET):
            s3.create_bucket(Bucket=bucket)
        for name, labels in LABELS.items():
            key, told = f"videos/{name}.mp4", {"labels": str(labels)}
            s3.put_object(Bucket=MEDIA_BUCKET, Key=key, Body=video(name), Metadata=told)
        for number in range(IMAGES):
            key = f"images/{number}.jpg"
            s3.put_object(Bucket=MEDIA_BUCKET, Key=key, Body=image(key))
        s3.close()
        for fault in FAULTS:
            ask(url, "faults", fault | {"times": None})
        yield url


def ask(url: str, path: str, order: dict[str, Any] | None = None) -> dict[str, Any]:
    body = json.dumps(order).encode() if order else None
    with urlopen(Request(f"{url}/_emulator/{path}", body)) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told


def run(home: Path, results: Path, url: str, die_at: int, *dags: str) -> dict[str, Any] | None:
    """Runs of DAGs to their end; None when the process was killed."""
    more = {"REKOGNITION_WAITER_DELAY": "0.3", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, str(CHILD), str(home), url, str(die_at), *dags],
        cwd=ROOT,
        env=environment(results) | more,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if ran.returncode == -9:
        return None
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if dags else {}


def run_anew(airflow_home: Path, folder: Path, url: str, die_at: int) -> dict[str, Any] | None:
    """With an Airflow that remembers nothing: all that counts is in the results root."""
    home = folder / "airflow"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(airflow_home, home)
    return run(home, folder / "results", url, die_at, *DAGS)


def run_to_the_end(airflow_home: Path, folder: Path, url: str) -> None:
    for _ in range(RUNS_AT_MOST):
        told = run_anew(airflow_home, folder, url, 0)
        assert told is not None
        if set(told["states"].values()) == {"success"}:
            return
    raise AssertionError(f"{told['states']}: {folder / 'airflow.log'} says why")


def check_that_nothing_is_lost_or_twice(results: Path, url: str) -> None:
    told = ask(url, "counters")
    assert told["jobs_started"] == {"StartMediaAnalysisJob": 1, "StartLabelDetection": len(LABELS)}
    assert told["images_analysed"] == {"StartMediaAnalysisJob": IMAGES}
    assert told["videos_analysed"] == {"StartLabelDetection": len(LABELS)}
    loads = rows(results, "SELECT reconciled, held_back FROM loads")
    assert loads == [{"reconciled": True, "held_back": False}] * (1 + len(LABELS))
    (counts,) = rows(
        results,
        "SELECT (SELECT count(*) FROM labels) AS labels, "
        "(SELECT count(DISTINCT (job_id, label_index)) FROM labels) AS different_labels, "
        "(SELECT count(*) FROM moderation_images) AS images, "
        "(SELECT count(DISTINCT source_ref) FROM moderation_images) AS different_images",
    )
    labels = sum(LABELS.values())
    assert list(counts.values()) == [labels, labels, IMAGES, IMAGES]


def test_killed_twice_and_run_again_all_is_there_once(
    airflow_home: Path, url: str, tmp_path: Path
) -> None:
    chance = random.Random(7)
    for die_at in (chance.randint(3, 20), chance.randint(3, 20)):
        assert run_anew(airflow_home, tmp_path, url, die_at) is None
    run_to_the_end(airflow_home, tmp_path, url)
    check_that_nothing_is_lost_or_twice(tmp_path / "results", url)


@pytest.mark.soak
@pytest.mark.parametrize("die_at", range(1, 101))
def test_killed_at_any_step_and_run_again_all_is_there_once(
    die_at: int, airflow_home: Path, url: str, tmp_path: Path
) -> None:
    run_anew(airflow_home, tmp_path, url, die_at)  # the last steps are not reached by every run
    run_to_the_end(airflow_home, tmp_path, url)
    check_that_nothing_is_lost_or_twice(tmp_path / "results", url)
