"""Random answers of the service: the views say what plain Python counts in the same JSON."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from answers import Job, ask, published
from counted import Video, could_return, latest, shares, stretches_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

NAMES = {
    "Car": (["Vehicle"], ["Vehicles"]),
    "Cat": (["Pet", "Animal"], ["Animals"]),
    "Pet": (["Animal"], ["Animals"]),
    "Sky": ([], ["Nature"]),
    "Vehicle": ([], ["Vehicles"]),
}
CATEGORIES = {name: set(categories) for name, (_, categories) in NAMES.items()}
GENERAL_LABELS = st.fixed_dictionaries(
    {},
    optional={
        "LabelInclusionFilters": st.lists(st.sampled_from(sorted(NAMES)), max_size=2),
        "LabelExclusionFilters": st.lists(st.sampled_from(sorted(NAMES)), max_size=1),
        "LabelCategoryInclusionFilters": st.lists(st.sampled_from(["Vehicles", "Animals"])),
        "LabelCategoryExclusionFilters": st.lists(st.just("Nature"), max_size=1),
    },
)
REQUESTS = (
    st.none() | st.just({}) | GENERAL_LABELS.map(lambda f: {"Settings": {"GeneralLabels": f}})
)
# most of them steps of a real video, some far apart, some odd
GAPS = st.sampled_from([500, 500, 500, 480, 520, 501, 200, 400, 33, 750, 751, 1000, 1001, 30_000])
TIMES = st.lists(GAPS, min_size=1, max_size=60)


def entry(name: str, at: int) -> dict[str, Any]:
    parents, categories = NAMES[name]
    label = {"Name": name, "Confidence": 90.0}
    named = {"Parents": parents, "Categories": categories}
    lists = {member: [{"Name": one} for one in names] for member, names in named.items()}
    return {"Timestamp": at, "Label": label | lists}


@st.composite
def jobs(draw: st.DrawFn, number: int) -> Job:
    times, at = [], draw(st.sampled_from([0, 40, 500]))
    for gap in draw(TIMES):
        times.append(at)
        at += gap
    job = Job(
        f"job-{number}",
        key=draw(st.sampled_from(["a.mp4", "b.mp4", "c.mp4"])),
        version=draw(st.sampled_from([None, "v1", "v2"])),
        request=draw(REQUESTS),
        hours_ago=number + 1,
        millis=draw(st.sampled_from([None, at, at + 77, max(at - 300, 1), 3_600_000])),
        timestamps=draw(st.sampled_from([True, True, True, False])),
    )
    if job.request is not None and job.version != "v2":
        job = replace(job, etag=draw(st.sampled_from([None, "e0"]) if job.version else st.none()))
    chosen = random.Random(draw(st.integers(0, 2**32)))
    names = [name for name in NAMES if could_return(job, name, CATEGORIES[name])]
    often = {name: chosen.random() for name in names}
    shown = [(at, name) for at in times for name in names if chosen.random() < often[name]]
    segments = [
        entry(name, at)
        | {"StartTimestampMillis": at, "EndTimestampMillis": at + 300, "DurationMillis": 300}
        for at, name in shown[::7]
    ]
    labels = [entry(name, at) for at, name in shown] if job.timestamps else []
    return replace(job, labels=labels, segments=None if job.timestamps else segments)


WORLDS = st.integers(1, 6).flatmap(lambda count: st.tuples(*(jobs(n) for n in range(count))))


@given(world=WORLDS)
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each try is a load: shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_views_say_what_counting_in_the_json_gives(world: tuple[Job, ...], empty: Path) -> None:
    by_key = defaultdict(list)
    for job in world:
        by_key[job.key].append(job)
    counted = {job.job_id: job for job in map(latest, by_key.values())}
    videos = [Video(job) for job in counted.values() if job.timestamps and job.labels]
    with TemporaryDirectory() as folder:
        file = published(Path(folder), world, empty)
        check_which_counts(file, counted)
        check_times(file, counted, videos)
        check_pairs(file, videos)
        check_shares(file, counted)


def check_which_counts(file: Path, counted: dict[str, Job]) -> None:
    found = ask(file, "SELECT job_id, aggregate_by FROM latest_label_detection_jobs")
    assert dict(found) == {
        job_id: "TIMESTAMPS" if job.timestamps else "SEGMENTS" for job_id, job in counted.items()
    }
    assert len(found) == len(counted)


def check_times(file: Path, counted: dict[str, Job], videos: list[Video]) -> None:
    assert sorted(ask(file, "SELECT job_id, step_millis, step_assumed FROM video_steps")) == sorted(
        (video.job.job_id, *video.step) for video in videos
    )
    columns = "job_id, name, start_timestamp_millis, end_timestamp_millis"
    stretches = sorted(
        (job_id, *one) for job_id, job in counted.items() for one in stretches_of(job)
    )
    assert sorted(ask(file, f"SELECT {columns} FROM label_segments")) == stretches
    times: Counter[tuple[str, str]] = Counter()
    for job_id, name, start, end in stretches:
        times[job_id, name] += end - start
    query = "SELECT job_id, name, screen_time_millis FROM label_screen_time"
    assert {(job_id, name): millis for job_id, name, millis in ask(file, query)} == times
    sightings = sorted(
        (video.job.job_id, name, at, video.end_of(place))
        for video in videos
        for place, at in enumerate(video.times)
        for name in video.frames[at]
    )
    columns = "job_id, name, timestamp, end_timestamp_millis"
    assert sorted(ask(file, f"SELECT {columns} FROM label_timeline")) == sightings


def check_pairs(file: Path, videos: list[Video]) -> None:
    columns = "job_id, name, other_name, frames, together_millis, is_ancestor"
    assert sorted(ask(file, f"SELECT {columns} FROM label_cooccurrence")) == sorted(
        (video.job.job_id, *pair) for video in videos for pair in video.pairs()
    )


def check_shares(file: Path, counted: dict[str, Job]) -> None:
    found = dict(ask(file, "SELECT name, percent_of_videos FROM label_share_of_videos"))
    wanted = shares(list(counted.values()), CATEGORIES)
    assert found.keys() == wanted.keys()
    for name, percent in wanted.items():
        assert found[name] == (percent if percent is None else pytest.approx(percent)), name
