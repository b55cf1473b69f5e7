"""A wrong parameter, setting or manifest starts nothing, whichever way it comes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from mistakes import BODIES, IMAGES, MISTAKES, NAMES, VALUES, VIDEOS, Mistake

from local.environment import MEDIA_BUCKET, OUTPUT_BUCKET
from rekognition_emulator import Emulator
from rekognition_emulator.sample_media import image, video

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = Path(__file__).with_name("mistakes_child.py")
# The same ways with nothing wrong: they start what they are asked for.
RIGHT = [
    Mistake("form", VIDEOS, {}, ""),
    Mistake("cli", IMAGES, {"min_confidence": 80}, ""),
]
Told = dict[str, Any]

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Told]]:
    """What came of each mistake, made one after another, and then of what is right."""
    folder = tmp_path_factory.mktemp("mistakes")
    with Emulator(port=0, seconds_per_video_job=0.2, seconds_per_bulk_job=0.2) as amazon:
        put_media(amazon)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
        given = {
            "REKOGNITION_RESULTS_URI": str(folder / "var"),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        }
        ran = subprocess.run(
            [sys.executable, str(CHILD), str(folder / "airflow"), amazon.url],
            cwd=ROOT,
            env=kept | given,
            input=json.dumps([one[:3] for one in MISTAKES + RIGHT]),
            capture_output=True,
            text=True,
        )
        log = folder / "runs.log"
        assert ran.returncode == 0, ran.stderr + log.read_text(errors="replace")[-3000:]
        yield [json.loads(line) for line in ran.stdout.splitlines()]


def put_media(amazon: Emulator) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=amazon.url)
    for bucket in (MEDIA_BUCKET, OUTPUT_BUCKET):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=MEDIA_BUCKET, Key="images/a.jpg", Body=image("a.jpg"))
    s3.put_object(Bucket=MEDIA_BUCKET, Key="videos/a.mp4", Body=video("a"))
    for name, (body, _) in BODIES.items():
        s3.put_object(Bucket=MEDIA_BUCKET, Key=f"images/manifests/{name}.jsonl", Body=body)
    s3.close()


def test_the_table_has_every_way_and_many_mistakes() -> None:
    assert len(MISTAKES) >= 40
    assert len({json.dumps(one) for one in MISTAKES}) == len(MISTAKES)
    ways = {"api", "form", "cli", "backfill", "asset", "environment"}
    assert {one.way for one in MISTAKES} == ways


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda n: str(MISTAKES[n][:3]))
def test_a_mistake_starts_nothing_and_is_told(number: int, told: list[Told]) -> None:
    mistake, came = MISTAKES[number], told[number]
    assert came["started"] == 0
    assert re.search(mistake.says, came["said"]), came["said"][-3000:]
    if mistake in VALUES or mistake.way in ("asset", "environment"):
        assert not came["taken"]
    else:
        assert came["state"] == "failed"
    if mistake in NAMES:
        assert "Start a new run with it corrected" in came["said"]
        assert "Clear it" not in came["said"]


def test_what_is_right_is_started_by_the_same_ways(told: list[Told]) -> None:
    right = told[len(MISTAKES) :]
    assert [one["state"] for one in right] == ["success", "success"]
    assert [one["started"] for one in right] == [1, 3]  # a video; a bulk job of one image
