"""Files from anywhere: every form they come in, and what they lack said aloud."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard
from landed import encoded, image, label, page

from rekognition_tables.errors import IncompleteResults, QuarantineLimit
from rekognition_tables.loose import inputs
from rekognition_tables.loose.files import LOOKS_MERGED, UNCHECKED_PAGES, LooseResult, flatten_loose

FIRST = page([label("A"), label("é")], NextToken="1")
LAST = page([label("C")])
LINES = encoded(FIRST) + b"\n" + encoded(LAST) + b"\n"


def plain(data: bytes) -> bytes:
    return data


def two_frames(data: bytes) -> bytes:
    return zstandard.compress(data[:50]) + zstandard.compress(data[50:])


def two_members(data: bytes) -> bytes:
    return gzip.compress(data[:50]) + gzip.compress(data[50:])


def names(out: Path, result: str = "job-1") -> list[str]:
    found: list[str] = pq.read_table(out / "labels" / f"{result}.parquet")["name"].to_pylist()
    return found


def flattened(data: bytes, folder: Path, **options: Any) -> list[LooseResult]:
    path = folder / "given"
    path.write_bytes(data)
    return flatten_loose([path], "label_detection", folder / "out", **options)


def test_a_page_that_was_saved_twice_is_said(tmp_path: Path) -> None:
    again = {**FIRST, "NextToken": "2"}
    data = b"\n".join(map(encoded, (FIRST, again, LAST)))
    (found,) = flattened(data, tmp_path)
    assert found.reason is not None
    assert "given, page 2 repeats given, page 1: it is counted once." in found.reason
    assert (found.reconciled, names(tmp_path / "out")) == (False, ["A", "é", "C"])


@pytest.mark.parametrize("other", [b"{}", b'{"JobId": "m", "Status": "SUCCEEDED"}'])
def test_what_is_no_page_is_refused(tmp_path: Path, other: bytes) -> None:
    with pytest.raises(IncompleteResults, match=r"given, line 1: It is .*, not GetLabelDetection"):
        flattened(other, tmp_path)


def test_a_manifest_that_is_given_twice_is_written_once(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_bytes(encoded(image()))
    with pytest.raises(IncompleteResults, match=r"b: It holds the same as .*a, which is written"):
        flatten_loose(paths, "media_analysis", tmp_path / "out")
    assert len(list((tmp_path / "out" / "moderation_images").iterdir())) == 1


@pytest.mark.parametrize("name", ["gone.json", "no*.json", "folder"])
def test_a_path_without_a_file_is_refused_before_anything_is_read(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.json").write_bytes(LINES)
    with pytest.raises(ValueError, match="name files, folders or globs"):
        flatten_loose([tmp_path / "a.json", tmp_path / name], None, tmp_path / "out")
    assert not (tmp_path / "out").exists()


FORMS = {
    "lines": LINES,
    "lines without a break at the end": LINES[:-1],
    "lines with empty ones": b"\n" + LINES.replace(b"\n", b"\n\n \n"),
    "array": b" [" + encoded(FIRST) + b",\n" + encoded(LAST) + b"]\n",
    "documents": b"\n".join(json.dumps(one, indent=4).encode() for one in (FIRST, LAST)),
    "array over many lines": json.dumps([FIRST, LAST], indent=1, ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("compress", [plain, gzip.compress, zstandard.compress])
def test_pages_are_read_in_every_form(
    tmp_path: Path, form: bytes, compress: Callable[[bytes], bytes]
) -> None:
    (result,) = flattened(compress(form), tmp_path)
    assert (result.reconciled, result.reason, result.quarantined) == (None, UNCHECKED_PAGES, 0)
    assert result.key.name == "job-1"
    assert (result.row_counts["labels"], names(tmp_path / "out")) == (3, ["A", "é", "C"])


@pytest.mark.parametrize("compress", [two_frames, two_members])
def test_files_put_together_are_read_to_their_end(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    flattened(compress(LINES), tmp_path)
    assert names(tmp_path / "out") == ["A", "é", "C"]


def test_a_file_is_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "CHUNK", 50)
    monkeypatch.setattr(inputs, "BLOCK", 100)
    pages = [page([label(f"L{n}"), None], NextToken=str(n)) for n in range(9)]
    data = b"\n".join(map(encoded, [*pages, LAST]))
    (result,) = flattened(data, tmp_path)
    assert names(tmp_path / "out") == [*(f"L{n}" for n in range(9)), "C"]
    assert result.quarantined == 9
    quarantined = pq.read_table(tmp_path / "out/quarantined_records/job-1.parquet").to_pylist()
    offsets = [row["byte_offset"] for row in quarantined]
    assert [data[offset : offset + 4] for offset in offsets] == [b"null"] * 9
    assert [row["line_number"] for row in quarantined] == list(range(1, 10))


def test_a_manifest_is_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "CHUNK", 64)
    monkeypatch.setattr(inputs, "BLOCK", 256)
    lines = [encoded(image(ref=f"s3://b/{n}")) for n in range(50)]
    lines[20] = b"{"
    path = tmp_path / "results.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    told: list[tuple[int, int]] = []
    (result,) = flatten_loose(
        [path],
        "media_analysis",
        tmp_path / "out",
        job_id="m",
        progress=lambda records, size: told.append((records, size)),
    )
    assert (result.row_counts["moderation_images"], result.quarantined) == (49, 1)
    (bad,) = pq.read_table(tmp_path / "out/quarantined_records/m.parquet").to_pylist()
    offset = sum(len(line) + 1 for line in lines[:20])
    assert (bad["line_number"], bad["byte_offset"]) == (21, offset)
    assert told[-1] == (50, sum(len(line) + 1 for line in lines) - 1)
    assert told == sorted(told)
    assert len(told) > 1


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_cut_file_is_an_error(
    tmp_path: Path, compress: Callable[[bytes], bytes], cut: int
) -> None:
    with pytest.raises(IncompleteResults, match="cut short"):
        flattened(compress(LINES)[:-cut], tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "data", [LINES[:-9], encoded(FIRST)[:-1], b"", b"[]", b"\n", b"[" + LINES + b"]", b"5", b"x"]
)
def test_what_holds_no_whole_page_is_an_error(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(IncompleteResults, match=r"given(, line \d)?: "):
        flattened(data, tmp_path)


def test_compressed_bytes_that_changed_are_an_error(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(LINES))
    data[len(data) // 2] ^= 255
    with pytest.raises(IncompleteResults, match=r"does not decompress|cut short"):
        flattened(bytes(data), tmp_path)


def test_pages_that_are_no_whole_result_are_written_with_the_reason(tmp_path: Path) -> None:
    (result,) = flattened(encoded(FIRST), tmp_path)
    reason = f"{LOOKS_MERGED} {UNCHECKED_PAGES}"
    assert (result.complete, result.reason) == (False, reason)
    assert names(tmp_path / "out") == ["A", "é"]
    (ledger,) = pq.read_table(tmp_path / "out/loads/job-1.parquet").to_pylist()
    assert (ledger["reconciled"], ledger["reason"]) == (False, reason)
    assert dict(ledger["row_counts"]) == result.row_counts


def test_the_job_is_the_pages_else_the_one_named_else_the_files_hash(tmp_path: Path) -> None:
    named = encoded(LAST)
    nameless = encoded({**LAST, "JobId": None})
    keys = [
        flattened(data, tmp_path, job_id=job)[0].key.name
        for data, job in ((named, None), (named, "mine"), (nameless, "mine"), (nameless, None))
    ]
    assert keys == ["job-1", "job-1", "mine", hashlib.sha256(nameless).hexdigest()]


def test_the_form_is_the_pages(tmp_path: Path) -> None:
    segments = page(GetRequestMetadata={"AggregateBy": "SEGMENTS"})
    assert flattened(encoded(segments), tmp_path)[0].key.name == "job-1.segments"


def test_results_are_told_apart_and_put_together_over_files(tmp_path: Path) -> None:
    other = page([label("X")], JobId="other")
    paths = [tmp_path / name for name in ("1.json", "2.json")]
    paths[0].write_bytes(encoded([FIRST, other]))
    paths[1].write_bytes(encoded(LAST))
    found = flatten_loose(paths, "label_detection", tmp_path / "out")
    assert [(one.key.job_id, one.complete) for one in found] == [("job-1", True), ("other", True)]
    assert names(tmp_path / "out") == ["A", "é", "C"]
    assert names(tmp_path / "out", "other") == ["X"]


@pytest.mark.parametrize("job_id", ["", "a/b", 5, "x" * 65])
def test_a_page_that_names_no_job_is_an_error(tmp_path: Path, job_id: object) -> None:
    with pytest.raises(IncompleteResults, match="page 1 names no result"):
        flattened(encoded(page(JobId=job_id)), tmp_path)


def test_too_many_bad_records_fail_where_a_limit_is_given(tmp_path: Path) -> None:
    with pytest.raises(QuarantineLimit, match=r"given, line 1: Expected `object`.* begins: null"):
        flattened(encoded(page([None, label()])), tmp_path, quarantine_limit=0.05)
    assert not list((tmp_path / "out").rglob("*.parquet"))


@pytest.mark.recordings
def test_recorded_responses_are_taken_as_they_are(recordings: Path, tmp_path: Path) -> None:
    whole = recordings / "get_label_detection-v3-full.json"
    first = recordings / "get_label_detection-v2-first-page.json"
    found = flatten_loose([whole, first], "label_detection", tmp_path)
    assert [(one.row_counts["labels"], one.complete) for one in found] == [(855, True), (2, False)]
