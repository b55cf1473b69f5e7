"""Saved pages of a video operation: what says which result, place and elements each has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from rekognition_tables.loose.inputs import GET_AGAIN, AnyPath, decoded, page_blocks, refused
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.page_types import sketch_type
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, VideoOperation
from rekognition_tables.parsing.lines import Block, Line, Positions
from rekognition_tables.parsing.recognise import kind_of
from rekognition_tables.parsing.strict import Refused, split_object, text_of
from rekognition_tables.results_root.layout import ResultKey

Repeats = dict[int, str]
Own = tuple[Any, ...]  # what an element says of itself, by _Reader.paths


@dataclass(frozen=True)
class _Reader:
    """Reads of an operation's pages what decides their place."""

    spec: VideoOperation
    paths: tuple[str, ...]
    decoder: msgspec.json.Decoder[Any]
    elements: Callable[[Any], Any]
    own: Callable[[Any], Own]

    def part(self, own: Own, path: str) -> Any:
        """One of an element's own values; None where the operation has no such member."""
        return own[self.paths.index(path)] if path in self.paths else None

    def of_value(self, value: Any) -> Own:
        """The own values of an element that may be anything."""
        return tuple(_at(value, path.split(".")) for path in self.paths)


@cache
def _reader(operation: Operation) -> _Reader:
    spec = VIDEO_OPERATIONS[operation]
    prefix = f"{spec.elements}."
    paths = tuple(path.removeprefix(prefix) for path in spec.elements_table.paths.values())
    decoder = msgspec.json.Decoder(sketch_type(operation))
    return _Reader(spec, paths, decoder, attrgetter(spec.elements), attrgetter(*paths))


def _at(value: Any, names: list[str]) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


@dataclass(eq=False)
class LoosePage:
    """Where a page is, and what decides its place. `number`: its line or document, from 1."""

    path: AnyPath
    number: int
    element: str
    job_id: str | None
    aggregate_by: Any
    sort_by: str | None
    token: Any
    hashes: Positions  # of each element's own values
    times: Positions  # each element's Timestamp, NaN without one
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


def survey(spec: VideoOperation, path: AnyPath, longest: int, at_most: int) -> list[LoosePage]:
    """The pages of a file. IncompleteResults names the first record that is none."""
    reader = _reader(spec.name)
    found: list[LoosePage] = []
    for block, lines in page_blocks(path, longest):
        if len(found) + len(lines) > at_most:
            raise refused(path, f"It holds more than {at_most:,} pages.")
        found += [_page(reader, path, block, line) for line in lines]
    if not found:
        raise refused(path, "It is empty: it holds no page.")
    return found


def _page(reader: _Reader, path: AnyPath, block: Block, line: Line) -> LoosePage:
    try:
        page = reader.decoder.decode(block.view(line))
        elements = [reader.own(one) for one in reader.elements(page)]
        if not isinstance(page.JobStatus, str) or not elements:
            raise ValueError("perhaps the answer of another operation")
        members = {name: getattr(page, name) for name in ("JobId", "NextToken")}
        metadata = page.GetRequestMetadata
    except (msgspec.MsgspecError, ValueError, RecursionError, AttributeError, TypeError):
        value = _looked_at(reader.spec, path, block, line)
        members, metadata = value, value.get("GetRequestMetadata")
        there = value.get(reader.spec.elements)
        elements = [reader.of_value(one) for one in there] if isinstance(there, list) else []
    metadata = metadata if isinstance(metadata, dict) else {}
    times = [_number(reader.part(one, "Timestamp")) for one in elements]
    return LoosePage(
        path,
        line.number,
        reader.spec.element,
        members.get("JobId"),
        metadata.get("AggregateBy") or _form(reader, elements),
        _text(metadata.get("SortBy")),
        members.get("NextToken") or None,
        np.array([_hash(reader, one) for one in elements], np.int64),
        np.array(times, np.float64),
    )


def _looked_at(spec: VideoOperation, path: AnyPath, block: Block, line: Line) -> dict[str, Any]:
    """A page with something odd in it. IncompleteResults when it is another operation's answer.

    One that is too large is left to the reading, which says so.
    """
    value = decoded(block.view(line))
    if value is msgspec.UNSET:
        return {}
    if value is msgspec.NODEFAULT:
        value = _without_bad_elements(spec, path, line.number, block.record(line))
    kind = kind_of(value)
    if spec.name not in kind.could_be:
        raise refused(path, kind.refusal(spec.name), line.number, block.record(line))
    found: dict[str, Any] = value
    return found


def _without_bad_elements(
    spec: VideoOperation, path: AnyPath, number: int, record: bytes
) -> dict[str, Any]:
    """A page of which only an element is no JSON. IncompleteResults when it is more than that."""
    try:
        text = text_of(record)
        rest, spans = split_object(text, spec.elements)
    except Refused as error:
        raise refused(path, error.reason, number, record, GET_AGAIN) from error
    elements = [decoded(text[start:end].encode()) for start, end in spans or []]
    return {**rest, spec.elements: elements}


def _form(reader: _Reader, elements: Sequence[Own]) -> str | None:
    """TIMESTAMPS or SEGMENTS by the elements' own times; None without any."""
    if not elements or not reader.spec.aggregations:
        return None
    ends = any(reader.part(one, "EndTimestampMillis") is not None for one in elements)
    return "SEGMENTS" if ends else "TIMESTAMPS"


def _hash(reader: _Reader, own: Own) -> int:
    """Of what an element says of itself. A bad one, which is quarantined, is like no other."""
    if not isinstance(reader.part(own, reader.spec.required), str):
        return hash(("bad", next(_BAD)))
    try:
        return hash(own)
    except TypeError:  # a list or an object, where a scalar should be
        return hash(repr(own))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float:
    try:
        return float(value) if type(value) in (int, float) else np.nan
    except OverflowError:
        return np.nan


def keys_of(
    spec: VideoOperation, pages: Sequence[LoosePage], job_id: str | None, digest: str
) -> list[ResultKey]:
    """Each page's result: its own job, else `job_id`, else `digest`.

    A page without elements has the form of the others of its job.
    """
    forms: dict[Any, set[Any]] = {}
    for page in pages:
        if page.aggregate_by is not None:
            forms.setdefault(str(page.job_id), set()).add(str(page.aggregate_by))
    return [
        _key(spec, page, forms.get(str(page.job_id), set()), job_id or digest) for page in pages
    ]


def _key(spec: VideoOperation, page: LoosePage, forms: set[Any], job_id: str) -> ResultKey:
    others = next(iter(forms)) if len(forms) == 1 else None
    own: Any = job_id if page.job_id is None else page.job_id
    try:
        return ResultKey.of(spec.name, own, page.aggregate_by or others)
    except (ValueError, TypeError) as error:
        raise refused(page.path, f"page {page.number} names no result: {error}.") from None
