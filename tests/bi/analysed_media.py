"""Videos and images that a local Amazon analysed, through our operators, up to their commits.

Everything stands still on a clock that is turned by hand, so that charts over time look the same in
each run. Two models looked at some of the media, as happens when Amazon brings out a new one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.images import moderation
from rekognition_emulator.sample_media import image, video
from rekognition_emulator.videos import registry
from rekognition_emulator.videos.operations import label_detection
from rekognition_results.operators.image_mode import (
    RekognitionLandModerationOperator,
    RekognitionStartModerationOperator,
)
from rekognition_results.operators.label_detection import (
    RekognitionLandLabelDetectionOperator,
    RekognitionPlanLabelDetectionOperator,
    RekognitionStartLabelDetectionOperator,
)
from rekognition_results.operators.media_analysis import RekognitionPlanMediaAnalysisOperator
from rekognition_tables.flatten.results import flatten
from rekognition_tables.jobs.requests import note_committed
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout, ResultKey

MEDIA, IMAGES, OUTPUT = "studio", "shop-images", "rekognition-output"
BEGINNING = 1_790_841_600.0  # 2026-10-01T08:00:00Z
DAY = 24 * 3600.0
PREFIXES = {"campaigns/autumn/": 9, "catalogue/shoes/": 12, "user-uploads/2026/": 21}
VIDEOS = {"city-traffic.mp4": 48_000, "harbour-walk.mp4": 90_000, "street-market.mp4": 64_000}
CONTEXT: dict[str, Any] = {
    "ti": SimpleNamespace(try_number=1, max_tries=0, xcom_push=lambda **_: None)
}


@dataclass(frozen=True)
class Studio:
    """A local Amazon, and the results root that its answers are landed in."""

    amazon: Emulator
    s3: Any
    layout: Layout

    def analyse_videos(self, lengths: dict[str, int], take: str = "", model: str = "3.0") -> None:
        """`take` makes other bytes, so that a video that was put anew is analysed anew."""
        for name, millis in lengths.items():
            facts = {"duration-millis": str(millis)}
            self.s3.put_object(Bucket=MEDIA, Key=name, Body=video(name + take), Metadata=facts)
        plan = RekognitionPlanLabelDetectionOperator(
            task_id="plan", media_uri=f"s3://{MEDIA}/", results_uri=str(self.layout.root)
        )
        with labels_of_model(self.amazon, model):
            self._run(
                plan.execute(CONTEXT),
                RekognitionStartLabelDetectionOperator,
                RekognitionLandLabelDetectionOperator,
            )

    def analyse_images(
        self, day: int, take: str = "", model: str = "7.0", min_confidence: int = 50
    ) -> None:
        """Images of one day, under each prefix; another `min_confidence` analyses them again."""
        for prefix, count in PREFIXES.items():
            for number in range(count):
                key = f"{prefix}{day:02d}-{number:03d}.jpg"
                self.s3.put_object(Bucket=IMAGES, Key=key, Body=image(key + take))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(moderation, "MODERATION_MODEL_VERSION", model)
            self.moderate(min_confidence=min_confidence)

    def put_broken_images(self, count: int) -> None:
        for number in range(count):
            key = f"user-uploads/2026/broken-{count}-{number}.jpg"
            self.s3.put_object(Bucket=IMAGES, Key=key, Body=b"no image: " + key.encode())

    def moderate(self, mode: str = "bulk", min_confidence: int = 50) -> None:
        """The images that no plan holds yet."""
        plan = RekognitionPlanMediaAnalysisOperator(
            task_id="plan",
            media_uri=f"s3://{IMAGES}/",
            output_uri=f"s3://{OUTPUT}/moderation",
            min_confidence=min_confidence,
            results_uri=str(self.layout.root),
        )
        self._run(
            plan.execute(CONTEXT),
            RekognitionStartModerationOperator,
            RekognitionLandModerationOperator,
            mode=mode,
        )

    def moderate_videos(self, min_confidence: int = 50) -> None:
        """Every video that is there."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        amazon = boto3.client(
            "rekognition", endpoint_url=self.amazon.url, region_name="us-east-1", **keys
        )
        jobs = [
            amazon.start_content_moderation(
                Video={"S3Object": {"Bucket": MEDIA, "Name": one["Key"]}},
                MinConfidence=min_confidence,
            )["JobId"]
            for one in self.s3.list_objects_v2(Bucket=MEDIA)["Contents"]
        ]
        self.amazon.clock.advance(600)
        for job_id in jobs:
            self._land_moderation(amazon, job_id)
        amazon.close()

    def _land_moderation(self, amazon: Any, job_id: str) -> None:
        key = ResultKey.of("content_moderation", job_id)
        attempt = LandingAttempt.resume_or_begin(self.layout, key)
        asked: dict[str, Any] = {"JobId": job_id, "SortBy": "TIMESTAMP"}
        while True:
            answer = amazon.get_content_moderation(**asked)
            del answer["ResponseMetadata"]
            attempt.add_page(json.dumps(answer).encode(), answer.get("NextToken"))
            if "NextToken" not in answer:
                break
            asked["NextToken"] = answer["NextToken"]
        attempt.succeed()
        commit = flatten(self.layout, key)
        assert commit.reconciled, commit.reason

    def forget_plans(self) -> None:
        """So that images are analysed again: a plan takes none that an earlier one holds."""
        shutil.rmtree(str(self.layout.plans(MEDIA_ANALYSIS)))

    def tomorrow(self) -> None:
        self.amazon.clock.advance(DAY)

    def _run(self, requests: list[str], start: type[Any], land: type[Any], **how: Any) -> None:
        root = str(self.layout.root)
        labels = start is RekognitionStartLabelDetectionOperator
        operation = "label_detection" if labels else MEDIA_ANALYSIS
        jobs = {
            token: start(task_id="start", token=token, results_uri=root, **how).execute(CONTEXT)
            for token in requests
        }
        self.amazon.clock.advance(600)
        for token, job_id in jobs.items():
            land(task_id="land", job_id=job_id, results_uri=root).execute(CONTEXT)
            commit = flatten(self.layout, ResultKey.of(operation, job_id))
            assert commit.reconciled, commit.reason
            note_committed(self.layout, operation, token)


@contextmanager
def labels_of_model(amazon: Emulator, version: str) -> Iterator[None]:
    """The local Amazon answers for label detection with another model's version."""
    ours = label_detection.OPERATION
    of_model = replace(ours, model_version={"LabelModelVersion": version})
    with pytest.MonkeyPatch.context() as patch:
        others = (one for one in registry.OPERATIONS if one is not ours)
        patch.setattr(registry, "OPERATIONS", (of_model, *others))
        amazon.restart()
        yield
    amazon.restart()


@contextmanager
def studio(layout: Layout) -> Iterator[Studio]:
    """A local Amazon with empty buckets, which `aws_default` leads to."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    with (
        Emulator(port=0, clock=Clock.manual(BEGINNING)) as amazon,
        pytest.MonkeyPatch.context() as patch,
    ):
        extra = {"region_name": "us-east-1", "endpoint_url": amazon.url}
        told = {"conn_type": "aws", "login": "test", "password": "test", "extra": extra}
        patch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(told))
        s3 = boto3.client("s3", endpoint_url=amazon.url, region_name="us-east-1", **keys)
        try:
            for bucket in (MEDIA, IMAGES, OUTPUT):
                s3.create_bucket(Bucket=bucket)
            yield Studio(amazon, s3, layout)
        finally:
            s3.close()


def a_week(studio: Studio) -> None:
    """Three videos, two of them cut again since, and a week of images.

    An older model looked at the images of the first two days. Those of the second were replaced
    since, so the two models cannot be compared there. A bulk job left one image out, and of another
    request no image could be analysed.
    """
    older = {name: VIDEOS[name] for name in list(VIDEOS)[:2]}
    studio.analyse_videos(older, take="first cut", model="2.0")
    studio.analyse_images(0, model="6.1", min_confidence=60)
    studio.analyse_images(1, take="draft", model="6.1")
    studio.forget_plans()
    studio.tomorrow()
    studio.analyse_videos(VIDEOS)
    studio.moderate_videos()
    studio.put_broken_images(1)
    for day in range(7):
        studio.analyse_images(day)
        studio.tomorrow()
    studio.put_broken_images(3)
    studio.moderate(mode="image")


def one_more_day(studio: Studio) -> None:
    studio.analyse_videos({"night-ferry.mp4": 30_000})
    studio.analyse_images(7)
