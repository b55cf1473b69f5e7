"""Files from anywhere: plain, gzip or zstd; JSON documents, arrays of them, or JSON Lines."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from upath import UPath

from transforms.errors import IncompleteResults
from transforms.lines import Block, Line
from transforms.slow_road import Refused, byte_spans, text_of, value_spans

CHUNK = 2**20  # bytes read at once
BLOCK = 16 * 2**20  # uncompressed bytes of JSON Lines looked at together
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # RFC 1952, RFC 8878


def chunks(path: UPath | Path) -> Iterator[bytes]:
    """The uncompressed bytes. IncompleteResults when the file is cut or damaged."""
    with path.open("rb") as file:
        data = file.read(CHUNK)
        begin = _decompressor(data)
        if begin is None:
            while data:
                yield data
                data = file.read(CHUNK)
            return
        frame = begin()
        try:
            while data:
                yield frame.decompress(data)
                data = frame.unused_data if frame.eof else b""
                data = data or file.read(CHUNK)
                if frame.eof and data:
                    frame = begin()
        except (zlib.error, zstandard.ZstdError) as error:
            raise damaged(path, f"it does not decompress: {error}.") from error
        if not frame.eof:
            raise damaged(path, "it is cut short.")


def _decompressor(start: bytes) -> Callable[[], Any] | None:
    if start.startswith(GZIP):
        return lambda: zlib.decompressobj(wbits=31)  # 31: with gzip's header and checksum
    if start.startswith(ZSTD):
        return lambda: zstandard.ZstdDecompressor().decompressobj()
    return None


def damaged(path: UPath | Path, what: str) -> IncompleteResults:
    return IncompleteResults(
        f"{path}: {what}", file=str(path), advice="Get the file again from where it came from."
    )


def line_blocks(path: UPath | Path) -> Iterator[Block]:
    """The file in blocks that end at line ends."""
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
    if size:
        yield Block(str(path), b"".join(waiting), offset)


def page_blocks(path: UPath | Path) -> Iterator[tuple[Block, list[Line]]]:
    """The pages of a file, whichever way it holds them, and where they stand.

    A first line that is a whole JSON object makes it JSON Lines; anything else is read as one text
    of documents, or of one array of them.
    """
    blocks = line_blocks(path)
    for first in blocks:
        if _is_json_object(first.data.lstrip().partition(b"\n")[0]):
            yield from _page_lines(first, blocks)
        else:
            data = b"".join([first.data, *(block.data for block in blocks)])
            whole = Block(str(path), data)
            yield whole, _page_documents(path, whole)


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
