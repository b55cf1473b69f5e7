"""Files from anywhere: plain, gzip or zstd; UTF-8, UTF-16 or UTF-32; JSON Lines or documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from upath import UPath

from rekognition_tables.errors import IncompleteResults, shown
from rekognition_tables.limits import PAGE_VALUES, values_in
from rekognition_tables.parsing.encodings import BOM, NotUnicode, as_utf8
from rekognition_tables.parsing.lines import Block, Line
from rekognition_tables.parsing.strict import Refused, byte_spans, text_of, value_spans

CHUNK = 2**20  # bytes read at once
BLOCK = 16 * 2**20  # uncompressed bytes of JSON Lines looked at together
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}  # RFC 1952, RFC 8878
LONGEST = 256 * 2**20  # bytes of a line, or of a text that is no JSON Lines: held in memory
GET_AGAIN = "Get the file again from where it came from."

AnyPath = UPath | Path


def chunks(path: AnyPath) -> Iterator[bytes]:
    """The uncompressed bytes, a megabyte at a time. IncompleteResults: the file is cut or damaged.

    However much a small file unpacks to, no more of it is held than that.
    """
    with path.open("rb") as file:
        start = file.read(max(map(len, MAGIC)))
        file.seek(0)
        kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)
        source = pa.PythonFile(file, mode="r")
        if kind is not None:
            source = pa.CompressedInputStream(source, kind)
        try:
            while data := source.read(CHUNK):
                yield data
        except OSError as error:
            cut = "Truncated" in str(error)
            what = "It is cut short." if cut else f"It does not decompress: {error}."
            raise refused(path, what, advice=GET_AGAIN) from error


def refused(
    path: AnyPath, what: str, line: int = 0, record: bytes = b"", advice: str = ""
) -> IncompleteResults:
    """The error for a file that is not read: where it is wrong, why, and how the record begins."""
    where = f"{path}, line {line}" if line else str(path)
    begins = f" It begins: {shown(record)}" if record else ""
    return IncompleteResults(
        f"{where}: {what}{begins}", file=str(path), line=line or None, advice=advice
    )


def too_long(path: AnyPath, longest: int, record: bytes) -> IncompleteResults:
    return refused(
        path,
        f"{longest:,} bytes without an end of line, which is more than one record has.",
        record=record,
        advice="Write one record a line (jq -c), or raise REKOGNITION_MAX_LINE_BYTES: the limit is "
        "32 times that.",
    )


def line_blocks(path: AnyPath, longest: int = LONGEST) -> Iterator[Block]:
    """The file as UTF-8, in blocks that end at line ends, without a byte order mark.

    IncompleteResults at a line over `longest`, and where the text is no Unicode.
    """
    try:
        for block in _blocks(path, longest):
            if block.offset == 0 and block.data.startswith(BOM):
                block = Block(block.file, block.data[len(BOM) :], len(BOM))
            if block.data:
                yield block
    except NotUnicode as error:
        raise refused(path, f"It is no Unicode: {error}.", error.line, error.record) from None


def _blocks(path: AnyPath, longest: int) -> Iterator[Block]:
    waiting: list[bytes] = []
    size = offset = 0
    for chunk in as_utf8(chunks(path)):
        waiting.append(chunk)
        size += len(chunk)
        if size >= BLOCK and b"\n" in chunk:
            data = b"".join(waiting)
            cut = data.rindex(b"\n") + 1
            yield Block(str(path), data[:cut], offset)
            waiting, size, offset = [data[cut:]], len(data) - cut, offset + cut
        elif size > longest:
            raise too_long(path, longest, waiting[0])
    if size:
        yield Block(str(path), b"".join(waiting), offset)


def page_blocks(path: AnyPath, longest: int = LONGEST) -> Iterator[tuple[Block, list[Line]]]:
    """The records of a file, however it holds them, and where they are.

    A first line that is a whole JSON object makes it JSON Lines; anything else is read as one text
    of documents, or of one array of them, which is held in memory: IncompleteResults over
    `longest` bytes.
    """
    blocks = line_blocks(path, longest)
    for first in blocks:
        if is_lines(first):
            yield from _page_lines(first, blocks)
        else:
            whole = _together(path, chain([first], blocks), longest)
            yield whole, _page_documents(path, whole)


def is_lines(first: Block) -> bool:
    """Whether a file that begins so has one record a line."""
    line = first.data.lstrip().partition(b"\n")[0]
    try:
        return line.startswith(b"{") and bool(msgspec.json.decode(line, type=msgspec.Raw))
    except (msgspec.DecodeError, RecursionError):
        return isinstance(decoded(line), dict)  # NaN, perhaps


def decoded(record: bytes | memoryview) -> Any:
    """The value of a record, NaN or not; NODEFAULT when it is none, UNSET when it is too large."""
    try:
        if values_in(record) > PAGE_VALUES:
            return msgspec.UNSET
        return json.loads(bytes(record))
    except (ValueError, RecursionError):
        return msgspec.NODEFAULT


def _together(path: AnyPath, blocks: Iterator[Block], longest: int) -> Block:
    parts: list[Block] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block.data)
        if size > longest:
            raise too_long(path, longest, parts[0].data)
    return Block(str(path), b"".join(part.data for part in parts), parts[0].offset)


def _page_lines(first: Block, rest: Iterator[Block]) -> Iterator[tuple[Block, list[Line]]]:
    number = 1
    for block in chain([first], rest):
        found = list(block.lines(number))
        number += len(found)
        yield block, [_unmarked(block, line) for line in found if block.record(line).strip()]


def _unmarked(block: Block, line: Line) -> Line:
    """Without the byte order mark of a file that was put behind another one."""
    marked = block.data.startswith(BOM, line.start)
    return Line(line.number, line.start + len(BOM), line.end) if marked else line


def _page_documents(path: AnyPath, whole: Block) -> list[Line]:
    try:
        text = text_of(whole.data)
        spans = byte_spans(text, value_spans(text))
    except Refused as error:
        start = text.rfind("\n", 0, error.at) + 1
        line = text.count("\n", 0, start) + 1
        record = text[start:].partition("\n")[0].encode()
        raise refused(path, error.reason, line, record, GET_AGAIN) from error
    return [Line(number, start, end) for number, (start, end) in enumerate(spans, 1)]
