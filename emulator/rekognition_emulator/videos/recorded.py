"""A recorded answer of a video operation, served in pages of its own elements, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from rekognition_emulator.engine.wire import encode
from rekognition_emulator.storage.recordings import Recording
from rekognition_emulator.videos.operation import Order, RawPages, VideoOperation


class _Element:
    """One element: its text, and what decides its place."""

    def __init__(self, raw: msgspec.Raw, operation: VideoOperation) -> None:
        self.raw, self.value = raw, msgspec.json.decode(raw)
        self.sorts = {name: _at(self.value, path) for name, path in operation.sort_by.items()}


def members(recording: Recording, job_id: str, order: Order) -> dict[str, Any]:
    """The recording's own members, this service's JobId in place of its own, no NextToken.

    A member that the recording lacks stays absent, as with the older service it was made from.
    """
    found: dict[str, Any] = dict(recording.members)
    found.pop("NextToken", None)
    if "JobId" in found:
        found["JobId"] = job_id
    if "GetRequestMetadata" in found:
        found["GetRequestMetadata"] = {"SortBy": order.sort_by, "AggregateBy": order.aggregate_by}
    return found


@lru_cache(maxsize=8)
def pages(operation: VideoOperation, recording: Recording, order: Order) -> RawPages:
    """All elements: in the recording's order, sorted, or as segments made from them; made once.

    ValueError for an element without a member that its operation sorts by.
    """
    found = [_Element(raw, operation) for raw in recording.elements(operation.elements)]
    recorded_segments = any("StartTimestampMillis" in one.value for one in found)
    if order.aggregate_by == "SEGMENTS" and not recorded_segments:
        made = _segments(operation, recording, found)
        found = [_Element(raw, operation) for raw in made]
    if order.sort_by not in ("", "TIMESTAMP"):
        found.sort(key=lambda one: one.sorts[order.sort_by])
    return RawPages([one.raw for one in found])


def _at(element: Any, path: tuple[str, ...]) -> Any:
    value = element
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, (int, str)):
        raise ValueError(f"an element has no {'.'.join(path)}")
    return value


def _segments(
    operation: VideoOperation, recording: Recording, found: list[_Element]
) -> Iterator[msgspec.Raw]:
    """Runs of neighbouring timestamps with one name, ordered by start, then name."""
    times = sorted({one.sorts["TIMESTAMP"] for one in found})
    place = {time: at for at, time in enumerate(times)}
    duration = recording.value("VideoMetadata")["DurationMillis"] if times else 0
    ends = [*times[1:], max(duration, times[-1])] if times else []
    part = operation.sort_by["NAME"][0]
    runs: list[list[_Element]] = []
    for one in sorted(found, key=lambda one: (one.sorts["NAME"], one.sorts["TIMESTAMP"])):
        previous = runs[-1][-1].sorts if runs else {"NAME": None}
        goes_on = (
            previous["NAME"] == one.sorts["NAME"]
            and place[previous["TIMESTAMP"]] + 1 == place[one.sorts["TIMESTAMP"]]
        )
        if goes_on:
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in sorted(runs, key=lambda run: (run[0].sorts["TIMESTAMP"], run[0].sorts["NAME"])):
        start, end = run[0].sorts["TIMESTAMP"], ends[place[run[-1].sorts["TIMESTAMP"]]]
        surest = max(run, key=lambda one: one.value[part].get("Confidence", 0.0))
        yield _segment(operation, surest.raw, start, end)


def _segment(operation: VideoOperation, raw: msgspec.Raw, start: int, end: int) -> msgspec.Raw:
    part = operation.sort_by["NAME"][0]
    element: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    about = msgspec.json.decode(element[part], type=dict[str, msgspec.Raw])
    kept = {name: value for name, value in about.items() if name not in operation.timestamps_only}
    segment = {
        **{"Timestamp": start, part: kept},
        **{name: value for name, value in element.items() if name not in ("Timestamp", part)},
        "StartTimestampMillis": start,
        "EndTimestampMillis": end,
        "DurationMillis": end - start,
    }
    return msgspec.Raw(encode(segment))
