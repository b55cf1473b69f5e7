"""Files from anywhere: plain, gzip or zstd; JSON documents, arrays of them, or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import msgspec
import pyarrow as pa
from upath import UPath

from transforms.errors import IncompleteResults
from transforms.lines import Block, Line
from transforms.slow_road import Refused, byte_spans, text_of, value_spans

CHUNK = 2**20  # bytes read at once
BLOCK = 16 * 2**20  # uncompressed bytes of JSON Lines looked at together
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}  # RFC 1952, RFC 8878
LONGEST = 256 * 2**20  # bytes of a line, or of a text that is no JSON Lines: held in memory


def chunks(path: UPath | Path) -> Iterator[bytes]:
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
            what = "it is cut short." if cut else f"it does not decompress: {error}."
            raise damaged(path, what) from error


def damaged(path: UPath | Path, what: str) -> IncompleteResults:
    return IncompleteResults(
        f"{path}: {what}", file=str(path), advice="Get the file again from where it came from."
    )


def too_long(path: UPath | Path, longest: int) -> IncompleteResults:
    return IncompleteResults(
        f"{path}: {longest:,} bytes without an end of line, which is more than one record has.",
        file=str(path),
        advice="Write one record a line (jq -c), or raise REKOGNITION_MAX_LINE_BYTES: the limit is "
        "32 times that.",
    )


def line_blocks(path: UPath | Path, longest: int = LONGEST) -> Iterator[Block]:
    """The file in blocks that end at line ends. IncompleteResults at a line over `longest`."""
    waiting: list[bytes] = []
    size = offset = 0
    for chunk in chunks(path):
        waiting.append(chunk)
        size += len(chunk)
        if size >= BLOCK and b"\n" in chunk:
            data = b"".join(waiting)
            cut = data.rindex(b"\n") + 1
            yield Block(str(path), data[:cut], offset)
            waiting, size, offset = [data[cut:]], len(data) - cut, offset + cut
        elif size > longest:
            raise too_long(path, longest)
    if size:
        yield Block(str(path), b"".join(waiting), offset)


def page_blocks(path: UPath | Path, longest: int = LONGEST) -> Iterator[tuple[Block, list[Line]]]:
    """The pages of a file, whichever way it holds them, and where they stand.

    A first line that is a whole JSON object makes it JSON Lines; anything else is read as one text
    of documents, or of one array of them, which is held in memory: IncompleteResults over
    `longest` bytes.
    """
    blocks = line_blocks(path, longest)
    for first in blocks:
        if _is_json_object(first.data.lstrip().partition(b"\n")[0]):
            yield from _page_lines(first, blocks)
        else:
            whole = Block(str(path), _together(path, chain([first], blocks), longest))
            yield whole, _page_documents(path, whole)


def _together(path: UPath | Path, blocks: Iterator[Block], longest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block.data)
        size += len(block.data)
        if size > longest:
            raise too_long(path, longest)
    return b"".join(parts)


def _page_lines(first: Block, rest: Iterator[Block]) -> Iterator[tuple[Block, list[Line]]]:
    number = 1
    for block in chain([first], rest):
        found = list(block.lines(number))
        number += len(found)
        yield block, [line for line in found if block.record(line).strip()]


def _is_json_object(line: bytes) -> bool:
    try:
        return line.startswith(b"{") and bool(msgspec.json.decode(line, type=msgspec.Raw))
    except (msgspec.DecodeError, RecursionError):
        return False


def _page_documents(path: UPath | Path, whole: Block) -> list[Line]:
    try:
        text = text_of(whole.data)
        spans = byte_spans(text, value_spans(text))
    except Refused as refused:
        raise damaged(path, refused.reason) from refused
    return [Line(number, start, end) for number, (start, end) in enumerate(spans, 1)]
