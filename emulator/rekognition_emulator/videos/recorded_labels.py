"""A recorded GetLabelDetection response, served in pages of its own labels, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from rekognition_emulator.engine.wire import encode
from rekognition_emulator.storage.recordings import Recording


class _Named(msgspec.Struct, rename="pascal"):
    name: str
    confidence: float = 0.0


class _Entry(msgspec.Struct, rename="pascal"):
    """What of a label decides its place; the rest stays text."""

    timestamp: int
    label: _Named
    start_timestamp_millis: int | None = None


class RawPages:
    """Labels that exist as JSON text already."""

    def __init__(self, labels: list[msgspec.Raw]) -> None:
        self._labels = labels

    def __len__(self) -> int:
        return len(self._labels)

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Labels begin to end as a JSON array."""
        return msgspec.Raw(b"[" + b",".join(bytes(raw) for raw in self._labels[begin:end]) + b"]")


def members(recording: Recording, job_id: str, order: tuple[str, str]) -> dict[str, Any]:
    """The recording's own members, this service's JobId in place of its own, no NextToken.

    A member that the recording lacks stays absent, as with the older service it was made from.
    """
    found: dict[str, Any] = dict(recording.members)
    found.pop("NextToken", None)
    if "JobId" in found:
        found["JobId"] = job_id
    if "GetRequestMetadata" in found:
        found["GetRequestMetadata"] = {"SortBy": order[0], "AggregateBy": order[1]}
    return found


def pages(recording: Recording, order: tuple[str, str]) -> RawPages:
    """All labels: in the recording's order, by name, or as segments made from them."""
    sort_by, aggregate_by = order
    raw = recording.labels()
    entries = [msgspec.json.decode(one, type=_Entry) for one in raw]
    recorded_segments = any(entry.start_timestamp_millis is not None for entry in entries)
    if aggregate_by == "SEGMENTS" and not recorded_segments:
        raw = list(_segments(recording, raw, entries))
        entries = [msgspec.json.decode(one, type=_Entry) for one in raw]
    if sort_by == "NAME":
        order_by_name = sorted(range(len(raw)), key=lambda at: entries[at].label.name)
        raw = [raw[at] for at in order_by_name]
    return RawPages(raw)


def _segments(
    recording: Recording, raw: list[msgspec.Raw], entries: list[_Entry]
) -> Iterator[msgspec.Raw]:
    """Runs of neighbouring timestamps with one label, ordered by start, then name."""
    times = sorted({entry.timestamp for entry in entries})
    place = {time: at for at, time in enumerate(times)}
    duration = recording.value("VideoMetadata")["DurationMillis"] if times else 0
    ends = [*times[1:], max(duration, times[-1])] if times else []
    runs: list[list[int]] = []
    for at in sorted(
        range(len(raw)), key=lambda at: (entries[at].label.name, place[entries[at].timestamp])
    ):
        previous = entries[runs[-1][-1]] if runs else None
        goes_on = (
            previous is not None
            and previous.label.name == entries[at].label.name
            and place[previous.timestamp] + 1 == place[entries[at].timestamp]
        )
        if goes_on:
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in sorted(
        runs, key=lambda run: (entries[run[0]].timestamp, entries[run[0]].label.name)
    ):
        start, end = entries[run[0]].timestamp, ends[place[entries[run[-1]].timestamp]]
        surest = max(run, key=lambda at: entries[at].label.confidence)
        yield _segment(raw[surest], start, end)


def _segment(raw: msgspec.Raw, start: int, end: int) -> msgspec.Raw:
    entry = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    label = msgspec.json.decode(entry["Label"], type=dict[str, msgspec.Raw])
    label.pop("Instances", None)
    segment = {
        "Timestamp": start,
        "Label": label,
        "StartTimestampMillis": start,
        "EndTimestampMillis": end,
        "DurationMillis": end - start,
    }
    return msgspec.Raw(encode(segment))
