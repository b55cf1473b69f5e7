"""A result manifest's lines as columns: strict, in one pass, some hundreds at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rekognition_tables.flatten.damaged_labels import OneLine, without_bad_labels
from rekognition_tables.flatten.pages import DOUBTS
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.flatten.table_plan import Columns, compiled, filled
from rekognition_tables.limits import BATCH_BYTES, Limits
from rekognition_tables.operations.arrow_types import TEXT
from rekognition_tables.operations.media_analysis import IMAGE_INDEX, OPERATION, RESULT
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.operations.responses import ManifestLine
from rekognition_tables.parsing.arrow_columns import Reading, checked_quotes, structural_quotes
from rekognition_tables.parsing.lines import Block, Line, Positions
from rekognition_tables.parsing.recognise import kind_of
from rekognition_tables.parsing.shapes import Shape, Shapes
from rekognition_tables.parsing.strict import Findings, Refused, strict_json, text_of, typed
from rekognition_tables.results_root.layout import ResultKey

LINES_PER_BATCH = 1_000  # some 300 KB, so that a batch stays in the processor's cache
PLAN = compiled(OPERATION.tables, IMAGE_INDEX)


class ManifestLines:
    """Takes the parts of one result manifest in order, and writes their rows as it goes.

    `etags`: those under which its images were planned, by source_ref, where they are known.
    """

    def __init__(
        self,
        key: ResultKey,
        files: TableFiles,
        aside: PutAside,
        limits: Limits,
        etags: pa.Table | None = None,
    ) -> None:
        self.key = key
        self.shapes = Shapes(ManifestLine)
        self.lines = 0
        self.records = 0
        self.refused = 0  # of these, lines that are quarantined as a whole
        self._files = files
        self._aside = aside
        self._limits = limits
        self._etags = etags

    def add(self, block: Block) -> None:
        """One image a line. An empty line keeps its number and is nothing else."""
        starts, ends = block.offsets()
        first = 0
        while first < len(starts):
            fitting = int(np.searchsorted(ends, starts[first] + BATCH_BYTES, "right"))
            batch = slice(first, max(first + 1, min(first + LINES_PER_BATCH, fitting)))
            self._batch(block, starts[batch], ends[batch])
            first = batch.stop

    def _batch(self, block: Block, starts: Positions, ends: Positions) -> None:
        try:
            self._fast(block, starts, ends)
        except DOUBTS:
            offsets = zip(starts.tolist(), ends.tolist(), strict=True)
            numbered = [Line(n, *one) for n, one in enumerate(offsets, self.lines + 1)]
            found = [line for line in numbered if block.record(line).strip()]
            self._carefully(block, found)
            self.records += len(found)
        else:
            self.records += len(starts)
        self.lines += len(starts)

    def _fast(self, block: Block, starts: Positions, ends: Positions) -> None:
        """All lines in one decode. ValueError when one of them needs another look."""
        # With fewer bytes it cannot have too many values either.
        if int((ends - starts).max()) > min(self._limits.line_bytes, self._limits.line_values):
            raise ValueError("a line is long")
        signs = np.frombuffer(block.data, np.uint8)
        # Between `}` and `{` no JSON value goes on: so many records in so many lines, one in each.
        if (signs[starts] != ord("{")).any() or (signs[ends - 1] != ord("}")).any():
            raise ValueError("a line is not just an object")
        view = memoryview(block.data)[starts[0] : ends[-1]]
        found = self.shapes.decoder.decode_lines(view)
        if len(found) != len(starts):
            raise ValueError("a line holds more than one object")
        index = np.arange(self.lines, self.lines + len(found))
        reading = Reading()
        tables = image_tables(reading, self.shapes.root, found, index)
        images = tables["moderation_images"]
        if images["source_ref"].null_count:
            raise ValueError("source-ref is missing")
        if images["moderation_model_version"].null_count and any(map(why_no_answer, found)):
            raise ValueError("an image has no answer")
        if tables["moderation_labels"]["name"].null_count:
            raise ValueError("a label has no name")
        if reading.quotes != structural_quotes(view):
            raise ValueError("a key is duplicated")
        self._write(tables, reading)

    def _carefully(self, block: Block, batch: list[Line]) -> None:
        """Each line by itself; what is new in them is learned first, so that it is counted once."""
        again = True
        while again:
            again, met, good, bad = False, Findings(), list[tuple[Line, OneLine]](), []
            for line in batch:
                try:
                    good.append((line, self._one(block, line, met)))
                except Refused as refused:
                    bad.append((line, refused.reason))
                if again := self.shapes.learn(met.met):
                    break
        for line, reason in bad:
            offset = block.offset + line.start
            record = block.record(line)
            self._aside.quarantine(block.file, line.number, offset, reason, record)
        self.refused += len(bad)
        for line, one in good:
            for label in one.bad:
                offset = block.offset + line.start + label.offset
                self._aside.quarantine(
                    block.file, line.number, offset, label.reason, label.record, label.index
                )
        reading = Reading()
        positions = np.array([line.number - 1 for line, _ in good], np.int64)
        kept = np.array([at for _, one in good for at in one.kept], np.int64)
        found = [one.found for _, one in good]
        self._write(image_tables(reading, self.shapes.root, found, positions, kept), reading)
        self._aside.unknown_values(met.unknown)

    def _one(self, block: Block, line: Line, met: Findings) -> OneLine:
        if excess := self._limits.excess(block.view(line), self._limits.line_values):
            raise Refused(excess)
        with suppress(*DOUBTS):
            found = self.shapes.decoder.decode(block.view(line))
            checked_quotes(block.view(line))
            if isinstance(found.source_ref, str) and not why_no_answer(found):
                return OneLine.whole(found)
        text = text_of(block.record(line))
        try:
            return OneLine.whole(self._typed(strict_json(text), met))
        except Refused as refused:
            with suppress(Refused):
                rest = without_bad_labels(text, RESULT, self.shapes.root)
                if rest.bad:
                    return OneLine(self._typed(rest.value, met), rest.kept, rest.bad)
            raise refused

    def _typed(self, value: Any, met: Findings) -> Any:
        one = Findings()
        found = typed(value, self.shapes.root, one)
        if value.get("source-ref") is None:
            raise Refused(f'The line lacks its "source-ref". {_other_kind(value)}'.rstrip())
        if why := why_no_answer(found):
            raise Refused(f"{why} {_other_kind(value)}".rstrip())
        met.take(one)
        return found

    def _write(self, tables: dict[str, Columns], reading: Reading) -> None:
        images = tables["moderation_images"]
        images["source_ref_etag"] = etags_of(images["source_ref"], self._etags)
        for name, columns in tables.items():
            self._files.add(name, columns)
        for path, times, example in reading.unknown:
            self._aside.unknown(path, times, example)


def why_no_answer(line: Any) -> str:
    """Why a line does not say what was found in its image; empty when it does.

    An SDK may write an empty list as null: then the model's version tells an answer.
    """
    answer = line.moderation
    if not answer:
        return f'The image has no answer: "{RESULT}" is missing or null.'
    if not isinstance(answer.ModerationLabels, list) and not answer.ModerationModelVersion:
        return "The image has no answer: neither ModerationLabels nor ModerationModelVersion."
    if any(not isinstance(one.Name, str) for one in answer.ModerationLabels or ()):
        return "A label of the image has no Name."
    return ""


def _other_kind(value: Any) -> str:
    """What a line is that is no result line, where that can be said."""
    kind = kind_of(value)
    return "" if MEDIA_ANALYSIS in kind.could_be else kind.refusal(MEDIA_ANALYSIS)


def image_tables(
    reading: Reading,
    shape: Shape,
    found: Sequence[Any],
    index: Positions,
    labels_at: Positions | None = None,
) -> dict[str, Columns]:
    """The columns of the images' tables; `index` is each line's number minus one.

    `labels_at`: each label's position in its line, where some are left out.
    """
    tables = filled(PLAN, reading, shape, found, index)
    images = tables["moderation_images"]
    images["source_ref_bucket"], images["source_ref_key"] = split_references(images["source_ref"])
    if labels_at is not None:
        tables["moderation_labels"]["label_index"] = labels_at
    return tables


def etags_of(references: pa.Array, planned: pa.Table | None) -> pa.Array:
    """The ETag of each image; NULL where it is not among the planned."""
    if planned is None:
        return pa.nulls(len(references), TEXT)
    known = planned.combine_chunks()
    places = pc.index_in(references, value_set=known["source_ref"].chunk(0))
    return known["etag"].chunk(0).take(places)


# RE2, which knows no URLs: `?`, `#` and `//` are parts of a key.
_REFERENCE = r"(?s)^s3://(?P<bucket>[^/]*)/(?P<key>.*)$"


def split_references(references: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Buckets and keys of `s3://bucket/key`, by hand: keys hold # and ?. NULL for anything else."""
    bucket = _only_bucket(references)
    if bucket is not None:
        keys = pc.utf8_slice_codeunits(references, len(f"s3://{bucket}/"))
        return pa.repeat(pa.scalar(bucket, TEXT), len(references)), keys
    parts = pc.extract_regex(references, _REFERENCE)
    return pc.struct_field(parts, [0]), pc.struct_field(parts, [1])


def _only_bucket(references: pa.Array) -> str | None:
    """The bucket, where all references name the same: most manifests do, and need no pattern."""
    first = references[0].as_py() if len(references) and not references.null_count else ""
    bucket = first[5:].partition("/")[0]
    alike = bucket and pc.all(pc.starts_with(references, f"s3://{bucket}/")).as_py()
    return bucket if alike else None
