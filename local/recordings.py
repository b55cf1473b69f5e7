"""A folder of recorded responses as the local Amazon serves them: one file a video or an image.

What people saved is read in any form that `flatten` reads. What is not used is named, with why.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from rekognition_emulator.storage.recordings import parse
from rekognition_emulator.videos import registry
from rekognition_emulator.videos.recorded import pages
from rekognition_tables.errors import IncompleteResults, ResultsError
from rekognition_tables.loose.inputs import decoded, page_blocks
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.parsing.recognise import Kind, kind_of

IMAGE = "DetectModerationLabels"
EMULATED = {one.get: one for one in registry.OPERATIONS}
NAMES = {IMAGE: "detect_moderation_labels"}
NAMES |= {spec.get: f"get_{name}" for name, spec in VIDEO_OPERATIONS.items()}


def prepared(recordings: Path, folder: Path) -> dict[str, str]:
    """Fill `folder` with what of `recordings` can be served. The other files' names, and why."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unused: dict[str, str] = {}
    for path in sorted(one for one in recordings.iterdir() if one.is_file()):
        try:
            answer, document = _document(path)
        except ResultsError as error:
            unused[path.name] = error.message.removeprefix(f"{path}: ")
            continue
        stem = path.stem if path.name.startswith(NAMES[answer]) else f"{NAMES[answer]}-{path.stem}"
        (folder / f"{stem}.json").write_bytes(document)
    return unused


def _document(path: Path) -> tuple[str, bytes]:
    """What a file records, and its pages as one. ResultsError: it is nothing that can be served."""
    records = [block.record(line) for block, lines in page_blocks(path) for line in lines]
    if not records:
        raise IncompleteResults(f"{path}: It is empty.")
    kinds = [kind_of(decoded(record)) for record in records]
    for kind in kinds:
        if kind.answer not in NAMES:
            raise IncompleteResults(f"{path}: It is {kind.said}, which is not served.")
    if len({kind.answer for kind in kinds}) > 1 or (kinds[0].answer == IMAGE and len(kinds) > 1):
        raise IncompleteResults(f"{path}: It holds several answers: one a file is served.")
    try:
        return kinds[0].answer, _served(kinds[0], records)
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        raise IncompleteResults(f"{path}: It cannot be served: {error}.") from error


def _served(kind: Kind, records: list[bytes]) -> bytes:
    """One document, each element and member word for word. ValueError for what no job answers."""
    found = [msgspec.json.decode(record, type=dict[str, msgspec.Raw]) for record in records]
    document = records[0]
    if kind.answer != IMAGE:
        operation = EMULATED[kind.answer]
        _check_one_finished_job(found)
        if len(found) > 1:
            document = _together(found, operation.elements)
        pages(operation, parse(document), operation.order({}))
    return document


def _check_one_finished_job(found: list[dict[str, msgspec.Raw]]) -> None:
    statuses = {_value(page, "JobStatus") for page in found}
    if statuses != {"SUCCEEDED"}:
        raise ValueError(f"its job is {' and '.join(sorted(map(str, statuses)))}")
    if len({_value(page, "JobId") for page in found}) > 1:
        raise ValueError("its pages are of several jobs")


def _together(found: list[dict[str, msgspec.Raw]], name: str) -> bytes:
    elements = [
        bytes(element)
        for page in found
        for element in msgspec.json.decode(page.get(name, b"[]"), type=list[msgspec.Raw])
    ]
    whole = {**found[0], name: msgspec.Raw(b"[" + b",".join(elements) + b"]")}
    whole.pop("NextToken", None)
    return msgspec.json.encode(whole)


def _value(page: dict[str, msgspec.Raw], name: str) -> Any:
    return msgspec.json.decode(page.get(name, b"null"))
