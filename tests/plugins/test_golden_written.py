"""Writes a results root with every kind of result, as tests/golden/ was written once, and reads it.

`GOLDEN_ROOT=DIR make soak ARGS=tests/plugins/test_golden_written.py` keeps what it writes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from collecting import bulk_job, collect
from golden_root import check_flattened_again
from pipeline_steps import (
    MEDIA,
    land_images,
    land_video,
    plan_images,
    plan_videos,
    put_images,
    put_video,
    root,
    start_images,
    start_video,
)

from rekognition_emulator import Emulator
from rekognition_results.operators.image_mode import (
    RekognitionLandModerationOperator,
    RekognitionStartModerationOperator,
)
from rekognition_results.operators.results import RekognitionFlattenOperator
from rekognition_tables.flatten.commits import accept
from rekognition_tables.landing import attempts
from rekognition_tables.operations.names import Operation
from rekognition_tables.results_root.layout import Layout, ResultKey
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.load import load_and_publish

pytestmark = pytest.mark.soak


class Writing:
    """Takes jobs through the pipeline's operators, up to their commit."""

    def __init__(self, layout: Layout, context: dict[str, Any], amazon: Emulator, s3: Any) -> None:
        self.layout, self.context, self.amazon, self.s3 = layout, context, amazon, s3

    def videos(self, labels: dict[str, int], **more: Any) -> list[str]:
        """Finished jobs of new videos."""
        for name, count in labels.items():
            put_video(self.s3, f"videos/{name}.mp4", count)
        return self._started(plan_videos, start_video, more)

    def images(self, *keys: str, **more: Any) -> list[str]:
        put_images(self.s3, *keys)
        return self._started(plan_images, start_images, more)

    def _started(self, plan: Any, start: Any, more: dict[str, Any]) -> list[str]:
        tokens = plan(self.layout, **more).execute(self.context)
        jobs = [start(self.layout, token).execute(self.context) for token in tokens]
        self.amazon.clock.advance(60)
        return [str(job) for job in jobs]

    def flatten(self, operation: Operation, job_id: str, **more: Any) -> None:
        RekognitionFlattenOperator(
            task_id="flatten",
            operation=operation,
            job_id=job_id,
            results_uri=root(self.layout),
            **more,
        ).execute(self.context)

    def flatten_red(self, operation: Operation, job_id: str) -> None:
        """A job that failed or does not reconcile is committed, and then the task is red."""
        with pytest.raises(AirflowFailException):
            self.flatten(operation, job_id)

    def land(self, operator: Any) -> None:
        operator.execute(self.context)


@pytest.fixture
def writing(layout: Layout, context: dict[str, Any], amazon: Emulator, s3: Any) -> Writing:
    return Writing(layout, context, amazon, s3)


def write_videos(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = writing.layout
    (both,) = writing.videos({"both forms": 40}, job_tag="golden", features=["GENERAL_LABELS"])
    for form in ("TIMESTAMPS", "SEGMENTS"):
        writing.land(land_video(layout, both, aggregate_by=form))
        writing.flatten("label_detection", both, aggregate_by=form)

    (resumed,) = writing.videos({"resumed": 2_100})
    monkeypatch.setattr(attempts, "BODIES_PER_PART", 1)
    add_page = attempts.LandingAttempt.add_page

    def killed_at_the_second(self: Any, body: bytes, next_token: str | None) -> None:
        if self.files:
            raise KeyboardInterrupt
        add_page(self, body, next_token)

    with monkeypatch.context() as broken:
        broken.setattr(attempts.LandingAttempt, "add_page", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            writing.land(land_video(layout, resumed))
    writing.land(land_video(layout, resumed))
    writing.flatten("label_detection", resumed)

    (dead,) = writing.videos({"token died": 1_100})
    writing.amazon.faults.dead_tokens(times=1)
    with pytest.raises(AirflowException, match="pagination token died"):
        writing.land(land_video(layout, dead))
    writing.land(land_video(layout, dead))
    writing.flatten("label_detection", dead)

    writing.amazon.faults.fail_job(times=1)
    (failed,) = writing.videos({"failed": 20})
    writing.land(land_video(layout, failed))
    writing.flatten_red("label_detection", failed)
    writing.videos({"never landed": 10})


def write_images(writing: Writing) -> None:
    layout, s3 = writing.layout, writing.s3
    (whole,) = writing.images("images/a.jpg", "images/b #1?é.png")
    writing.land(land_images(layout, whole))
    writing.flatten("media_analysis", whole)

    for number, accepted in enumerate((False, True)):
        writing.amazon.faults.drop_result_lines(lines=1, times=1)
        (held,) = writing.images(*(f"images/{number}/{one}.jpg" for one in range(4)))
        writing.land(land_images(layout, held))
        writing.flatten_red("media_analysis", held)
        if accepted:
            accept(layout, ResultKey.of("media_analysis", held), "The image was deleted.")

    writing.amazon.faults.break_result_line(times=1)
    s3.put_object(Bucket=MEDIA, Key="images/no image.jpg", Body=b"no image")
    (damaged,) = writing.images(*(f"images/c/{one:02}.jpg" for one in range(24)))
    writing.land(land_images(layout, damaged))
    writing.flatten("media_analysis", damaged)

    writing.amazon.faults.fail_job(times=1)
    (failed,) = writing.images("images/e.jpg")
    writing.land(land_images(layout, failed))
    writing.flatten_red("media_analysis", failed)


def write_images_one_by_one(writing: Writing) -> None:
    layout = writing.layout
    put_images(writing.s3, "images/f.jpg", "images/g.jpg")
    writing.s3.put_object(Bucket=MEDIA, Key="images/h.jpg", Body=b"no image")
    (token,) = plan_images(layout).execute(writing.context)
    start = RekognitionStartModerationOperator(
        task_id="start", token=token, mode="image", results_uri=root(layout)
    )
    job_id = start.execute(writing.context)
    writing.land(
        RekognitionLandModerationOperator(task_id="land", job_id=job_id, results_uri=root(layout))
    )
    writing.flatten("media_analysis", job_id)


def test_a_root_of_every_kind_is_written_and_read(
    writing: Writing,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    layout, context = writing.layout, writing.context
    write_videos(writing, monkeypatch)
    write_images(writing)
    write_images_one_by_one(writing)
    bulk_job(request.getfixturevalue("others"))
    writing.amazon.clock.advance(60)
    (found,) = collect(layout, context)
    writing.land(land_images(layout, found))
    writing.flatten("media_analysis", found)

    settings = Settings(results_uri=root(layout))
    load_and_publish(layout, settings.warehouse, settings.published)
    kept = os.environ.get("GOLDEN_ROOT")
    if kept:
        shutil.copytree(root(layout), kept)
    shutil.copytree(root(layout), tmp_path / "again")
    check_flattened_again(Layout.at(str(tmp_path / "again")))
