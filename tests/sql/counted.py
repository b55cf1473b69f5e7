"""What views must say of some jobs, worked out in plain Python from the service's own JSON."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, pairwise
from typing import Any

from answers import NOON, Job

FILTERS = (
    "LabelInclusionFilters",
    "LabelExclusionFilters",
    "LabelCategoryInclusionFilters",
    "LabelCategoryExclusionFilters",
)


def filters(job: Job) -> dict[str, frozenset[str]]:
    """The filters of a request that name something."""
    given = (job.request or {}).get("Settings", {}).get("GeneralLabels", {})
    return {name: frozenset(given[name]) for name in FILTERS if given.get(name)}


def could_return(job: Job, name: str, categories: set[str]) -> bool:
    asked = filters(job)
    if name in asked.get(FILTERS[1], ()) or categories & asked.get(FILTERS[3], frozenset()):
        return False
    if FILTERS[0] not in asked and FILTERS[2] not in asked:
        return True
    return name in asked.get(FILTERS[0], ()) or bool(
        categories & asked.get(FILTERS[2], frozenset())
    )


@dataclass
class Video:
    """The TIMESTAMPS of one job, frame by frame."""

    job: Job

    def __post_init__(self) -> None:
        self.frames: dict[int, set[str]] = defaultdict(set)
        for entry in self.job.labels:
            self.frames[entry["Timestamp"]].add(entry["Label"]["Name"])
        self.times = sorted(self.frames)

    @property
    def step(self) -> tuple[int, bool]:
        """Milliseconds between samples, and whether that is assumed."""
        gaps = sorted(b - a for a, b in pairwise(self.times) if b - a <= 1000)
        assumed = len(gaps) < 20 or bool(filters(self.job))
        tenth = gaps[math.ceil(len(gaps) / 10) - 1] if gaps else 500
        return (min(tenth, 500) if assumed else tenth), assumed

    def end_of(self, place: int) -> int:
        """Where the sample at this place of `times` ends."""
        at, step = self.times[place], self.step[0]
        end = at + step
        if place + 1 < len(self.times) and self.times[place + 1] - at <= 1.5 * step:
            end = self.times[place + 1]
        return max(min(end, self.job.millis or end), at)

    def stretches(self) -> Iterator[tuple[str, int, int]]:
        """Name, start and end of each stretch."""
        for name in set().union(*self.frames.values()):
            start = None
            for place, at in enumerate(self.times):
                if name not in self.frames[at]:
                    continue
                start = at if start is None else start
                end = self.end_of(place)
                goes_on = place + 1 < len(self.times) and end == self.times[place + 1]
                if not goes_on or name not in self.frames[self.times[place + 1]]:
                    yield name, start, end
                    start = None

    def pairs(self) -> Iterator[tuple[str, str, int, int, bool]]:
        """Both names, frames, milliseconds, and whether one is an ancestor of the other."""
        frames, millis = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for place, at in enumerate(self.times):
            for pair in combinations(sorted(self.frames[at]), 2):
                frames[pair] += 1
                millis[pair] += self.end_of(place) - at
        family = {
            (entry["Label"]["Name"], parent["Name"])
            for entry in self.job.labels
            for parent in entry["Label"]["Parents"]
        }
        for (name, other), count in frames.items():
            related = bool({(name, other), (other, name)} & family)
            yield name, other, count, millis[name, other], related


def identity(job: Job, others: Sequence[Job]) -> str | None:
    """What tells the object from others of its key; `others`: all jobs of the key."""
    if job.version is None or job.etag is not None:
        return job.etag
    etags = [one.etag for one in others if one.version == job.version and one.etag]
    return max(etags, default=job.version)


def latest(jobs: Sequence[Job]) -> Job:
    """The job of one key that counts."""
    since: dict[str, Any] = {}
    for job in sorted(jobs, key=lambda job: -job.hours_ago):
        known = identity(job, jobs)
        if known is not None:
            since.setdefault(known, NOON - timedelta(hours=job.hours_ago))
    newest = max(since.values(), default=None)
    current = [job for job in jobs if since.get(identity(job, jobs) or "", newest) == newest]
    return min(
        current,
        key=lambda job: (job.request is None, bool(filters(job)), job.hours_ago),
    )


def stretches_of(job: Job) -> list[tuple[str, int, int]]:
    """Of its TIMESTAMPS, else as the service sent them."""
    if job.timestamps:
        return list(Video(job).stretches())
    return [
        (entry["Label"]["Name"], entry["StartTimestampMillis"], entry["EndTimestampMillis"])
        for entry in job.segments or ()
    ]


def shares(counted: Sequence[Job], categories: dict[str, set[str]]) -> dict[str, float | None]:
    """Percent of the length of all videos that could have shown it, for each label that is seen."""
    time: Counter[str] = Counter()
    seen = set()
    for job in counted:
        for name, start, end in stretches_of(job):
            seen.add(name)
            time[name] += (end - start) if job.millis else 0
    found = {}
    for name in seen:
        asked = [job for job in counted if could_return(job, name, categories.get(name, set()))]
        length = sum(job.millis or 0 for job in asked)
        found[name] = 100 * time[name] / length if length else None
    return found
