"""Saved pages of GetLabelDetection: what says which result, place and labels each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
import numpy as np

from rekognition_tables.loose.inputs import GET_AGAIN, AnyPath, decoded, page_blocks, refused
from rekognition_tables.operations.names import LABEL_DETECTION
from rekognition_tables.parsing.lines import Block, Line, Positions
from rekognition_tables.parsing.recognise import kind_of
from rekognition_tables.parsing.strict import Refused, split_object, text_of
from rekognition_tables.results_root.layout import ResultKey

OWN = ("Timestamp", "StartTimestampMillis", "EndTimestampMillis", "DurationMillis")
Repeats = dict[int, str]


class _Label(msgspec.Struct, gc=False):
    Name: Any = None
    Confidence: Any = None


class _Entry(msgspec.Struct, gc=False):
    Timestamp: Any = None
    Label: _Label | None = None
    StartTimestampMillis: Any = None
    EndTimestampMillis: Any = None
    DurationMillis: Any = None


class _Page(msgspec.Struct, gc=False):
    """The members that say which result, place and labels a page has."""

    JobId: Any = None
    JobStatus: Any = None
    NextToken: Any = None
    GetRequestMetadata: Any = None
    Labels: list[_Entry] | None = None


@dataclass(eq=False)
class LoosePage:
    """Where a page is, and what decides its place. `number`: its line or document, from 1."""

    path: AnyPath
    number: int
    job_id: str | None
    aggregate_by: Any
    sort_by: str | None
    token: Any
    labels: Positions  # a hash of each label's own values
    times: Positions  # each label's Timestamp, NaN without one
    repeats: Repeats = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.path.name}, page {self.number}"

    @property
    def ascends(self) -> bool:
        times = np.delete(self.times, list(self.repeats))
        return bool((np.diff(times[~np.isnan(times)]) >= 0).all())

    @property
    def span(self) -> tuple[float, float] | None:
        times = self.times[~np.isnan(self.times)]
        return (float(times.min()), float(times.max())) if len(times) else None


_BAD = count()
_DECODER = msgspec.json.Decoder(_Page)


def survey(path: AnyPath, longest: int, at_most: int) -> list[LoosePage]:
    """The pages of a file. IncompleteResults names the first record that is none."""
    found: list[LoosePage] = []
    for block, lines in page_blocks(path, longest):
        if len(found) + len(lines) > at_most:
            raise refused(path, f"It holds more than {at_most:,} pages.")
        found += [_page(path, block, line) for line in lines]
    if not found:
        raise refused(path, "It is empty: it holds no page.")
    return found


def _page(path: AnyPath, block: Block, line: Line) -> LoosePage:
    try:
        page = _DECODER.decode(block.view(line))
        sure = (
            isinstance(page.JobStatus, str)
            and page.Labels
            and all(one.Label for one in page.Labels)
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        sure = False
    if not sure:
        page = _looked_at(path, block, line)
    metadata = page.GetRequestMetadata if isinstance(page.GetRequestMetadata, dict) else {}
    labels = page.Labels or []
    return LoosePage(
        path,
        line.number,
        page.JobId,
        metadata.get("AggregateBy") or _form(labels),
        _text(metadata.get("SortBy")),
        page.NextToken or None,
        np.fromiter((_hash(one) for one in labels), np.int64, len(labels)),
        np.fromiter((_number(one.Timestamp) for one in labels), np.float64, len(labels)),
    )


def _looked_at(path: AnyPath, block: Block, line: Line) -> _Page:
    """A page with something odd in it. IncompleteResults when it is another operation's answer.

    One that is too large is left to the reading, which says so.
    """
    value = decoded(block.view(line))
    if value is msgspec.UNSET:
        return _Page()
    if value is msgspec.NODEFAULT:
        value = _without_bad_labels(path, line.number, block.record(line))
    kind = kind_of(value)
    if LABEL_DETECTION not in kind.could_be:
        raise refused(path, kind.refusal(LABEL_DETECTION), line.number, block.record(line))
    labels = value.get("Labels")
    members = {name: value.get(name) for name in _Page.__struct_fields__}
    members["Labels"] = [_entry(one) for one in labels] if isinstance(labels, list) else None
    return _Page(**members)


def _without_bad_labels(path: AnyPath, number: int, record: bytes) -> Any:
    """A page of which only a label is no JSON. IncompleteResults when it is more than that."""
    try:
        text = text_of(record)
        rest, spans = split_object(text, "Labels")
    except Refused as error:
        raise refused(path, error.reason, number, record, GET_AGAIN) from error
    labels = [decoded(text[start:end].encode()) for start, end in spans or []]
    return {**rest, "Labels": labels}


def _entry(value: Any) -> _Entry:
    if not isinstance(value, dict):
        return _Entry(Timestamp=repr(value))
    label = value.get("Label")
    named = label if isinstance(label, dict) else {}
    return _Entry(
        Label=_Label(named.get("Name"), named.get("Confidence")),
        **{name: value.get(name) for name in OWN},
    )


def _form(labels: Sequence[_Entry]) -> str | None:
    """TIMESTAMPS or SEGMENTS by the labels' own times; None without labels."""
    if not labels:
        return None
    ends = any(one.EndTimestampMillis is not None for one in labels)
    return "SEGMENTS" if ends else "TIMESTAMPS"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _hash(one: _Entry) -> int:
    """Of what a label says of itself. A bad one, which is quarantined, is like no other."""
    label = one.Label
    if label is None or not isinstance(label.Name, str):
        return hash(("bad", next(_BAD)))
    own = (one.Timestamp, one.StartTimestampMillis, one.EndTimestampMillis, one.DurationMillis)
    try:
        return hash((*own, label.Name, label.Confidence))
    except TypeError:  # a list or an object, where a scalar should be
        return hash(repr((own, label.Name, label.Confidence)))


def _number(value: Any) -> float:
    try:
        return float(value) if type(value) in (int, float) else np.nan
    except OverflowError:
        return np.nan


def keys_of(pages: Sequence[LoosePage], job_id: str | None, digest: str) -> list[ResultKey]:
    """Each page's result: its own job, else `job_id`, else `digest`.

    A page without labels has the form of the others of its job.
    """
    forms: dict[Any, set[Any]] = {}
    for page in pages:
        if page.aggregate_by is not None:
            forms.setdefault(str(page.job_id), set()).add(str(page.aggregate_by))
    return [_key(page, forms.get(str(page.job_id), set()), job_id or digest) for page in pages]


def _key(page: LoosePage, forms: set[Any], job_id: str) -> ResultKey:
    others = next(iter(forms)) if len(forms) == 1 else None
    own: Any = job_id if page.job_id is None else page.job_id
    try:
        return ResultKey.of(LABEL_DETECTION, own, page.aggregate_by or others)
    except (ValueError, TypeError) as error:
        raise refused(page.path, f"page {page.number} names no result: {error}.") from None
