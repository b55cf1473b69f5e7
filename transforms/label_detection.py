"""GetLabelDetection's pages as columns: strict, in one pass, a few pages at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from transforms.errors import IncompleteResults, ResultsError
from transforms.layout import ResultKey
from transforms.limits import ADVICE, BATCH_BYTES, Limits
from transforms.lines import Block, Line, Positions
from transforms.name_lists import NameLists
from transforms.parquet import TableFiles
from transforms.put_aside import PutAside
from transforms.reading import Reading, structural_quotes, values_of
from transforms.reconcile import PageChain
from transforms.responses import LabelDetectionPage
from transforms.shapes import Shape, Shapes
from transforms.slow_road import (
    Findings,
    Refused,
    Span,
    byte_spans,
    split_object,
    strict_json,
    text_of,
    typed,
)
from transforms.tables.columns import INTEGER, REAL, TEXT
from transforms.uniqueness import fingerprint

PAGES_PER_BATCH = 2  # more fall out of the processor's cache: 4 cost a fifth more
NAME_LISTS = {
    "Parents": ("label_parents", "parent_index"),
    "Aliases": ("label_aliases", "alias_index"),
    "Categories": ("label_categories", "category_index"),
}
DOUBTS = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)

Columns = dict[str, Any]


class LabelDetectionPages:
    """Takes the files of one result in order, and writes their rows as it goes."""

    def __init__(self, key: ResultKey, files: TableFiles, aside: PutAside, limits: Limits) -> None:
        self.key = key
        self.shapes = Shapes(LabelDetectionPage, as_bytes=NAME_LISTS)
        self._names = {member: NameLists() for member in NAME_LISTS}
        self.chain = PageChain(key)
        self.labels = 0
        self.lines = 0
        self._files = files
        self._aside = aside
        self._limits = limits

    def add(self, block: Block) -> None:
        """One page a line. IncompleteResults when a page is no JSON, or its envelope is wrong.

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

    def finish(self) -> None:
        """Write the job's own row, once all pages are in."""
        row = {name: [value] for name, value in self.chain.job_row().items()}
        self._files.add("label_detection_jobs", row)

    def _check_size(self, block: Block, line: Line) -> None:
        excess = self._limits.excess(block.view(line), self._limits.page_values)
        if excess:
            raise ResultsError(
                f"Page {line.number} of {self.key.name}, in {block.file}, is not read: {excess}",
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
        root, reading = self.shapes.root, Reading()
        told = [dict(reading.leaves(root, page)) for page in pages]
        found = list(chain.from_iterable([page.Labels or () for page in pages]))
        index = np.arange(self.labels, self.labels + len(found), dtype=np.int64)
        tables = label_tables(reading, self._names, root.objects["Labels"], found, index)
        if reading.quotes != sum(structural_quotes(block.view(line)) for line in batch):
            raise ValueError("a key is duplicated")
        rows, at = _own_values(tables), 0
        for page, scalars in zip(pages, told, strict=True):
            count = len(page.Labels or ())
            self.chain.add(scalars, fingerprint(rows.slice(at, count)))
            at += count
        self._write(tables, len(found), reading)

    def _slowly(self, block: Block, line: Line) -> None:
        try:
            text = text_of(block.record(line))
            rest, spans = split_object(text, "Labels")
            met = Findings()
            page = typed(rest, self.shapes.root, met)
        except Refused as refused:
            raise IncompleteResults(
                f"Page {line.number} of {self.key.name}, in {block.file}, is damaged: "
                f"{refused.reason}",
                operation=self.key.operation,
                job_id=self.key.job_id,
                file=block.file,
            ) from refused
        labels = self._labels_slowly(block, line, text, spans, met)
        self.chain.add(dict(Reading().leaves(self.shapes.root, page)), labels)
        self.shapes.learn(met.met)

    def _labels_slowly(
        self, block: Block, line: Line, text: str, spans: list[Span], met: Findings
    ) -> bytes | None:
        shape = self.shapes.at("Labels")
        good, index, bad = [], [], []
        at = block.offset + line.start
        for number, ((start, end), (first, _)) in enumerate(
            zip(spans, byte_spans(text, spans), strict=True), self.labels
        ):
            one = Findings()
            try:
                good.append(typed(strict_json(text[start:end]), shape, one))
            except Refused as refused:
                bad.append(text[start:end].encode())
                self._aside.quarantine(
                    block.file, line.number, at + first, refused.reason, bad[-1], number
                )
                continue
            index.append(number)
            met.take(one)
        reading = Reading()
        tables = label_tables(reading, self._names, shape, good, np.array(index, np.int64))
        self._write(tables, len(spans), reading)
        self._aside.unknown_values(met.unknown)
        return fingerprint(_own_values(tables), bad)

    def _write(self, tables: dict[str, Columns], count: int, reading: Reading) -> None:
        for name, columns in tables.items():
            self._files.add(name, columns)
        for path, times, example in reading.unknown:
            self._aside.unknown(path, times, example)
        self.labels += count


def _own_values(tables: dict[str, Columns]) -> pa.RecordBatch:
    """What labels say of themselves, without their place in the result."""
    own = {name: values for name, values in tables["labels"].items() if name != "label_index"}
    return pa.RecordBatch.from_arrays(list(own.values()), list(own))


def label_tables(
    reading: Reading,
    names: dict[str, NameLists],
    shape: Shape,
    found: Sequence[Any],
    index: Positions,
) -> dict[str, Columns]:
    """The columns of every table of labels; `index` is each label's position in the result."""
    label_shape = shape.objects["Label"]
    labels = reading.objects(shape, found, "Label")
    reading.extras(shape, found)
    reading.extras(label_shape, labels)
    tables: dict[str, Columns] = {
        "labels": {
            "label_index": index,
            "timestamp": reading.column(shape, found, "Timestamp", INTEGER),
            "name": reading.column(label_shape, labels, "Name", TEXT),
            "confidence": reading.column(label_shape, labels, "Confidence", REAL),
            "start_timestamp_millis": reading.column(shape, found, "StartTimestampMillis", INTEGER),
            "end_timestamp_millis": reading.column(shape, found, "EndTimestampMillis", INTEGER),
            "duration_millis": reading.column(shape, found, "DurationMillis", INTEGER),
        }
    }
    for member, (table, position) in NAME_LISTS.items():
        lists = values_of(label_shape.base, member)(labels)
        lengths, named = names[member].read(reading, label_shape.objects[member], lists)
        tables[table] = {
            "label_index": np.repeat(index, lengths),
            position: places(lengths),
            "name": named,
        }
    tables |= _instance_tables(reading, label_shape, labels, index)
    return tables


def _instance_tables(
    reading: Reading, label_shape: Shape, labels: Sequence[Any], index: Positions
) -> dict[str, Columns]:
    shape = label_shape.objects["Instances"]
    box_shape = shape.objects["BoundingBox"]
    found, lengths = reading.lists(label_shape, labels, "Instances")
    boxes = reading.objects(shape, found, "BoundingBox")
    reading.extras(shape, found)
    reading.extras(box_shape, boxes)
    columns: Columns = {
        "label_index": np.repeat(index, lengths),
        "instance_index": places(lengths),
        "confidence": reading.column(shape, found, "Confidence", REAL),
    }
    for side in ("Width", "Height", "Left", "Top"):
        columns[f"bounding_box_{side.lower()}"] = reading.column(box_shape, boxes, side, REAL)
    colors, counts = reading.lists(shape, found, "DominantColors")
    return {
        "label_instances": columns,
        "label_instance_dominant_colors": _color_columns(
            reading, shape.objects["DominantColors"], colors, counts, columns
        ),
    }


_COLORS: dict[str, tuple[str, pa.DataType]] = {
    "red": ("Red", INTEGER),
    "blue": ("Blue", INTEGER),
    "green": ("Green", INTEGER),
    "hex_code": ("HexCode", TEXT),
    "css_color": ("CSSColor", TEXT),
    "simplified_color": ("SimplifiedColor", TEXT),
    "pixel_percent": ("PixelPercent", REAL),
}


def _color_columns(
    reading: Reading, shape: Shape, colors: Sequence[Any], counts: Positions, instances: Columns
) -> Columns:
    reading.extras(shape, colors)
    columns: Columns = {
        "label_index": np.repeat(instances["label_index"], counts),
        "instance_index": np.repeat(instances["instance_index"], counts),
        "color_index": places(counts),
    }
    for name, (member, kind) in _COLORS.items():
        columns[name] = reading.column(shape, colors, member, kind)
    return columns


def places(lengths: Positions) -> Positions:
    """0, 1, ... for each list of these lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    counted: Positions = np.arange(total, dtype=np.int64)
    counted -= np.repeat(ends - lengths, lengths)
    return counted
