"""A bad value in one label of a result manifest costs that label, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from landed import IMAGES, encoded, image, land_manifest, rows

from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout

FIRST = {"Name": "Explicit", "ParentName": "", "Confidence": 99.5}
LAST = {"Name": "Älcohol", "ParentName": "", "Confidence": 60.0}
LABEL = encoded({"Name": "Violence", "ParentName": "", "Confidence": 97.5})
GOOD = encoded(image(FIRST, LAST))


def with_members(**members: Any) -> bytes:
    return encoded({"Name": "Violence"} | members)


def line_with(label: bytes) -> bytes:
    return encoded(image(FIRST, {"Name": "here"}, LAST)).replace(b'{"Name": "here"}', label)


BAD = [
    pytest.param(
        LABEL.replace(b"Vio", rb"\ud800"), "Half a surrogate pair is no character.", id="half pair"
    ),
    pytest.param(
        LABEL.replace(b'"Name"', b'"Name": "A", "Name"'), 'Duplicated key "Name".', id="twice"
    ),
    pytest.param(
        LABEL.replace(b'"Name"', b'"New": {"a": 1, "a": 2}, "Name"'),
        'Duplicated key "a".',
        id="twice in a new member",
    ),
    pytest.param(LABEL.replace(b"97.5", b"NaN"), "NaN is not a JSON number.", id="nan"),
    pytest.param(LABEL.replace(b"97.5", b"Infinity"), "Infinity is not a", id="infinity"),
    pytest.param(LABEL.replace(b"97.5", b"-Infinity"), "-Infinity is not a", id="minus infinity"),
    pytest.param(LABEL.replace(b"97.5", b"1e999"), "A number is beyond", id="overflow"),
    pytest.param(
        with_members(Confidence="98.9"),
        "Expected `float`, got `str` - at `$.Confidence`",
        id="text",
    ),
    pytest.param(with_members(Confidence=True), "Expected `float`, got `bool`", id="bool"),
    pytest.param(with_members(TaxonomyLevel=12.5), "Expected `int`, got `float`", id="half"),
    pytest.param(
        with_members(TaxonomyLevel=2**63),
        "Integer beyond 64 bits at `detect-moderation-labels.ModerationLabels[].TaxonomyLevel`.",
        id="65 bits",
    ),
    pytest.param(with_members(Name={"a": 1}), "Expected `str`, got `object`", id="object"),
    pytest.param(with_members(Name=["a"]), "Expected `str`, got `array`", id="array"),
    pytest.param(with_members(Name=None), "The label has no Name.", id="no name"),
]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


@pytest.mark.parametrize("bad, reason", BAD)
def test_the_image_and_its_other_labels_are_written(
    layout: Layout, bad: bytes, reason: str
) -> None:
    line = line_with(bad)
    land_manifest(layout, [GOOD, line, GOOD])
    commit = flatten(layout, IMAGES, quarantine_limit=0.5)
    assert rows(layout, "moderation_images", "image_index") == [0, 1, 2]
    assert rows(layout, "moderation_labels", "image_index", "label_index", "name") == [
        (0, 0, "Explicit"),
        (0, 1, "Älcohol"),
        (1, 0, "Explicit"),
        (1, 2, "Älcohol"),
        (2, 0, "Explicit"),
        (2, 1, "Älcohol"),
    ]
    columns = ("line_number", "label_index", "byte_offset", "reason", "record")
    ((number, label_index, offset, said, record),) = rows(layout, "quarantined_records", *columns)
    assert (number, label_index, record) == (2, 1, bad)
    assert offset == len(GOOD) + 1 + line.index(bad)
    assert said.startswith(reason)
    assert commit.row_counts["unknown_fields"] == 0
    assert commit.facts["lines_received"] == 3


def test_a_line_that_is_damaged_elsewhere_too_is_quarantined_as_a_whole(layout: Layout) -> None:
    line = line_with(b'{"Name": "Violence", "Confidence": NaN}').replace(b'"7.0"', b"7.0")
    land_manifest(layout, [GOOD, line, GOOD])
    flatten(layout, IMAGES, quarantine_limit=0.5)
    assert rows(layout, "moderation_images", "image_index") == [0, 2]
    assert rows(layout, "quarantined_records", "label_index", "record") == [(None, line)]


def test_new_members_of_the_labels_that_stay_are_counted_once(layout: Layout) -> None:
    first = encoded(image(FIRST | {"New": 1}, {"Name": "here"}))
    line = first.replace(b'{"Name": "here"}', b'{"Name": "Violence", "New": NaN}')
    land_manifest(layout, [GOOD, line, line])
    flatten(layout, IMAGES, quarantine_limit=1.0)
    assert rows(layout, "unknown_fields", "path", "count") == [
        ("detect-moderation-labels.ModerationLabels[].New", 2)
    ]
