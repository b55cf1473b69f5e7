"""GetLabelDetection's pages: exact rows, and one bad label never costs another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from landed import VIDEO, encoded, label, land_pages, land_video, page, rows

from rekognition_tables.errors import IncompleteResults, QuarantineLimit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout

NAMES = ("label_index", "name")
TEXT = encoded(label("Car"))


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


def test_segments_have_their_times(layout: Layout) -> None:
    entry = {**label(), "StartTimestampMillis": 5, "EndTimestampMillis": 9, "DurationMillis": 4}
    land_video(layout, [label(), entry])
    flatten(layout, VIDEO)
    times = ("start_timestamp_millis", "end_timestamp_millis", "duration_millis")
    assert rows(layout, "labels", *times) == [(None, None, None), (5, 9, 4)]


@pytest.mark.parametrize("lists", [{}, {"Parents": None, "Instances": None}, {"Parents": []}])
def test_absent_null_and_empty_lists_mean_no_rows(layout: Layout, lists: Any) -> None:
    land_video(layout, [label("Car", **lists)])
    flatten(layout, VIDEO)
    assert rows(layout, "labels", *NAMES) == [(0, "Car")]
    assert rows(layout, "label_parents") + rows(layout, "label_instances") == []


def test_absent_and_null_scalars_are_null_and_empty_text_stays(layout: Layout) -> None:
    bare = {"Label": {"Name": "A"}}
    land_video(layout, [bare, {**bare, "Timestamp": None}, label("", Confidence=None)])
    flatten(layout, VIDEO)
    columns = ("timestamp", "name", "confidence")
    assert rows(layout, "labels", *columns) == [(None, "A", None), (None, "A", None), (0, "", None)]


def test_positions_run_on_over_pages_that_end_inside_a_timestamp(layout: Layout) -> None:
    pages = [
        page([label("A"), label("B")], NextToken="1"),
        page([], NextToken="2"),
        page([label("C", Parents=[{"Name": "A"}])]),
    ]
    land_pages(layout, pages)
    flatten(layout, VIDEO)
    assert rows(layout, "labels", *NAMES) == [(0, "A"), (1, "B"), (2, "C")]
    assert rows(layout, "label_parents", "label_index", "name") == [(2, "A")]


def test_the_job_row_holds_what_the_pages_say(layout: Layout) -> None:
    said = {
        "VideoMetadata": {"FrameRate": 25, "Codec": "h264", "DurationMillis": 15015},
        "Video": {"S3Object": {"Bucket": "videos", "Name": "a.mp4"}},
        "JobTag": "",
    }
    land_pages(layout, [page(NextToken="1"), page(**said)])
    flatten(layout, VIDEO)
    columns = ("job_status", "video_metadata_frame_rate", "video_s3_object_name", "job_tag")
    assert rows(layout, "label_detection_jobs", *columns) == [("SUCCEEDED", 25.0, "a.mp4", "")]


BAD = [
    pytest.param(TEXT.replace(b"99.5", b'"98.9"'), "Expected `float`, got `str`", id="text"),
    pytest.param(TEXT.replace(b"99.5", b"NaN"), "NaN is not a JSON number.", id="nan"),
    pytest.param(TEXT.replace(b"99.5", b"1e999"), "A number is beyond", id="overflow"),
    pytest.param(
        TEXT.replace(b'"Timestamp": 0', b'"Timestamp": 12.5'), "Expected `int`", id="half"
    ),
    pytest.param(
        TEXT.replace(b'"Timestamp": 0', b'"Timestamp": 9223372036854775808'),
        "Integer beyond 64 bits at `Labels[].Timestamp`.",
        id="65 bits",
    ),
    pytest.param(
        TEXT.replace(b'"Name"', b'"Name": "", "Name"'), 'Duplicated key "Name".', id="twice"
    ),
    pytest.param(TEXT.replace(b"Car", rb"\udc00"), "Half a surrogate pair", id="half a pair"),
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
    pytest.param(b"null", "Expected `object`, got `null`", id="null"),
    pytest.param(b'"Car"', "Expected `object`, got `str`", id="only text"),
    pytest.param(b"{}", "The label has no Name.", id="empty"),
    pytest.param(b'{"Label": null}', "The label has no Name.", id="null label"),
    pytest.param(encoded(label(None)), "The label has no Name.", id="null name"),
    pytest.param(TEXT.replace(b"Name", b"name"), "The label has no Name.", id="camelCase"),
    pytest.param(TEXT.replace(b"Car", b"C\tr"), "JSON is malformed: invalid control", id="tab"),
]


@pytest.mark.parametrize("bad, reason", BAD)
@pytest.mark.parametrize("name", ["B", "Bé"])
def test_a_bad_label_is_put_aside_and_keeps_its_index(
    layout: Layout, bad: bytes, reason: str, name: str
) -> None:
    first, third = encoded(page([label(name)], NextToken="1")), page([label("D")])
    body = b'{"JobStatus": "SUCCEEDED", "Labels": [%s, %s, %s], "NextToken": "2"}'
    second = body % (encoded(label(name)), bad, encoded(label("C")))
    land_pages(layout, [first, second, third])
    flatten(layout, VIDEO, quarantine_limit=0.5)
    assert rows(layout, "labels", *NAMES) == [(0, name), (1, name), (3, "C"), (4, "D")]
    columns = ("file", "line_number", "label_index", "byte_offset", "record")
    offset = len(first) + 1 + second.index(bad)
    assert rows(layout, "quarantined_records", *columns) == [
        ("pages-00000.jsonl.zst", 2, 2, offset, bad)
    ]
    assert rows(layout, "quarantined_records", "reason")[0].startswith(reason)


BROKEN = [
    pytest.param(encoded(page([label()]))[:-4], "JSON is cut short", id="cut"),
    pytest.param(encoded(page([label()]))[:90], "JSON is cut short", id="cut in a label"),
    pytest.param(encoded(page([label()])) + b"}", "JSON is malformed: extra data", id="more"),
    pytest.param(encoded(page([label("X")])).replace(b"X", b"\xff"), "Invalid UTF-8", id="utf-8"),
    pytest.param(b"[" * 100_000, "JSON ", id="deep"),
    pytest.param(b'{"Labels": [' + b"[" * 100_000, "nested too deeply", id="deep label"),
    pytest.param(b"[]", "expecting one of {", id="list"),
    pytest.param(encoded(page(Labels={})), "Expected `array`, got `object`", id="no list"),
    pytest.param(encoded(page(JobStatus=5)), "Expected `str`, got `int`", id="status"),
    pytest.param(b'{"Labels": [], "Labels": []}', 'Duplicated key "Labels"', id="twice"),
    pytest.param(b'{"Labels": [], "Labels": null}', 'Duplicated key "Labels"', id="twice, null"),
    pytest.param(b'{"JobTag": "", "JobTag": ""}', 'Duplicated key "JobTag"', id="tag twice"),
    pytest.param(b'{"VideoMetadata": {"FrameRate": NaN}}', "NaN is not", id="nan"),
    pytest.param(b'{"JobStatus": "SUCCEEDED", "Faces": []}', "of GetFaceDetection", id="faces"),
    pytest.param(b'{"JobStatus": "SUCCEEDED"}', "do not say which", id="no labels"),
    pytest.param(
        b'{"Labels": [{"Name": "Car"}], "LabelModelVersion": "3.0"}',
        "of DetectLabels (an image)",
        id="an image's labels",
    ),
    pytest.param(
        b'{"JobStatus": {"Value": "SUCCEEDED"}, "Labels": []}', "a .NET serialiser", id=".NET"
    ),
    pytest.param(b"<html>", "It is a web page (HTML)", id="html"),
    pytest.param(b'{"Labels": [],}', "JSON is malformed", id="comma"),
    pytest.param(b'{"Labels": [{},]}', "JSON is malformed", id="comma in the list"),
]


@pytest.mark.parametrize("broken, reason", BROKEN)
def test_a_broken_page_asks_for_a_new_attempt(layout: Layout, broken: bytes, reason: str) -> None:
    land_pages(layout, [page([label()], NextToken="1"), broken])
    with pytest.raises(IncompleteResults, match="Page 2 of job-1") as caught:
        flatten(layout, VIDEO)
    assert reason in str(caught.value)
    assert caught.value.file == "pages-00000.jsonl.zst"


def test_more_than_the_allowed_share_of_bad_labels_fails_the_result(layout: Layout) -> None:
    land_video(layout, [label()] * 9 + [None])
    with pytest.raises(QuarantineLimit, match="1 of 10 records"):
        flatten(layout, VIDEO)


def test_many_pages_over_several_parts_are_one_result(layout: Layout) -> None:
    pages = [page([label(f"L{n}")], NextToken=str(n)) for n in range(130)]
    land_pages(layout, [*pages, page([label("last")])])
    flatten(layout, VIDEO)
    names = [f"L{n}" for n in range(130)] + ["last"]
    assert rows(layout, "labels", *NAMES) == list(enumerate(names))
