"""The fast road and the slow road agree on every input: nothing bad slips through the fast one.

The slow road finds each fault by name, in plain Python. So it is the oracle: good records with
bytes changed at random must give the same rows, reasons and errors whichever road is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landed import IMAGES, JOB, encoded, image, label, page

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.flatten.manifests import ManifestLines
from rekognition_tables.flatten.pages import ResultPages
from rekognition_tables.flatten.quarantine import PutAside
from rekognition_tables.limits import Limits
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.parsing.lines import Block
from rekognition_tables.results_root.layout import ResultKey

TOKENS = [
    b'"',
    b"\\",
    b'\\"',
    b"\\u0022",
    b"\\ud800",
    b"\xff",
    b"\x00",
    b" ",
    b"\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b",",
    b":",
    b"null",
    b"true",
    b"NaN",
    b"-Infinity",
    b"0",
    b"-0.0",
    b"12.5",
    b"1e999",
    b"9223372036854775808",
    b'"Name":',
    b'"Name":"x",',
    b'"a":2,',
    b'"New":{"a":1,"a":2},',
    b'"New":[1.5,"x\\""],',
    b'"Confidence":null,',
    b'"source-ref":"s3://b/k",',
    b'"Labels":[],',
    b'"ModerationLabels":[],',
]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(TOKENS)), max_size=4
)
MODERATION = {"Name": "Vé", "ParentName": "", "Confidence": 97.5, "TaxonomyLevel": 1}
BOX = {"BoundingBox": {"Width": 0.5, "Left": 1}, "DominantColors": [{"Red": 7, "HexCode": "#0"}]}


def changed(record: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Each change puts a token in the place of some bytes, or where a member or element begins."""
    for where, length, token in changes:
        begins = [n + 1 for n, sign in enumerate(record) if sign in b"{[,:"]
        places = begins if begins and length % 2 else range(len(record) + 1)
        at = places[int(where * (len(places) - 1))]
        length = 0 if length % 2 else length
        record = record[:at] + token + record[at + length :]
    return record


class Rows:
    """Takes columns as table files do, and keeps them as rows."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Any]] = defaultdict(list)

    def add(self, table: str, columns: dict[str, Any]) -> None:
        lists = [
            getattr(column, "to_pylist", getattr(column, "tolist", lambda column=column: column))()
            for column in columns.values()
        ]
        self.tables[table] += zip(*lists, strict=True)

    def rows(self, table: str) -> int:
        return len(self.tables[table])


def read(reader: Any, key: Any, blocks: list[bytes]) -> Any:
    """All rows of a reader, or its error."""
    rows: Any = Rows()
    limits = Limits()
    aside = PutAside(rows, key, limits)
    try:
        lines = reader(key, rows, aside, limits)
        for block in blocks:
            lines.add(Block("file", block))
    except IncompleteResults as error:
        return str(error)
    aside.finish()
    # Compared as text, since only so -0.0 is not 0.0; a table without rows may be named or not.
    return {name: repr(found) for name, found in rows.tables.items() if found}


@contextmanager
def slow_lines() -> Iterator[None]:
    """Neither a whole batch nor one line of a manifest passes as it is."""

    def doubted(data: bytes | memoryview) -> int:
        raise ValueError

    with (
        patch("rekognition_tables.flatten.manifests.structural_quotes", doubted),
        patch("rekognition_tables.flatten.manifests.checked_quotes", doubted),
    ):
        yield


@settings(max_examples=300, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_manifest_lines_are_read_alike_on_both_roads(changes: list[Any]) -> None:
    good = encoded(
        image(MODERATION, MODERATION, ContentTypes=[{"Name": "A", "Confidence": 1}], New={"a": 1})
    )
    manifest = b"\n".join(changed(good, one) for one in changes)
    fast = read(ManifestLines, IMAGES, [good, manifest, good])
    with slow_lines():
        slow = read(ManifestLines, IMAGES, [good, manifest, good])
    assert fast == slow


def label_page() -> bytes:
    named = [{"Name": "Vehicle"}, {"Name": "Té", "New": {"a": 1}}]
    car = label("Car", Instances=[BOX], Parents=named, Aliases=[], Categories=named)
    return encoded(page([car, label("Bus"), {**car, "DurationMillis": 5}]))


def moderation_page() -> bytes:
    types = [{"Name": "Té", "New": {"a": 1}, "Confidence": 1}]
    one = {"Timestamp": 0, "ModerationLabel": MODERATION, "ContentTypes": types}
    return encoded({**page(), "ModerationLabels": [one, {**one, "DurationMillis": 5}]})


GOOD = {"label_detection": label_page(), "content_moderation": moderation_page()}


@pytest.mark.parametrize("operation", VIDEO_OPERATIONS)
@settings(max_examples=200, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_pages_are_read_alike_on_both_roads(operation: Operation, changes: list[Any]) -> None:
    good, key = GOOD[operation], ResultKey.of(operation, JOB)
    pages = [good, *(changed(good, one).replace(b"\n", b" ") for one in changes), good]
    fast = read(ResultPages, key, [b"\n".join(pages)])
    with patch("rekognition_tables.flatten.pages.structural_quotes", lambda data: -1):
        slow = read(ResultPages, key, [b"\n".join(pages)])
    assert fast == slow
