"""A request keeps the ETag of the object that it names, so that results of one object are known."""

from __future__ import annotations

from typing import Any

import pytest
from pipeline_steps import MEDIA, OUTPUT, plan_images, plan_videos, put_images, put_video

from rekognition_tables.jobs.requests import read_request
from rekognition_tables.results_root.layout import Layout

pytestmark = pytest.mark.usefixtures("amazon", "s3")


def etag_of(s3: Any, bucket: str, key: str) -> str:
    return str(s3.head_object(Bucket=bucket, Key=key)["ETag"]).strip('"')


def test_a_video_has_its_own(s3: Any, layout: Layout, context: dict[str, Any]) -> None:
    put_video(s3, "videos/a.mp4", 20)
    (token,) = plan_videos(layout).execute(context)
    request = read_request(layout, "label_detection", token)
    assert request is not None
    assert request.etag == etag_of(s3, MEDIA, "videos/a.mp4")


def test_a_manifest_has_its_own_where_a_person_made_it(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    s3.put_object(Bucket=OUTPUT, Key="mine.jsonl", Body=b'{"source-ref": "s3://media/a.jpg"}\n')
    plan = plan_images(layout, manifest_uri=f"s3://{OUTPUT}/mine.jsonl")
    (token,) = plan.execute(context)
    request = read_request(layout, "media_analysis", token)
    assert request is not None
    assert request.etag == etag_of(s3, OUTPUT, "mine.jsonl")


def test_an_image_is_not_taken_for_the_manifest_that_names_it(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_images(s3, "images/a.jpg")
    (token,) = plan_images(layout).execute(context)
    request = read_request(layout, "media_analysis", token)
    assert request is not None
    assert request.etag is None
