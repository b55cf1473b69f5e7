"""Result manifests from a bucket, with the summary beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cases import WAYS
from landed import encoded, image, label, page, summarized

from rekognition_tables.loose.files import flatten_loose

LINES = b"\n".join(encoded(image({"Name": "A"}, ref=f"s3://b/{n}")) for n in range(3))
ERRORS = [{"line-numer": 4, "code": "INVALID_IMAGE", "message": "no image"}]


@pytest.fixture(params=WAYS)
def flattened(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    def flatten(*names: str) -> Any:
        return WAYS[request.param]([tmp_path / name for name in names], None, tmp_path / "out")

    return flatten


def put(folder: Path, **files: bytes) -> None:
    for name, data in files.items():
        path = folder / name.replace("__", "/").replace("_json", ".json")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


@pytest.mark.parametrize("given", [("job",), ("job/results.jsonl",)])
def test_a_summary_beside_its_manifest_is_used(
    flattened: Any, tmp_path: Path, given: tuple[str, ...]
) -> None:
    summary = encoded(summarized(3, 1, ERRORS))
    put(tmp_path, job__results_jsonl=LINES, job__summary_json=summary)
    found = flattened(*given)
    (result,) = found.results
    assert (found.failed, result["reconciled"], result["reason"]) == (False, True, None)
    assert [row["code"] for row in found.rows("manifest_errors")] == ["INVALID_IMAGE"]
    assert len(found.rows("manifest_summaries")) == 1


def test_a_summary_that_counts_more_lines_is_told(flattened: Any, tmp_path: Path) -> None:
    put(tmp_path, job__results_jsonl=LINES, job__summary_json=encoded(summarized(5)))
    found = flattened("job")
    (result,) = found.results
    assert (found.failed, result["reconciled"]) == (True, False)
    assert "counts 5 valid lines, the result manifest has 3" in result["reason"]


def test_summaries_of_several_manifests_are_told_apart_by_their_names(
    flattened: Any, tmp_path: Path
) -> None:
    put(tmp_path, jobs__a_results_jsonl=LINES, jobs__a_summary_json=encoded(summarized(3)))
    put(
        tmp_path,
        jobs__b_results_jsonl=LINES[:-1] + b" }",
        jobs__c_summary_json=encoded(summarized(9)),
    )
    found = flattened("jobs")
    assert sorted((result["reconciled"] or False) for result in found.results) == [False, True]
    assert (
        "c_summary.json: It is a manifest summary, and it is not clear which manifest it is of"
        in found.refusals
    )


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf", b"[]"])
@pytest.mark.parametrize("operation", [None, "media_analysis", "label_detection"])
def test_an_empty_file_is_refused_as_one(tmp_path: Path, data: bytes, operation: Any) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(data)
    for name, way in WAYS.items():
        found = way([path], operation, tmp_path / name)
        assert (found.failed, found.wrote_nothing) == (True, True)
        assert "It is empty" in found.refusals or (data == b"[]" and "array" in found.refusals)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_manifest_is_read_in_unicode(flattened: Any, tmp_path: Path, encoding: str) -> None:
    line = (
        '{"source-ref": "s3://b/é.jpg", "detect-moderation-labels": {"ModerationLabels": []}}\r\n'
    )
    (tmp_path / "m.jsonl").write_bytes((line * 2).encode(encoding))
    found = flattened("m.jsonl")
    keys = [row["source_ref_key"] for row in found.rows("moderation_images")]
    assert (found.failed, keys) == (False, ["é.jpg", "é.jpg"])


def test_one_bad_first_line_is_not_what_a_manifest_is(flattened: Any, tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b'{"source-ref": "s3:\n' + LINES)
    found = flattened("m.jsonl")
    assert len(found.rows("moderation_images")) == 3
    assert [row["line_number"] for row in found.rows("quarantined_records")] == [1]
    assert found.failed


def test_hidden_files_of_a_folder_and_its_own_output_are_not_taken(
    flattened: Any, tmp_path: Path
) -> None:
    put(tmp_path, m_jsonl=LINES)
    (tmp_path / ".DS_Store").write_bytes(b"\0\1")
    first = flattened(".")
    assert (first.failed, len(first.results)) == (False, 1)
    again = flattened(".")
    assert (again.failed, len(again.results)) == (False, 1)


def test_tables_may_go_where_the_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, m_jsonl=LINES)
    monkeypatch.chdir(tmp_path)
    for paths in (["m.jsonl"], ["."], ["*.jsonl"]):
        (found,) = flatten_loose(paths, None, Path())
        assert found.row_counts["moderation_images"] == 3


def test_pages_and_a_manifest_of_one_job_do_not_overwrite_each_other(tmp_path: Path) -> None:
    put(tmp_path, in__a_json=encoded(page([label()], JobId=None)), in__m_jsonl=LINES)
    refused: list[Any] = []
    found = flatten_loose(
        [tmp_path / "in"], None, tmp_path / "out", job_id="j", on_refusal=refused.append
    )
    assert [one.key.operation for one in found] == ["label_detection"]
    assert "Pages of job j are written to the same place" in str(refused[0])
