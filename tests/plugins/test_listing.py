"""What is left out of a listing before it is paid, and what is told of the rest."""

from __future__ import annotations

from typing import Any

import pytest
from pipeline_steps import MEDIA, plan_images, plan_videos, put_images, put_video

from rekognition_emulator import Emulator
from rekognition_emulator.sample_media import image, video
from rekognition_results.planning.s3_listing import (
    IMAGES,
    ListedObject,
    S3Uri,
    Window,
    sift,
)
from rekognition_tables.jobs.requests import note_committed, read_request
from rekognition_tables.results_root.layout import Layout

Archive = dict[str, Any]
GLACIER: Archive = {"StorageClass": "GLACIER"}
TIER: Archive = {
    "StorageClass": "INTELLIGENT_TIERING",
    "Metadata": {"archive-status": "DEEP_ARCHIVE_ACCESS"},
}


def put(s3: Any, key: str, **more: Any) -> None:
    s3.put_object(Bucket=MEDIA, Key=key, Body=video(key), **more)


def keys(layout: Layout, tokens: list[str]) -> list[str]:
    found = [read_request(layout, "label_detection", token) for token in tokens]
    return sorted(one.request["Video"]["S3Object"]["Name"] for one in found if one)


@pytest.mark.parametrize(
    "archive",
    [GLACIER, {"StorageClass": "DEEP_ARCHIVE"}, TIER],
    ids=lambda one: one["StorageClass"],
)
def test_archived_objects_are_left_out_until_they_are_restored(
    archive: Archive,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(s3, "videos/a.mp4", **archive)
    put(s3, "videos/b.mp4", **archive)
    put_video(s3, "videos/c.mp4", 20)
    tokens = plan_videos(layout).execute(context)
    assert keys(layout, tokens) == ["videos/c.mp4"]
    assert "1 videos to analyse under s3://media/videos/. Left out: 2 archived." in (
        capsys.readouterr().out
    )
    note_committed(layout, "label_detection", tokens[0])
    assert plan_videos(layout).execute(context) == []
    if archive is TIER:
        put(s3, "videos/a.mp4", StorageClass="INTELLIGENT_TIERING")
    else:
        s3.restore_object(Bucket=MEDIA, Key="videos/a.mp4", RestoreRequest={"Days": 1})
        s3.head_object(Bucket=MEDIA, Key="videos/a.mp4")  # moto restores as it is looked at
    assert keys(layout, plan_videos(layout).execute(context)) == ["videos/a.mp4"]


def heads(amazon: Emulator, s3: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that planning asks HEAD for, as it goes on."""
    from rekognition_results.operators.plan import PlanJobsOperator

    asked: list[str] = []
    real = s3.head_object

    def head_object(**given: Any) -> Any:
        if "IfMatch" not in given:
            asked.append(given["Key"])
        return real(**given)

    monkeypatch.setattr(s3, "head_object", head_object)
    monkeypatch.setattr(PlanJobsOperator, "s3", s3)
    return asked


def test_only_objects_of_archive_classes_are_asked_for_and_at_most_max_jobs(
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(6):
        put(s3, f"videos/{number}.mp4", **GLACIER)
    put_video(s3, "videos/z.mp4", 20)
    asked = heads(amazon, s3, monkeypatch)
    tokens = plan_videos(layout, max_jobs=2).execute(context)
    assert keys(layout, tokens) == ["videos/z.mp4"]
    assert len(asked) == 2
    assert "videos/z.mp4" not in asked
    said = "Left out: 2 archived; 4 in an archive class, and not asked for by this run."
    assert said in capsys.readouterr().out


def test_each_archived_object_has_its_turn(
    s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    for number in range(4):
        put(s3, f"videos/{number}.mp4", **GLACIER)
    s3.restore_object(Bucket=MEDIA, Key="videos/3.mp4", RestoreRequest={"Days": 1})
    s3.head_object(Bucket=MEDIA, Key="videos/3.mp4")
    runs = 0
    while not (tokens := plan_videos(layout, max_jobs=1).execute(context)):
        runs += 1
        assert runs < 200  # one chance in 10**25 with a fair sample
    assert keys(layout, tokens) == ["videos/3.mp4"]


def test_what_there_is_no_room_for_is_not_asked_for(
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    amazon: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put_video(s3, "videos/a.mp4", 20)
    put(s3, "videos/b.mp4", **GLACIER)
    asked = heads(amazon, s3, monkeypatch)
    assert len(plan_videos(layout, max_jobs=1).execute(context)) == 1
    assert asked == []
    assert "Left out: 1 for the next run." in capsys.readouterr().out


def listed(*names: str) -> list[ListedObject]:
    return [ListedObject("b", name, None, "etag", 1, None) for name in names]


@pytest.mark.parametrize(
    "prefix, key, reason",
    [
        ("images/", "images/._a.jpg", "of macOS (._*)"),
        ("images/", "images/new/._a.jpg", "of macOS (._*)"),
        ("", "._a.jpg", "of macOS (._*)"),
        ("", ".Trash/a.jpg", "in hidden folders"),
        ("images/", "images/.thumbnails/a.jpg", "in hidden folders"),
        ("images", "images/.thumbnails/a.jpg", "in hidden folders"),
        ("images/.thumbnails/", "images/.thumbnails/a.jpg", None),
        ("images/.thumb", "images/.thumbnails/a.jpg", None),
        (".media/", ".media/images/a.jpg", None),
        ("images/", "images/a.b/.c.jpg", None),
        ("images/", "images/_a.jpg", None),
    ],
)
def test_hidden_things_are_left_out(prefix: str, key: str, reason: str | None) -> None:
    _, left_out = sift(listed(key), IMAGES, Window(), S3Uri("b", prefix), None, set())
    assert list(left_out) == ([reason] if reason else [])


@pytest.mark.parametrize(
    "prefix, said",
    [
        (
            "images",
            "3 of them are beside the folder s3://media/images/, such as images-old/a.jpg and "
            "images-old/b.jpg: end the prefix with / to leave them out.",
        ),
        ("images/", None),
        ("images-old", None),
        ("", None),
    ],
)
def test_keys_beside_the_folder_are_told(
    prefix: str,
    said: str | None,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    put_images(s3, "images/a.jpg", "images-old/a.jpg", "images-old/b.jpg", "images.jpg")
    plan_images(layout, media_uri=f"s3://{MEDIA}/{prefix}").execute(context)
    out = capsys.readouterr().out
    assert (said in out) if said else "beside the folder" not in out


def test_the_image_that_the_prefix_names_is_no_stranger(
    s3: Any, layout: Layout, context: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    s3.put_object(Bucket=MEDIA, Key="images/a.jpg", Body=image("a.jpg"))
    plan_images(layout, media_uri=f"s3://{MEDIA}/images/a.jpg").execute(context)
    assert "beside the folder" not in capsys.readouterr().out
