"""A result manifest's lines as columns: strict, in one pass, some hundreds at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.label_detection import DOUBTS, Columns, Positions, places
from transforms.layout import ResultKey
from transforms.lines import Block, Line
from transforms.parquet import TableFiles
from transforms.put_aside import PutAside
from transforms.reading import Reading, structural_quotes
from transforms.responses import ManifestLine
from transforms.shapes import Shape, Shapes
from transforms.slow_road import Findings, Refused, strict_json, text_of, typed
from transforms.tables.columns import INTEGER, REAL, TEXT

LINES_PER_BATCH = 1_000
RESULT = "detect-moderation-labels"


class ManifestLines:
    """Takes the parts of one result manifest in order, and writes their rows as it goes."""

    def __init__(
        self, key: ResultKey, files: TableFiles, aside: PutAside, max_line_bytes: int
    ) -> None:
        self.key = key
        self.shapes = Shapes(ManifestLine)
        self.lines = 0
        self.records = 0
        self._files = files
        self._aside = aside
        self._max_line_bytes = max_line_bytes

    def add(self, block: Block) -> None:
        """One image a line. An empty line keeps its number and is nothing else."""
        found = list(block.lines(self.lines + 1))
        self.lines += len(found)
        for start in range(0, len(found), LINES_PER_BATCH):
            self._batch(block, found[start : start + LINES_PER_BATCH])

    def _batch(self, block: Block, batch: list[Line]) -> None:
        kept = []
        for line in batch:
            if not block.record(line).strip():
                continue
            self.records += 1
            if line.end - line.start > self._max_line_bytes:
                reason = (
                    f"A line of {line.end - line.start} bytes is over the limit of "
                    f"{self._max_line_bytes}."
                )
                self._quarantine(block, line, reason)
            else:
                kept.append(line)
        if kept:
            self._read(block, kept)

    def _quarantine(self, block: Block, line: Line, reason: str) -> None:
        offset = block.offset + line.start
        self._aside.quarantine(block.file, line.number, offset, reason, block.record(line))

    def _read(self, block: Block, kept: list[Line]) -> None:
        try:
            self._fast(block, kept)
        except DOUBTS:
            if len(kept) > 1:
                for line in kept:
                    self._read(block, [line])
            else:
                self._slowly(block, kept[0])

    def _fast(self, block: Block, kept: list[Line]) -> None:
        decode = self.shapes.decoder.decode
        found = [decode(block.view(line)) for line in kept]
        index = np.fromiter((line.number - 1 for line in kept), np.int64, len(kept))
        reading = Reading()
        tables = image_tables(reading, self.shapes.root, found, index)
        if tables["moderation_images"]["source_ref"].null_count:
            raise ValueError("source-ref is missing")
        if reading.quotes != sum(structural_quotes(block.view(line)) for line in kept):
            raise ValueError("a key is duplicated")
        self._write(tables, reading)

    def _slowly(self, block: Block, line: Line) -> None:
        met = Findings()
        try:
            value = strict_json(text_of(block.record(line)))
            found = typed(value, self.shapes.root, met)
            if value.get("source-ref") is None:
                raise Refused('The line lacks its "source-ref".')
        except Refused as refused:
            self._quarantine(block, line, refused.reason)
            return
        reading = Reading()
        index = np.array([line.number - 1], np.int64)
        self._write(image_tables(reading, self.shapes.root, [found], index), reading)
        self._aside.unknown_values(met.unknown)
        self.shapes.learn(met.met)

    def _write(self, tables: dict[str, Columns], reading: Reading) -> None:
        for name, columns in tables.items():
            self._files.add(name, columns)
        for path, times, example in reading.unknown:
            self._aside.unknown(path, times, example)


def image_tables(
    reading: Reading, shape: Shape, found: Sequence[Any], index: Positions
) -> dict[str, Columns]:
    """The columns of the images' tables; `index` is each line's number minus one."""
    moderation = shape.objects[RESULT]
    answers = reading.objects(shape, found, "moderation")
    reading.extras(shape, found)
    reading.extras(moderation, answers)
    source_ref = reading.column(shape, found, "source_ref", TEXT)
    buckets, keys = split_references(source_ref.to_pylist())
    images: Columns = {
        "image_index": index,
        "source_ref": source_ref,
        "source_ref_bucket": buckets,
        "source_ref_key": keys,
        "moderation_model_version": reading.column(
            moderation, answers, "ModerationModelVersion", TEXT
        ),
        "project_version": reading.column(moderation, answers, "ProjectVersion", TEXT),
    }
    return {
        "moderation_images": images,
        "moderation_labels": _list_columns(
            reading, moderation, answers, index, "ModerationLabels", "label_index", _LABELS
        ),
        "moderation_content_types": _list_columns(
            reading, moderation, answers, index, "ContentTypes", "content_type_index", _TYPES
        ),
    }


_TYPES = {"name": ("Name", TEXT), "confidence": ("Confidence", REAL)}
_LABELS = {
    **_TYPES,
    "parent_name": ("ParentName", TEXT),
    "taxonomy_level": ("TaxonomyLevel", INTEGER),
}


def _list_columns(
    reading: Reading,
    parent: Shape,
    answers: Sequence[Any],
    index: Positions,
    member: str,
    position: str,
    members: dict[str, tuple[str, pa.DataType]],
) -> Columns:
    shape = parent.objects[member]
    found, lengths = reading.lists(parent, answers, member)
    reading.extras(shape, found)
    columns: Columns = {"image_index": np.repeat(index, lengths), position: places(lengths)}
    for name, (attribute, kind) in members.items():
        columns[name] = reading.column(shape, found, attribute, kind)
    return columns


def split_references(
    references: Sequence[str | None],
) -> tuple[list[str | None], list[str | None]]:
    """Buckets and keys of `s3://bucket/key`, by hand: keys hold # and ?. NULL for anything else."""
    buckets: list[str | None] = []
    keys: list[str | None] = []
    for reference in references:
        bucket, slash, key = (reference or "")[5:].partition("/")
        good = bool(slash and reference and reference.startswith("s3://"))
        buckets.append(bucket if good else None)
        keys.append(key if good else None)
    return buckets, keys
