"""Result manifests: exact rows, exact reasons, and every other line kept in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from landed import IMAGES, encoded, image, land_manifest, rows

from rekognition_tables.errors import QuarantineLimit
from rekognition_tables.flatten.manifests import LINES_PER_BATCH, split_references
from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout

GOOD = encoded(image({"Name": "Violence", "ParentName": "", "Confidence": 97.5}))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def quarantined(layout: Layout) -> list[Any]:
    columns = ("line_number", "byte_offset", "reason", "record")
    return rows(layout, "quarantined_records", *columns)


def test_a_line_becomes_an_image_with_its_labels_and_content_types(layout: Layout) -> None:
    line = image(
        {
            "Name": "Graphic Violence",
            "ParentName": "Violence",
            "TaxonomyLevel": 2,
            "Confidence": 71,
        },
        {"Name": "Violence", "ParentName": "", "TaxonomyLevel": 1, "Confidence": 71.5},
        ContentTypes=[{"Name": "Animated", "Confidence": 99.25}],
        ProjectVersion="arn:adapter",
    )
    land_manifest(layout, [line])
    flatten(layout, IMAGES)
    assert rows(
        layout, "moderation_images", "image_index", "source_ref", "moderation_model_version"
    ) == [(0, "s3://bucket/key.jpg", "7.0")]
    assert rows(layout, "moderation_images", "project_version") == ["arn:adapter"]
    columns = ("image_index", "label_index", "name", "parent_name", "taxonomy_level", "confidence")
    assert rows(layout, "moderation_labels", *columns) == [
        (0, 0, "Graphic Violence", "Violence", 2, 71.0),
        (0, 1, "Violence", "", 1, 71.5),
    ]
    columns = ("image_index", "content_type_index", "name", "confidence")
    assert rows(layout, "moderation_content_types", *columns) == [(0, 0, "Animated", 99.25)]


def test_images_without_labels_are_images(layout: Layout) -> None:
    no_version = {"source-ref": "s3://b/k", "detect-moderation-labels": {"ModerationLabels": []}}
    null_list = image() | {"detect-moderation-labels": {"ModerationModelVersion": "6.1"}}
    land_manifest(layout, [image(), no_version, null_list])
    flatten(layout, IMAGES)
    assert rows(layout, "moderation_images", "moderation_model_version") == ["7.0", None, "6.1"]
    assert rows(layout, "moderation_labels") == []


def test_an_empty_line_keeps_its_number_and_is_nothing_else(layout: Layout) -> None:
    land_manifest(layout, [GOOD, b"", b" \t\r", GOOD])
    commit = flatten(layout, IMAGES, quarantine_limit=0.0)
    assert rows(layout, "moderation_images", "image_index") == [0, 3]
    assert commit.row_counts["quarantined_records"] == 0


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_manifest_may_end_with_or_without_a_line_break(layout: Layout, end: bytes) -> None:
    land_manifest(layout, [GOOD, GOOD], end=end)
    assert flatten(layout, IMAGES).row_counts["moderation_images"] == 2


def test_a_byte_order_mark_before_the_manifest_is_dropped(layout: Layout) -> None:
    land_manifest(layout, [b"\xef\xbb\xbf" + GOOD, b"{", GOOD])
    flatten(layout, IMAGES, quarantine_limit=0.5)
    assert rows(layout, "moderation_images", "image_index") == [0, 2]
    assert quarantined(layout)[0][1] == 3 + len(GOOD) + 1


def test_lines_that_end_with_a_carriage_return_are_whole(layout: Layout) -> None:
    land_manifest(layout, [GOOD + b"\r", GOOD + b"\r"])
    assert flatten(layout, IMAGES).row_counts["moderation_images"] == 2


@pytest.mark.parametrize(
    "reference, bucket, key",
    [
        ("s3://bucket/a#b?c=d/e%20f", "bucket", "a#b?c=d/e%20f"),
        ("s3://bucket//a", "bucket", "/a"),
        ("s3://bucket", None, None),
        ("https://bucket/a", None, None),
        ("", None, None),
    ],
)
def test_a_reference_is_split_by_hand(reference: str, bucket: str | None, key: str | None) -> None:
    found = split_references(pa.array([reference]))
    assert [one.to_pylist() for one in found] == [[bucket], [key]]


@given(
    st.lists(st.sampled_from(["s3://a/", "s3://a/é#?", "s3://b//k", "s3://a", "a/b", "s3:///k"]))
)
def test_many_references_are_split_as_each_by_itself(references: list[str]) -> None:
    buckets, keys = split_references(pa.array(references, pa.string()))
    alone = [split_references(pa.array([one])) for one in references]
    assert buckets.to_pylist() == [bucket[0].as_py() for bucket, _ in alone]
    assert keys.to_pylist() == [key[0].as_py() for _, key in alone]


BAD = [
    pytest.param(GOOD[:-20], "JSON is cut short: ", id="cut"),
    pytest.param(GOOD[1:], "JSON is malformed: ", id="malformed"),
    pytest.param(GOOD + b"x", "JSON is malformed: extra data", id="more behind"),
    pytest.param(GOOD + GOOD, "JSON is malformed: extra data", id="two on one line"),
    pytest.param(
        b"\xef\xbb\xbf" + GOOD, "JSON is malformed: a byte order mark", id="byte order mark"
    ),
    pytest.param(b"[" * 10_000, "JSON is nested too deeply.", id="deep"),
    pytest.param(GOOD.replace(b"Vio", b"V\xff"), "Invalid UTF-8 at byte ", id="utf-8"),
    pytest.param(GOOD.replace(b"Vio", b"\xed\xa0\x80"), "Invalid UTF-8 at byte ", id="surrogate"),
    pytest.param(
        GOOD.replace(b'"source-ref"', b'"source-ref": null, "source-ref"'),
        'Duplicated key "source-ref".',
        id="twice, once null",
    ),
    pytest.param(encoded(image(ContentTypes={})), "Expected `array`, got `object`", id="no list"),
    pytest.param(
        encoded(image(ContentTypes=[None])), "Expected `object`, got `null`", id="null in"
    ),
    pytest.param(b"null", "Expected `object`, got `null`", id="null"),
    *(
        pytest.param(
            encoded({"source-ref": "s3://b/k", **more}), "The image has no answer", id=name
        )
        for name, more in {
            "input line": {},
            "ground truth": {"gt": 0, "gt-metadata": {}},
            "error": {"error-code": "INVALID_IMAGE"},
            "null answer": {"detect-moderation-labels": None},
            "empty answer": {"detect-moderation-labels": {}},
            "null list": {"detect-moderation-labels": {"ModerationLabels": None}},
            "only types": {"detect-moderation-labels": {"ContentTypes": []}},
        }.items()
    ),
    pytest.param(b"[]", "Expected `object`, got `array`", id="list"),
    pytest.param(b"5", "Expected `object`, got `int`", id="number"),
    pytest.param(b"{}", 'The line lacks its "source-ref".', id="empty"),
    pytest.param(GOOD.replace(b"source-ref", b"source_ref"), "The line lacks its", id="misspelt"),
    pytest.param(
        encoded({"source-ref": None, "detect-moderation-labels": {}}),
        'The line lacks its "source-ref".',
        id="null ref",
    ),
    pytest.param(encoded({"source-ref": 5}), "Expected `str`, got `int`", id="number ref"),
]


@pytest.mark.parametrize("bad, reason", BAD)
def test_a_bad_line_is_put_aside_and_the_others_keep_their_place(
    layout: Layout, bad: bytes, reason: str
) -> None:
    land_manifest(layout, [GOOD, bad, GOOD])
    commit = flatten(layout, IMAGES, quarantine_limit=0.5)
    assert rows(layout, "moderation_images", "image_index") == [0, 2]
    assert rows(layout, "moderation_labels", "image_index", "name") == [
        (0, "Violence"),
        (2, "Violence"),
    ]
    ((line_number, byte_offset, said, record),) = quarantined(layout)
    assert (line_number, byte_offset, record) == (2, len(GOOD) + 1, bad)
    assert said.startswith(reason)
    assert commit.row_counts["unknown_fields"] == 0


def test_a_line_over_the_size_limit_is_put_aside(layout: Layout) -> None:
    long = encoded(image(ref="s3://b/" + "k" * 500))
    land_manifest(layout, [GOOD, long, GOOD])
    flatten(layout, IMAGES, max_line_bytes=len(GOOD), quarantine_limit=0.5)
    reason = f"A line of {len(long)} bytes is over the limit of {len(GOOD)}."
    assert quarantined(layout) == [(2, len(GOOD) + 1, reason, long)]
    assert rows(layout, "moderation_images", "image_index") == [0, 2]


def test_bad_lines_are_found_wherever_they_stand_in_a_batch(layout: Layout) -> None:
    count = 2 * LINES_PER_BATCH + 7
    bad = {0, 1, LINES_PER_BATCH - 1, LINES_PER_BATCH, count - 1}
    lines = [b"{" if n in bad else encoded(image(ref=f"s3://b/{n}")) for n in range(count)]
    land_manifest(layout, lines)
    flatten(layout, IMAGES)
    assert [row[0] - 1 for row in quarantined(layout)] == sorted(bad)
    found = rows(layout, "moderation_images", "image_index", "source_ref_key")
    assert found == [(n, str(n)) for n in range(count) if n not in bad]


def test_more_than_the_allowed_share_of_bad_lines_fails_the_result(layout: Layout) -> None:
    land_manifest(layout, [GOOD] * 19 + [b"{"])
    flatten(layout, IMAGES)  # one of twenty is five percent, and not over it
    land_manifest(layout, [GOOD] * 18 + [b"{"])
    with pytest.raises(QuarantineLimit, match="1 of at most 19 records") as caught:
        flatten(layout, IMAGES)
    assert (caught.value.bad, caught.value.records, caught.value.limit) == (1, 19, 0.05)


def test_escaped_and_unescaped_forms_of_a_key_are_the_same_key(layout: Layout) -> None:
    escaped = GOOD.replace(b'"Name"', rb'"N\u0061me"')
    land_manifest(layout, [escaped, escaped.replace(rb'"N\u0061me"', rb'"N\u0061me": "", "Name"')])
    flatten(layout, IMAGES, quarantine_limit=0.5)
    assert rows(layout, "moderation_labels", "name") == ["Violence"]
    assert [reason for _, _, reason, _ in quarantined(layout)] == ['Duplicated key "Name".']


def test_a_duplicate_inside_a_new_member_is_found_once_the_member_is_known(
    layout: Layout,
) -> None:
    known = encoded(image(New={"a": 1}))
    land_manifest(layout, [known, known.replace(b'"a": 1', b'"a": 1, "a": 2'), known])
    flatten(layout, IMAGES, quarantine_limit=0.5)
    assert [(row[0], row[2]) for row in quarantined(layout)] == [(2, 'Duplicated key "a".')]
    found = rows(layout, "unknown_fields", "path", "count")
    assert found == [("detect-moderation-labels.New", 2)]


def test_quotes_and_backslashes_in_values_are_no_duplicated_keys(layout: Layout) -> None:
    names = ['"', "\\", '\\"', '\\\\"', '"Name":']
    land_manifest(layout, [image({"Name": name}) for name in names])
    flatten(layout, IMAGES)
    assert rows(layout, "moderation_labels", "name") == names


def test_a_large_integer_is_a_good_real_number(layout: Layout) -> None:
    confidences = [10**25, -0.0]
    land_manifest(layout, [image({"Name": "A", "Confidence": one}) for one in confidences])
    flatten(layout, IMAGES)
    assert json.dumps(rows(layout, "moderation_labels", "confidence")) == "[1e+25, -0.0]"
