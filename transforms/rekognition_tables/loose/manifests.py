"""Saved result manifests, and the manifest summaries beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from msgspec import UNSET

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.loose.inputs import AnyPath, decoded, line_blocks, refused
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.parsing.not_json import LINES
from rekognition_tables.parsing.recognise import RESULT_LINES, kind_of
from rekognition_tables.parsing.strict import Refused, strict_json, text_of

DATA = {".json", ".jsonl", ".ndjson", ".manifest", ".txt", ".gz", ".zst"}
NOT_A_NAME = re.compile(r"results?|manifest|summary|output|json(l|lines)?|ndjson|gz|zst|[^a-z0-9]")


def survey(path: AnyPath, longest: int) -> None:
    """Look for a line with a result; read to its end, so that no byte of it is no Unicode.

    IncompleteResults names the first line when no line is a result, and the file is something else.
    """
    first: tuple[int, bytes] | None = None
    number, whole = 1, False
    for block in line_blocks(path, longest):
        for line in [] if whole else block.lines(number):
            number = line.number + 1
            record = block.record(line)
            if not record.strip():
                continue
            first = first or (line.number, record)
            value = decoded(record)  # a line that is too large is quarantined as one
            if whole := value is UNSET or MEDIA_ANALYSIS in kind_of(value).could_be:
                break
    if first is None:
        raise refused(path, "It is empty: it holds no line.")
    if not whole:
        raise refused(path, _what_it_is(path, first[1], longest), *first)


def _what_it_is(path: AnyPath, record: bytes, longest: int) -> str:
    """Why a file has no line of a result manifest, by its first record."""
    value = decoded(record)
    if isinstance(value, dict):
        return kind_of(value).refusal(MEDIA_ANALYSIS)
    text = b"".join(block.data for block in line_blocks(path, longest))
    value = decoded(text)
    if isinstance(value, list):
        held = kind_of(value[0]).said if value else "nothing"
        return f"It is a JSON array (of {held}), not JSON Lines: `jq -c '.[]' FILE > NEW`."
    if isinstance(value, dict):
        kind = kind_of(value)
        if MEDIA_ANALYSIS in kind.could_be:
            return f"It is {RESULT_LINES} in pretty-printed JSON. {LINES}"
        return kind.refusal(MEDIA_ANALYSIS)
    try:
        strict_json(text_of(record))
    except Refused as error:
        return f"{error.reason} It is not {RESULT_LINES}."
    return f"It is not {RESULT_LINES}."


def is_summary(path: AnyPath, longest: int) -> bool:
    return kind_of(decoded(text_of_summary(path, longest))).summary


def text_of_summary(path: AnyPath, longest: int) -> bytes:
    return b"".join(block.data for block in line_blocks(path, longest))


def summary_of(
    manifest: AnyPath, manifests: Sequence[AnyPath], summaries: Sequence[AnyPath]
) -> AnyPath | None:
    """The summary that belongs to a manifest: the only one beside the only one, or by its name."""
    beside = [path for path in summaries if path.parent == manifest.parent]
    others = [path for path in manifests if path.parent == manifest.parent]
    named = [path for path in beside if own_name(path) == own_name(manifest)]
    if len(named) == 1:
        return named[0]
    return beside[0] if len(beside) == len(others) == 1 else None


def beside(manifest: AnyPath, longest: int) -> list[AnyPath]:
    """Summaries in the folder of a manifest that was given by itself, without doubt its own."""
    folder = [
        path
        for path in manifest.parent.iterdir()
        if path.suffix in DATA and path.name != manifest.name and path.is_file()
    ]
    summaries = [path for path in folder if "summary" in path.name.lower()]
    alone = len(folder) == len(summaries) == 1
    own = [path for path in summaries if alone or own_name(path) == own_name(manifest)]
    with suppress(IncompleteResults):  # a file that nobody gave is not refused either
        return [path for path in own if is_summary(path, longest)]
    return []


def own_name(path: AnyPath) -> str:
    """What is left of a file's name without the words that all of them have."""
    return NOT_A_NAME.sub("", PurePosixPath(path.name.lower()).name)
