"""Each file of tests/cases gives what it must, through the command and through the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases import MANIFESTS, PAGES, WAYS, Flattened

UNCHECKED = "A page missing in between cannot be checked."
Flatten = Callable[..., Flattened]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Any:
    return WAYS[request.param]


@pytest.fixture(params=[None, "label_detection"], ids=["found out", "given"])
def pages(request: pytest.FixtureRequest, way: Any, tmp_path: Path) -> Flatten:
    def flattened(*names: str) -> Flattened:
        found: Flattened = way([PAGES / name for name in names], request.param, tmp_path / "out")
        return found

    return flattened


@pytest.fixture(params=[None, "media_analysis"], ids=["found out", "given"])
def manifest(request: pytest.FixtureRequest, way: Any, tmp_path: Path) -> Flatten:
    def flattened(name: str) -> Flattened:
        found: Flattened = way([MANIFESTS / name], request.param, tmp_path / "out")
        return found

    return flattened


OTHERS = {
    "detect_labels_image.json": "DetectLabels (an image)",
    "GetFaceDetection.json": "GetFaceDetection",
    "get_segment_detection.json": "GetSegmentDetection",
    "textract.json": "Textract (it has Blocks)",
    "latin1.json": "byte 0xE9 at offset 250 is not UTF-8",
    "dotnet.json": ".NET",
    "sfn.json": "is inside, at `.Payload`",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_page_of_ours_is_refused_by_its_name(pages: Flatten, name: str) -> None:
    found = pages(name)
    assert found.failed
    assert found.wrote_nothing
    assert f"{name}, line 1: It is " in found.refusals
    assert OTHERS[name] in found.refusals
    assert "It begins: {" in found.refusals
    assert "task" not in found.refusals


@pytest.mark.parametrize("name", ["get_content_moderation.json", "content_moderation_2pages.jsonl"])
def test_a_page_of_another_operation_is_of_that_one_unless_told_otherwise(
    way: Any, tmp_path: Path, name: str
) -> None:
    found = way([PAGES / name], None, tmp_path / "found")
    assert [result["operation"] for result in found.results] == ["content_moderation"]
    assert [row["name"] for row in found.rows("video_moderation_labels")] == ["Violence"]
    refused = way([PAGES / name], "label_detection", tmp_path / "told")
    assert refused.failed
    assert refused.wrote_nothing
    assert "an answer of GetContentModeration, not GetLabelDetection." in refused.refusals


def test_latin_1_is_refused_with_how_to_convert_it(pages: Flatten) -> None:
    assert "iconv -f WINDOWS-1252 -t UTF-8" in pages("latin1.json").refusals


READ = {
    "bom.json": ["Car"],
    "utf16_powershell.json": ["Car"],
    "boto3_dump.json": ["Car"],
    "js_v3.json": ["Car"],
    "go_nulls.json": ["Car"],
    "array_pages.json": ["Car", "Dog", "Cat", "Tree"],
    "concat_pretty.json": ["Car", "Dog", "Cat", "Tree"],
    "pages_out_of_order.jsonl": ["Car", "Cat"],
}


@pytest.mark.parametrize("name", READ)
def test_what_sdks_and_people_save_is_read(pages: Flatten, name: str) -> None:
    found = pages(name)
    (result,) = found.results
    assert (found.failed, result["reconciled"], result["quarantined"]) == (False, None, 0)
    assert result["reason"].endswith(UNCHECKED)
    assert (result["operation"], result["aggregate_by"]) == ("label_detection", "TIMESTAMPS")
    assert found.names() == READ[name]
    (ledger,) = found.rows("loads")
    assert (ledger["reconciled"], ledger["reason"]) == (None, result["reason"])


@pytest.mark.parametrize("order, names", [("1234", "ABCD"), ("1324", "ABCD"), ("124", "ABD")])
def test_pages_are_put_in_order_by_their_times(pages: Flatten, order: str, names: str) -> None:
    found = pages(*(f"a{number}.json" for number in order))
    (result,) = found.results
    assert (found.failed, result["reconciled"]) == (False, None)
    assert UNCHECKED in result["reason"]
    assert found.names() == list(names)
    assert [row["label_index"] for row in found.rows("labels")] == list(range(len(names)))


def test_a_token_that_leads_nowhere_is_a_fault(pages: Flatten) -> None:
    found = pages("a1.json", "a2.json")
    (result,) = found.results
    assert (found.failed, result["reconciled"]) == (True, False)
    assert "The last page, page 2, has a NextToken" in result["reason"]
    assert found.names() == ["A", "B"]


@pytest.mark.parametrize("order", ["12234", "12344", "11234"])
def test_a_page_that_is_there_twice_is_told_and_counted_once(pages: Flatten, order: str) -> None:
    found = pages(*(f"a{number}.json" for number in order))
    (result,) = found.results
    assert (found.failed, result["reconciled"]) == (True, False)
    assert "it is counted once" in result["reason"]
    assert found.names() == list("ABCD")


def test_a_merged_document_with_the_first_token_is_told(pages: Flatten) -> None:
    found = pages("merged_keeps_token.json")
    (result,) = found.results
    assert "looks merged" in result["reason"]
    assert "pages are missing" not in result["reason"]
    assert found.names() == ["Car", "Dog", "Cat", "Tree"]


def test_a_last_page_merged_twice_is_told_and_counted_once(pages: Flatten) -> None:
    found = pages("merged_last_twice.json")
    (result,) = found.results
    assert found.failed
    assert "repeats 2 labels" in result["reason"]
    assert found.names() == ["Car", "Dog", "Cat", "Tree"]
    quarantined = found.rows("quarantined_records")
    assert [row["label_index"] for row in quarantined] == [4, 5]
    assert all("is there before" in row["reason"] for row in quarantined)


def test_one_answer_saved_by_two_sdks_is_one_result(pages: Flatten) -> None:
    found = pages("boto3_dump.json", "js_v3.json")
    (result,) = found.results
    assert sum(result["row_counts"].values()) == 6
    assert "js_v3.json, page 1 repeats boto3_dump.json, page 1" in result["reason"]


def test_segments_are_segments_by_their_own_times(pages: Flatten) -> None:
    found = pages("segments_no_metadata.json")
    assert [result["aggregate_by"] for result in found.results] == ["SEGMENTS"]
    assert found.names() == ["Person", "Leaf"]


BAD_LABELS = {
    "nan.json": (29, 29, "NaN is not a JSON number."),
    "surrogate.json": (29, 29, "Half a surrogate pair is no character."),
    "huge.json": (29, 29, "A number is beyond the range of a double."),
    "dupkey.json": (29, 29, 'Duplicated key "'),
    "label_name_missing.json": (0, 0, "The label has no Name."),
}


@pytest.mark.parametrize("name", BAD_LABELS)
def test_one_bad_value_costs_one_label(pages: Flatten, name: str) -> None:
    index, labels, reason = BAD_LABELS[name]
    found = pages(name)
    (result,) = found.results
    assert (found.failed, result["quarantined"]) == (True, 1)
    assert len(found.rows("labels")) == labels
    (bad,) = found.rows("quarantined_records")
    assert bad["label_index"] == index
    assert bad["reason"].startswith(reason)
    assert index not in [row["label_index"] for row in found.rows("labels")]


NO_MANIFESTS = {
    "input_manifest.jsonl": "an input manifest, which holds no results",
    "groundtruth_only.jsonl": "a Ground Truth manifest, which holds no results",
    "array_pretty.json": "a JSON array",
    "detect_moderation_image.json": "one image's answer",
    "jobdesc.json": "a job's description",
    "html.html": "a web page",
}


@pytest.mark.parametrize("name", NO_MANIFESTS)
def test_what_is_no_result_manifest_is_refused_by_its_name(manifest: Flatten, name: str) -> None:
    found = manifest(name)
    assert found.failed
    assert found.wrote_nothing
    assert f"{name}, line 1: " in found.refusals
    assert NO_MANIFESTS[name] in found.refusals
    assert "It begins: " in found.refusals


@pytest.mark.parametrize("name, lines", [("error_line.jsonl", 1), ("detect_error.jsonl", 2)])
def test_images_without_an_answer_are_quarantined(manifest: Flatten, name: str, lines: int) -> None:
    found = manifest(name)
    assert found.failed
    assert found.rows("moderation_images") == []
    reasons = [row["reason"] for row in found.rows("quarantined_records")]
    assert len(reasons) == lines
    assert all("The image has no answer" in reason for reason in reasons)


def test_a_manifest_with_a_byte_order_mark_has_its_first_image(manifest: Flatten) -> None:
    found = manifest("bom_small.jsonl")
    assert (found.failed, found.results[0]["reconciled"]) == (False, None)
    keys = [row["source_ref_key"] for row in found.rows("moderation_images")]
    assert keys == ["0.jpg", "1.jpg", "2.jpg"]


def test_in_a_folder_what_is_refused_does_not_keep_the_rest(way: Any, tmp_path: Path) -> None:
    found = way([MANIFESTS], None, tmp_path / "out")
    assert found.failed
    assert sorted(result["quarantined"] for result in found.results) == [0, 1, 2]
    assert all(name in found.refusals for name in NO_MANIFESTS)


def test_a_glob_is_taken_whole(way: Any, tmp_path: Path) -> None:
    found = way([PAGES / "a?.json"], None, tmp_path / "out")
    assert (found.failed, found.names()) == (False, list("ABCD"))
