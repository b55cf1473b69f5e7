"""`flatten`: of the results root, and of loose files."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rekognition_tables.cli.main import main
from rekognition_tables.cli.printed.progress import speed
from rekognition_tables.landing.attempts import LandingAttempt
from rekognition_tables.results_root.layout import Layout, ResultKey

PAGE = {
    "JobStatus": "SUCCEEDED",
    "JobId": "v1",
    "LabelModelVersion": "3.0",
    "VideoMetadata": {"DurationMillis": 1000},
    "Labels": [{"Timestamp": 0, "Label": {"Name": "Cat", "Confidence": 98.5}}],
}


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(tmp_path))
    return Layout.at(str(tmp_path))


def land(layout: Layout, job_id: str, page: dict[str, object]) -> None:
    key = ResultKey.of("label_detection", job_id)
    attempt = LandingAttempt.resume_or_begin(layout, key)
    attempt.add_page(json.dumps(page | {"JobId": job_id}).encode(), None)
    attempt.succeed()


def flattened(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int]]:
    told = json.loads(capsys.readouterr().out)
    return [(one["job_id"], one["row_counts"].get("labels", 0)) for one in told]


def test_flatten_takes_what_is_landed_and_not_yet_flattened(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    land(layout, "v1", PAGE)
    land(layout, "v2", PAGE)
    assert main(["flatten", "--json"]) == 0
    assert flattened(capsys) == [("v1", 1), ("v2", 1)]
    assert main(["flatten", "--json"]) == 0
    assert flattened(capsys) == []
    assert main(["flatten", "--all", "--operation", "label_detection", "--json"]) == 0
    assert flattened(capsys) == [("v1", 1), ("v2", 1)]
    assert main(["flatten", "--job-id", "v2", "--json"]) == 0
    assert flattened(capsys) == [("v2", 1)]


def test_a_table_file_that_is_gone_is_flattened_again(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    land(layout, "v1", PAGE)
    main(["flatten"])
    (file,) = (layout.root / "tables" / "labels").rglob("*.parquet")
    file.unlink()
    capsys.readouterr()
    assert main(["flatten", "--json"]) == 0
    assert flattened(capsys) == [("v1", 1)]


def test_one_bad_result_does_not_keep_the_others_from_being_flattened(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    land(layout, "v1", PAGE)
    land(layout, "v2", PAGE)
    (part,) = layout.attempts(ResultKey.of("label_detection", "v1")).rglob("*.zst")
    part.write_bytes(b"cut")
    assert main(["flatten"]) == 1
    told = capsys.readouterr()
    assert "v1: " in told.err
    assert "does not have the checksum" in told.err
    assert told.out.splitlines()[0] == "Flattened 2 results."
    assert layout.commit(ResultKey.of("label_detection", "v2")).exists()


def test_what_was_flattened_is_loaded_by_the_next_command(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    land(layout, "v1", PAGE)
    assert main(["flatten"]) == 0
    assert main(["load"]) == 0
    capsys.readouterr()
    assert main(["sql", "SELECT name, confidence FROM labels", "--csv"]) == 0
    assert capsys.readouterr().out == "name,confidence\nCat,98.5\n"


def test_loose_pages_become_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, out = tmp_path / "page.json", tmp_path / "out"
    page.write_text(json.dumps(PAGE))
    arguments = ["flatten", str(page), "--operation", "label_detection", "--out", str(out)]
    assert main([*arguments, "--json"]) == 0
    assert flattened(capsys) == [("v1", 1)]
    (row,) = pq.read_table(out / "labels" / "v1.parquet").to_pylist()
    assert (row["name"], row["timestamp"], row["confidence"]) == ("Cat", 0, 98.5)


def test_loose_pages_that_are_not_a_whole_result_are_written_with_exit_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, out = tmp_path / "page.json", tmp_path / "out"
    page.write_text(json.dumps(PAGE | {"NextToken": "more"}))
    arguments = ["flatten", str(page), "--operation", "label_detection", "--out", str(out)]
    assert main([*arguments, "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert told["reason"]
    assert (out / "labels" / "v1.parquet").exists()


def test_a_table_of_all_rows_stands_at_the_end(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    land(layout, "v1", PAGE)
    land(layout, "v2", PAGE)
    assert main(["flatten"]) == 0
    table = capsys.readouterr().out.partition("\n\n")[2].splitlines()
    assert table[0].split() == ["table", "rows"]
    assert ["labels", "2"] in [line.split() for line in table]


def test_progress_says_how_much_and_how_fast() -> None:
    assert speed(2_000, 10_000_000, 4.0) == "2,000 records, 10.0 MB (500 records/s, 2.5 MB/s)"
