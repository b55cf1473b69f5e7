"""Which files were meant, and of which operation each is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upath import UPath

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.loose.inputs import (
    AnyPath,
    decoded,
    is_lines,
    line_blocks,
    page_blocks,
    refused,
)
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.parsing.lines import Block
from rekognition_tables.parsing.recognise import Kind, kind_of

PATTERN = re.compile(r"[*?\[]")


def files_of(paths: Sequence[AnyPath | str], out: UPath) -> list[AnyPath]:
    """The files that paths, folders and globs name, in their order.

    Of a folder all files at any depth but hidden ones, and our tables where that is `out`.
    ValueError when there is none.
    """
    found: list[AnyPath] = []
    for given in paths:
        path = UPath(given)
        inside = [one for one in _named(path) if not _is_table(one, out)]
        if not inside:
            what = "a folder without files" if path.is_dir() else "no file"
            raise ValueError(f"{path} is {what}: name files, folders or globs.")
        found += inside
    return found


def _named(path: UPath) -> list[AnyPath]:
    if path.is_file():
        return [path]
    if path.is_dir():
        inside = sorted(path.rglob("*"), key=str)
        return [one for one in inside if one.is_file() and not _is_hidden(one, path)]
    parts = path.parts
    at = next((n for n, part in enumerate(parts) if PATTERN.search(part)), None)
    if at is None:
        return []
    folder = UPath(*parts[:at]) if at else UPath(".")
    matches = sorted(folder.glob("/".join(parts[at:])), key=str)
    return [one for match in matches for one in _named(match)]


def _is_hidden(path: AnyPath, folder: AnyPath) -> bool:
    return any(part.startswith(".") for part in path.parts[len(folder.parts) :])


def _is_table(path: AnyPath, out: UPath) -> bool:
    folder = UPath(path.parent)
    ours = path.suffix == ".parquet" and folder.name in TABLES
    return ours and folder.parent.absolute() == out.absolute()


def kind_of_file(path: AnyPath, longest: int) -> Kind:
    """What a file's records are. IncompleteResults, by what the first is, when none is ours."""
    blocks = line_blocks(path, longest)
    first = next(blocks, None)
    if first is None or not first.data.strip():
        raise refused(path, "It is empty.")
    if is_lines(first):
        return _recognised(path, _lines(first))
    try:
        block, records = next(iter(page_blocks(path, longest)))
    except IncompleteResults:
        # One bad line of many is not what the file is.
        for _, record in _lines(first):
            if (kind := kind_of(decoded(record))).operation:
                return kind
        raise
    return _recognised(path, ((line.number, block.record(line)) for line in records))


def _lines(block: Block) -> Iterator[tuple[int, bytes]]:
    for line in block.lines(1):
        if (record := block.record(line)).strip():
            yield line.number, record


def _recognised(path: AnyPath, records: Iterator[tuple[int, bytes]]) -> Kind:
    first: tuple[int, bytes, Kind] | None = None
    for number, record in records:
        kind = kind_of(decoded(record))
        if kind.operation or kind.summary:
            return kind
        first = first or (number, record, kind)
    if first is None:
        raise refused(path, "It is empty.")
    number, record, kind = first
    raise refused(path, kind.refusal(None), number, record)
