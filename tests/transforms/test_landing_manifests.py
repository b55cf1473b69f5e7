"""Manifests and documents land byte for byte, and damage to them is named."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.landing import manifest_parts
from rekognition_tables.landing.attempts import Attempt, LandingAttempt, newest_whole_attempt
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout, ResultKey

BULK = ResultKey.of(MEDIA_ANALYSIS, "m")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def begin(layout: Layout) -> LandingAttempt:
    return LandingAttempt.resume_or_begin(layout, BULK)


def whole(layout: Layout) -> Attempt:
    attempt = newest_whole_attempt(layout, BULK)
    assert attempt is not None
    return attempt


def test_documents_are_kept_as_they_came(layout: Layout) -> None:
    attempt = begin(layout)
    attempt.add_document("description.json", b'{\n "Status": "FAILED"}\r\n')
    attempt.succeed(status="FAILED")
    found = whole(layout)
    assert found.document("description.json") == b'{\n "Status": "FAILED"}\r\n'
    assert found.document("summary.json") is None
    assert found.parts == ()


def test_a_manifest_landed_again_after_a_crash_is_the_same(layout: Layout) -> None:
    begin(layout).add_manifest([b"1\n2\n"])
    again = begin(layout)
    assert (again.path.name, again.resumed) == ("00002", False)
    again.add_manifest([b"1\n2\n"])
    again.succeed()
    assert whole(layout).read(whole(layout).parts[0]) == b"1\n2\n"


@st.composite
def chunked(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    """A manifest and the places where the network cut it."""
    line = st.binary(max_size=12).map(lambda text: text.replace(b"\n", b""))
    ends = st.sampled_from([b"\n", b"\r\n"])
    body = b"".join(text + draw(ends) for text in draw(st.lists(line, max_size=8)))
    data = body + draw(line)
    return data, sorted(draw(st.lists(st.integers(0, len(data)), max_size=6)))


@given(chunked(), st.integers(1, 20))
@example((b"", []), 5)
@example((b"a line longer than a part\n" * 3, [1, 9]), 5)
@example((b"12345\n12345\n", [6]), 6)
@example((b"no end", []), 3)
def test_manifest_parts_are_cut_at_line_ends_and_join_to_the_same_bytes(
    manifest: tuple[bytes, list[int]], size: int
) -> None:
    data, cuts = manifest
    places = [0, *cuts, len(data)]
    chunks = [data[a:b] for a, b in pairwise(places)]
    parts, uncut = parts_of(chunks, size), parts_of([data], size)
    assert b"".join(raw for raw, _ in parts) == data
    assert all(raw.endswith(b"\n") for raw, _ in parts[:-1])
    assert all(len(raw) >= size for raw, _ in parts[:-1])
    assert [records for _, records in parts] == [
        raw.count(b"\n") + (not raw.endswith(b"\n")) for raw, _ in parts
    ]
    assert all(b"\n" not in raw[size - 1 : -1] for raw, _ in parts)
    assert parts == uncut


def parts_of(chunks: list[bytes], size: int) -> list[tuple[bytes, int]]:
    """The parts' bytes and record counts, through a landing zone and back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_parts, "MANIFEST_PART_BYTES", size)
        found = [
            (part.data, part.raw_size, part.records) for part in manifest_parts.parts_of(chunks)
        ]
    press = manifest_parts.zstandard.ZstdDecompressor()
    raws = [press.decompress(data, max_output_size=raw_size) for data, raw_size, _ in found]
    assert [len(raw) for raw in raws] == [raw_size for _, raw_size, _ in found]
    return [(raw, records) for raw, (_, _, records) in zip(raws, found, strict=True)]


def test_a_manifest_in_parts_reads_as_one(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_parts, "MANIFEST_PART_BYTES", 10)
    attempt = begin(layout)
    attempt.add_manifest([b"first", b" line\nsecond\n", b"third line\nend"])
    attempt.succeed()
    found = whole(layout)
    assert [(part.name, found.read(part), part.records) for part in found.parts] == [
        ("results-00000.jsonl.zst", b"first line\n", 1),
        ("results-00001.jsonl.zst", b"second\nthird line\n", 2),
        ("results-00002.jsonl.zst", b"end", 1),
    ]


def landed_bulk(layout: Layout) -> Attempt:
    attempt = begin(layout)
    attempt.add_document("description.json", b'{"Status": "SUCCEEDED"}')
    attempt.add_manifest([b'{"source-ref": "s3://b/%d"}\n' % n for n in range(50)])
    return attempt.succeed()


@pytest.mark.parametrize("name", ["results-00000.jsonl.zst", "description.json"])
@pytest.mark.parametrize("where", [0, 0.25, 0.5, 0.75, -1])
@pytest.mark.parametrize("damage", ["cut", "flip", "grow"])
def test_a_file_that_changed_is_named(layout: Layout, name: str, where: float, damage: str) -> None:
    attempt = landed_bulk(layout)
    path = attempt.path / name
    data = bytearray(path.read_bytes())
    at = -1 if where == -1 else int(len(data) * where)
    if damage == "flip":
        data[at] ^= 0x10
    else:
        data[at:] = b"" if damage == "cut" else data[at:] + b"\n"
    path.write_bytes(data)
    file = next(file for file in whole(layout).files if file.name == name)
    with pytest.raises(IncompleteResults, match=f"{name} does not have the checksum") as raised:
        whole(layout).read(file)
    error = raised.value
    assert (error.operation, error.job_id) == ("media_analysis", "m")
    assert (error.attempt, error.file) == ("00001", name)


def test_a_file_that_is_gone_is_named(layout: Layout) -> None:
    attempt = landed_bulk(layout)
    (attempt.path / "description.json").unlink()
    with pytest.raises(IncompleteResults, match=r"m/00001/description\.json is gone"):
        whole(layout).document("description.json")


@pytest.mark.parametrize("stands", [b"", b"{}", b"[]", b'{"landed_at": "today", "files": []}'])
def test_a_damaged_success_file_is_named(layout: Layout, stands: bytes) -> None:
    attempt = landed_bulk(layout)
    (attempt.path / "_SUCCESS.json").write_bytes(stands)
    with pytest.raises(IncompleteResults, match=r"_SUCCESS\.json is damaged") as raised:
        newest_whole_attempt(layout, BULK)
    assert raised.value.file == "_SUCCESS.json"
    (attempt.path / "_ABANDONED.json").write_bytes(b"{}")
    assert newest_whole_attempt(layout, BULK) is None
