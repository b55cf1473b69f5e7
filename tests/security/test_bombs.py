"""Small files that unpack to, or are read as, far more than they are."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard
from bombs import in_a_process_of_its_own
from upath import UPath

from rekognition_results.planning.completions import completion_of
from rekognition_tables.errors import IncompleteResults, ResultsError
from rekognition_tables.flatten.quarantine import OTHER_PATHS, PATHS_AT_MOST
from rekognition_tables.landing import manifest_parts
from rekognition_tables.landing.attempts import SUCCESS, LandingAttempt, newest_whole_attempt
from rekognition_tables.landing.manifest_parts import parts_of
from rekognition_tables.loose import inputs
from rekognition_tables.loose.files import flatten_loose
from rekognition_tables.results_root.layout import Layout, ResultKey

MEGABYTES = 200  # of which the imports take 80; each bomb is 240
MIB = 2**20


def gz(pieces: Iterator[bytes], path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for piece in pieces:
            file.write(piece)


def zst(pieces: Iterator[bytes], path: Path) -> None:
    with zstandard.open(path, "wb") as file:
        for piece in pieces:
            file.write(piece)


def spaces() -> Iterator[bytes]:
    """A line that never ends."""
    yield from [b" " * MIB] * 240


def pages_without_end() -> Iterator[bytes]:
    """One array of pages: a text that is read as a whole."""
    yield b"["
    yield from [b"{},\n" * (MIB // 4)] * 240


def nested() -> Iterator[bytes]:
    yield b'{"Labels":' + b"[" * MIB + b"]" * MIB + b"}\n"


def a_million_keys() -> Iterator[bytes]:
    yield b'{"source-ref":"s3://b/k",'
    yield b",".join(b'"%07d":0' % number for number in range(1_000_000))
    yield b"}\n"


def a_million_keys_the_last_one_twice() -> Iterator[bytes]:
    yield b'{"source-ref":"s3://b/k",'
    yield b",".join(b'"%07d":0' % number for number in range(1_000_000))
    yield b',"0999999":0}\n'


BOMBS: list[tuple[str, Any, Any, str, str]] = [
    ("line.gz", gz, spaces, "media_analysis", "without an end of line"),
    ("line.zst", zst, spaces, "label_detection", "without an end of line"),
    ("array.zst", zst, pages_without_end, "label_detection", "without an end of line"),
]


@pytest.mark.parametrize(
    "name, pack, pieces, operation, sentence", BOMBS, ids=[bomb[0] for bomb in BOMBS]
)
def test_a_bomb_in_a_loose_file_is_refused_in_little_memory(
    name: str,
    pack: Callable[[Iterator[bytes], Path], None],
    pieces: Callable[[], Iterator[bytes]],
    operation: str,
    sentence: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / name
    pack(pieces(), path)
    assert path.stat().st_size < 4 * MIB
    told = in_a_process_of_its_own("loose", path, operation, str(MIB // 2))
    assert sentence in told["told"], told
    assert told["megabytes"] < MEGABYTES, told


def test_a_deeply_nested_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nested.jsonl"
    path.write_bytes(b"".join(nested()))
    with pytest.raises(IncompleteResults, match=r"nested too deeply|recursion"):
        flatten_loose([UPath(path)], "label_detection", UPath(tmp_path / "out"))


@pytest.mark.parametrize("pieces", [a_million_keys, a_million_keys_the_last_one_twice])
def test_a_record_of_a_million_keys_is_put_aside(
    pieces: Callable[[], Iterator[bytes]], tmp_path: Path
) -> None:
    path = tmp_path / "keys.jsonl"
    path.write_bytes(b"".join(pieces()))
    (result,) = flatten_loose(
        [UPath(path)], "media_analysis", UPath(tmp_path / "out"), quarantine_limit=1.0
    )
    assert result.quarantined == 1
    assert result.row_counts["unknown_fields"] == 0


def test_new_members_in_every_record_are_counted_together_at_last(tmp_path: Path) -> None:
    names = iter(range(PATHS_AT_MOST + 3_000))
    records = []
    while some := [name for _, name in zip(range(500), names, strict=False)]:
        answered = {"source-ref": "s3://b/k", "detect-moderation-labels": {"ModerationLabels": []}}
        records.append(answered | {f"m{name}": 1 for name in some})
    path = tmp_path / "new.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    (result,) = flatten_loose([UPath(path)], "media_analysis", UPath(tmp_path / "out"))
    assert result.row_counts["unknown_fields"] == PATHS_AT_MOST + 1
    (table,) = (tmp_path / "out" / "unknown_fields").glob("*.parquet")
    told = {row["path"]: row["count"] for row in pq.read_table(table).to_pylist()}
    assert told[OTHER_PATHS] == 3_000
    assert sum(told.values()) == PATHS_AT_MOST + 3_000


def test_a_landed_part_is_not_unpacked_beyond_what_it_was_landed_with(tmp_path: Path) -> None:
    layout, key = Layout.at(str(tmp_path)), ResultKey.of("media_analysis", "job")
    attempt = LandingAttempt.resume_or_begin(layout, key)
    attempt.add_manifest([b'{"source-ref":"s3://b/k"}\n'])
    attempt.succeed(status="SUCCEEDED")
    bomb = zstandard.ZstdCompressor().compress(bytes(64 * MIB))
    told = json.loads((tmp_path / "raw/media_analysis/job/00001" / SUCCESS).read_text())
    for raw_size in (26, 2**40):
        told["files"][0] |= {
            "sha256": hashlib.sha256(bomb).hexdigest(),
            "size": len(bomb),
            "raw_size": raw_size,
        }
        folder = tmp_path / "raw/media_analysis/job/00001"
        (folder / SUCCESS).write_text(json.dumps(told))
        (folder / told["files"][0]["name"]).write_bytes(bomb)
        landed = newest_whole_attempt(layout, key)
        assert landed is not None
        with pytest.raises(IncompleteResults, match=r"decompress|which no part has"):
            landed.read(landed.parts[0])


def test_a_manifest_line_without_an_end_is_not_landed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_parts, "LINE_BYTES", MIB)
    monkeypatch.setattr(manifest_parts, "MANIFEST_PART_BYTES", MIB)
    with pytest.raises(ResultsError, match="a line of more than"):
        list(parts_of(b" " * MIB for _ in range(1_000_000)))


def test_more_pages_than_a_file_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rekognition_tables.loose.files.PAGES_AT_MOST", 1_000)
    path = tmp_path / "pages.jsonl"
    path.write_bytes(b"{}\n" * 1_001)
    with pytest.raises(IncompleteResults, match="more than 1,000 pages"):
        flatten_loose([UPath(path)], "label_detection", UPath(tmp_path / "out"))


def test_a_deeply_nested_message_is_none_of_ours() -> None:
    with pytest.raises(ValueError, match="no JSON"):
        completion_of("[" * 100_000)
    with pytest.raises(ValueError, match="no JSON"):
        completion_of(json.dumps({"Message": "[" * 100_000}))


def test_the_limit_of_a_text_follows_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(b"[\n" + b" " * 5_000 + b"{}]")
    with pytest.raises(IncompleteResults, match="4,000 bytes without an end of line"):
        list(inputs.page_blocks(path, 4_000))
