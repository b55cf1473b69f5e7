"""The pages of a video operation as columns: strict, in one pass, a few pages at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from rekognition_tables.errors import IncompleteResults, ResultsError, shown
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.flatten.reconcile import PageChain, assert_accounted
from rekognition_tables.flatten.table_plan import Columns, Plan, compiled, filled
from rekognition_tables.flatten.unique_keys import fingerprint
from rekognition_tables.limits import ADVICE, BATCH_BYTES, Limits
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.page_types import page_type
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, VideoOperation
from rekognition_tables.parsing.arrow_columns import Reading, structural_quotes
from rekognition_tables.parsing.lines import Block, Line
from rekognition_tables.parsing.recognise import kind_of
from rekognition_tables.parsing.shapes import Shapes
from rekognition_tables.parsing.strict import (
    Findings,
    Refused,
    Span,
    byte_spans,
    split_object,
    strict_json,
    text_of,
    typed,
)
from rekognition_tables.results_root.layout import ResultKey

PAGES_PER_BATCH = 2  # more fall out of the processor's cache: 4 cost a fifth more
DOUBTS = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)

LOOKED_AT = 10  # elements of a page, to tell whose they are

Repeats = Mapping[int, str]  # an element's position in its page, and what it repeats
NO_REPEATS: Repeats = {}


@cache
def plan_of(operation: Operation) -> Plan:
    """How the elements of its pages fill the operation's tables."""
    spec = VIDEO_OPERATIONS[operation]
    return compiled(spec.tables, spec.position)


class ResultPages:
    """Takes the files of one result in order, and writes their rows as it goes."""

    def __init__(self, key: ResultKey, files: TableFiles, aside: PutAside, limits: Limits) -> None:
        self.key = key
        self.spec = VIDEO_OPERATIONS[key.operation]
        self._plan = plan_of(key.operation)
        self._names = self._plan.name_lists()
        self.shapes = Shapes(page_type(key.operation), as_bytes=self._names)
        self.chain = PageChain(key)
        self.elements = 0
        self.lines = 0
        required = f"{self.spec.elements}.{self.spec.required}"
        paths = self._plan.table.paths
        self._required = next(name for name, path in paths.items() if path == required)
        self._files = files
        self._aside = aside
        self._limits = limits

    def add(self, block: Block) -> None:
        """One page a line. IncompleteResults when a page is no JSON, or not of this operation.

        ResultsError when a page is too large to be one.
        """
        self.add_pages(block, list(block.lines(self.lines + 1)))

    def add_pages(self, block: Block, pages: list[Line]) -> None:
        """Pages wherever they stand in the block, blank ones too."""
        self.lines += len(pages)
        filled = [line for line in pages if block.record(line).strip()]
        for line in filled:
            self._check_size(block, line)
        for start in range(0, len(filled), PAGES_PER_BATCH):
            self._batch(block, filled[start : start + PAGES_PER_BATCH])

    def add_repeating(self, block: Block, page: Line, repeats: Repeats) -> None:
        """A page of which these elements were there before: they are quarantined."""
        self.lines += 1
        self._check_size(block, page)
        self._slowly(block, page, repeats)

    def finish(self) -> None:
        """Write the job's own row, once all pages are in."""
        row = {name: [value] for name, value in self.chain.job_row().items()}
        self._files.add(self.spec.jobs_table.name, row)

    def assert_accounted(self) -> None:
        """ReconciliationFailed unless every element was written or quarantined."""
        written, bad = self._files.rows(self._plan.table.name), self._aside.quarantined
        assert_accounted(self.key, f"{self.spec.element}s", self.elements, written, bad)

    def _check_size(self, block: Block, line: Line) -> None:
        excess = self._limits.excess(block.view(line), self._limits.page_values)
        if excess:
            raise ResultsError(
                f"Page {line.number} of {self.key.name}, in {block.file}, is not read: {excess} "
                f"It begins: {shown(block.record(line))}",
                operation=self.key.operation,
                job_id=self.key.job_id,
                file=block.file,
                advice=ADVICE,
            )

    def _batch(self, block: Block, batch: list[Line]) -> None:
        try:
            self._fast(block, batch)
        except DOUBTS:
            if len(batch) > 1:
                for line in batch:
                    self._batch(block, [line])
            else:
                self._slowly(block, batch[0])

    def _fast(self, block: Block, batch: list[Line]) -> None:
        if len(batch) > 1 and batch[-1].end - batch[0].start > BATCH_BYTES:
            raise ValueError("too much at once")
        decode = self.shapes.decoder.decode
        pages = [decode(block.view(line)) for line in batch]
        lists = [getattr(page, self.spec.elements) or () for page in pages]
        for page, elements in zip(pages, lists, strict=True):
            if not page.JobStatus or not (elements or self._names_its_model(page)):
                raise ValueError("perhaps the answer of another operation")
        root, reading = self.shapes.root, Reading()
        told = [dict(reading.leaves(root, page)) for page in pages]
        found = list(chain.from_iterable(lists))
        index = np.arange(self.elements, self.elements + len(found), dtype=np.int64)
        shape = root.objects[self.spec.elements]
        tables = filled(self._plan, reading, shape, found, index, self._names)
        if tables[self._plan.table.name][self._required].null_count:
            raise ValueError("one has no name")
        if reading.quotes != sum(structural_quotes(block.view(line)) for line in batch):
            raise ValueError("a key is duplicated")
        rows, at = self._own_values(tables), 0
        for count, scalars in zip(map(len, lists), told, strict=True):
            self.chain.add(scalars, fingerprint(rows.slice(at, count)))
            at += count
        self._write(tables, len(found), reading)

    def _slowly(self, block: Block, line: Line, repeats: Repeats = NO_REPEATS) -> None:
        try:
            text = text_of(block.record(line))
            rest, spans = split_object(text, self.spec.elements)
            _check_operation(self.spec, rest, text, spans)
            met = Findings()
            page = typed(rest, self.shapes.root, met)
        except Refused as refused:
            raise IncompleteResults(
                f"Page {line.number} of {self.key.name}, in {block.file}, is damaged: "
                f"{refused.reason} It begins: {shown(block.record(line))}",
                operation=self.key.operation,
                job_id=self.key.job_id,
                file=block.file,
            ) from refused
        content = self._elements_slowly(block, line, text, spans or [], met, repeats)
        self.chain.add(dict(Reading().leaves(self.shapes.root, page)), content)
        self.shapes.learn(met.met)

    def _elements_slowly(
        self,
        block: Block,
        line: Line,
        text: str,
        spans: list[Span],
        met: Findings,
        repeats: Repeats,
    ) -> bytes | None:
        shape = self.shapes.at(self.spec.elements)
        good, index, bad = [], [], []
        at = block.offset + line.start
        for number, ((start, end), (first, _)) in enumerate(
            zip(spans, byte_spans(text, spans), strict=True), self.elements
        ):
            one = Findings()
            try:
                if number - self.elements in repeats:
                    raise Refused(repeats[number - self.elements])
                good.append(self._whole(typed(strict_json(text[start:end]), shape, one)))
            except Refused as refused:
                bad.append(text[start:end].encode())
                self._aside.quarantine(
                    block.file, line.number, at + first, refused.reason, bad[-1], number
                )
                continue
            index.append(number)
            met.take(one)
        reading = Reading()
        tables = filled(self._plan, reading, shape, good, np.array(index, np.int64), self._names)
        self._write(tables, len(spans), reading)
        self._aside.unknown_values(met.unknown)
        return fingerprint(self._own_values(tables), bad)

    def _write(self, tables: dict[str, Columns], count: int, reading: Reading) -> None:
        for name, columns in tables.items():
            self._files.add(name, columns)
        for path, times, example in reading.unknown:
            self._aside.unknown(path, times, example)
        self.elements += count

    def _names_its_model(self, page: Any) -> bool:
        """Whether it has the member that no other operation's page has."""
        member = self.spec.model_version
        return member is not None and bool(getattr(page, member))

    def _whole(self, element: Any) -> Any:
        """Refused without the member that makes it an element."""
        found = element
        *_, name = path = self.spec.required.split(".")
        for member in path:
            found = None if found is None else getattr(found, member)
        if found is None:
            raise Refused(f"The {self.spec.element} has no {name}.")
        return element

    def _own_values(self, tables: dict[str, Columns]) -> pa.RecordBatch:
        """What elements say of themselves, without their place in the result."""
        columns = tables[self._plan.table.name]
        own = {name: columns[name] for name in self._plan.table.paths}
        return pa.RecordBatch.from_arrays(list(own.values()), list(own))


def _check_operation(spec: VideoOperation, rest: Any, text: str, spans: list[Span] | None) -> None:
    """Refused, by its name, when a page is the answer of another operation."""
    members = dict(rest)
    if spans is not None:
        members[spec.elements] = [_sketch(text, span) for span in spans[:LOOKED_AT]]
    kind = kind_of(members)
    if spec.name not in kind.could_be:
        raise Refused(kind.refusal(spec.name))


def _sketch(text: str, span: Span) -> Any:
    try:
        return json.loads(text[slice(*span)])
    except (ValueError, RecursionError):
        return None
