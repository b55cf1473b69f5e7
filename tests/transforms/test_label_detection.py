"""Labels of videos: a row in every table that a label fills."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from landed import VIDEO, encoded, label, land_pages, land_video, page, rows

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout

NAMES = ("label_index", "name")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def test_a_label_becomes_a_row_in_every_table_it_fills(layout: Layout) -> None:
    box = {"Width": 0.5, "Height": 0.25, "Left": 0, "Top": 7.06e-4}
    color = {"Red": 1, "Green": 2, "Blue": 3, "HexCode": "#010203", "CSSColor": "black"}
    car = label(
        "Car",
        Instances=[
            {"BoundingBox": box, "Confidence": 90.5},
            {"Confidence": 80, "DominantColors": [color, {**color, "PixelPercent": 12.5}]},
        ],
        Parents=[{"Name": "Vehicle"}, {"Name": "Machine"}],
        Aliases=[{"Name": "Automobile"}],
        Categories=[{"Name": "Vehicles and Automotive"}],
    )
    land_video(layout, [label("Road"), car])
    flatten(layout, VIDEO)
    assert rows(layout, "labels", *NAMES, "timestamp", "confidence") == [
        (0, "Road", 0, 99.5),
        (1, "Car", 0, 99.5),
    ]
    sides = [f"bounding_box_{side}" for side in ("width", "height", "left", "top")]
    assert rows(
        layout, "label_instances", "label_index", "instance_index", *sides, "confidence"
    ) == [(1, 0, 0.5, 0.25, 0.0, 0.000706, 90.5), (1, 1, None, None, None, None, 80.0)]
    columns = ("label_index", "instance_index", "color_index", "red", "green", "blue", "hex_code")
    assert rows(
        layout, "label_instance_dominant_colors", *columns, "css_color", "pixel_percent"
    ) == [
        (1, 1, 0, 1, 2, 3, "#010203", "black", None),
        (1, 1, 1, 1, 2, 3, "#010203", "black", 12.5),
    ]
    assert rows(layout, "label_parents", "label_index", "parent_index", "name") == [
        (1, 0, "Vehicle"),
        (1, 1, "Machine"),
    ]
    assert rows(layout, "label_aliases", "label_index", "alias_index", "name") == [
        (1, 0, "Automobile")
    ]
    assert rows(layout, "label_categories", "label_index", "category_index", "name") == [
        (1, 0, "Vehicles and Automotive")
    ]


@pytest.mark.parametrize("lists", [{}, {"Parents": None, "Instances": None}, {"Parents": []}])
def test_absent_null_and_empty_lists_mean_no_rows(layout: Layout, lists: Any) -> None:
    land_video(layout, [label("Car", **lists)])
    flatten(layout, VIDEO)
    assert rows(layout, "labels", *NAMES) == [(0, "Car")]
    assert rows(layout, "label_parents") + rows(layout, "label_instances") == []


def test_positions_of_lists_run_on_over_pages(layout: Layout) -> None:
    pages = [page([label("A")], NextToken="1"), page([label("C", Parents=[{"Name": "A"}])])]
    land_pages(layout, pages)
    flatten(layout, VIDEO)
    assert rows(layout, "label_parents", "label_index", "name") == [(1, "A")]


BAD_LISTS = [
    pytest.param(encoded(label(Parents=[None])), "Expected `object`, got `null`", id="null parent"),
    pytest.param(encoded(label(Parents=[{"Name": 5}])), "Expected `str`, got `int`", id="parent"),
    pytest.param(encoded(label(Aliases="x")), "Expected `array`, got `str`", id="no list"),
    pytest.param(
        encoded(label(Parents=[{"Name": "A"}])).replace(b'"A"', b'"A", "Name": "B"'),
        'Duplicated key "Name".',
        id="parent twice",
    ),
    pytest.param(
        encoded(label(Instances=[{"BoundingBox": {"Width": "1"}}])), "Expected `float`", id="box"
    ),
]


@pytest.mark.parametrize("bad, reason", BAD_LISTS)
def test_a_label_with_a_bad_list_is_quarantined(layout: Layout, bad: bytes, reason: str) -> None:
    body = b'{"JobStatus": "SUCCEEDED", "Labels": [%s, %s]}'
    land_pages(layout, [body % (bad, encoded(label("C")))])
    flatten(layout, VIDEO, quarantine_limit=0.5)
    assert rows(layout, "labels", *NAMES) == [(1, "C")]
    assert rows(layout, "quarantined_records", "label_index", "record") == [(0, bad)]
    assert rows(layout, "quarantined_records", "reason")[0].startswith(reason)


def test_a_page_of_an_image_is_refused_by_its_name(layout: Layout) -> None:
    land_pages(layout, [b'{"Labels": [{"Name": "Car"}], "LabelModelVersion": "3.0"}'])
    with pytest.raises(IncompleteResults, match=r"an answer of DetectLabels \(an image\)"):
        flatten(layout, VIDEO)
