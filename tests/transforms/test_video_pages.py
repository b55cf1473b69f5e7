"""Pages of every video operation: exact rows, and one bad element never costs another."""

from __future__ import annotations

from pathlib import Path

import pytest
from landed import Videos, encoded, label, page, rows

from rekognition_tables.errors import IncompleteResults, QuarantineLimit
from rekognition_tables.flatten.results import flatten
from rekognition_tables.results_root.layout import Layout

NAMES = ("label_index", "name")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def test_segments_have_their_times(layout: Layout, videos: Videos) -> None:
    entry = {
        **videos.element(),
        "StartTimestampMillis": 5,
        "EndTimestampMillis": 9,
        "DurationMillis": 4,
    }
    videos.land(layout, [videos.element(), entry])
    flatten(layout, videos.key)
    times = ("start_timestamp_millis", "end_timestamp_millis", "duration_millis")
    assert rows(layout, videos.table, *times) == [(None, None, None), (5, 9, 4)]


def test_absent_and_null_scalars_are_null_and_empty_text_stays(
    layout: Layout, videos: Videos
) -> None:
    bare = {videos.wrapper: {"Name": "A"}}
    videos.land(layout, [bare, {**bare, "Timestamp": None}, videos.element("", Confidence=None)])
    flatten(layout, videos.key)
    columns = ("timestamp", "name", "confidence")
    assert rows(layout, videos.table, *columns) == [
        (None, "A", None),
        (None, "A", None),
        (0, "", None),
    ]


def test_positions_run_on_over_pages_that_end_inside_a_timestamp(
    layout: Layout, videos: Videos
) -> None:
    pages = [
        videos.page([videos.element("A"), videos.element("B")], NextToken="1"),
        videos.page([], NextToken="2"),
        videos.page([videos.element("C")]),
    ]
    videos.land_pages(layout, pages)
    flatten(layout, videos.key)
    assert rows(layout, videos.table, *NAMES) == [(0, "A"), (1, "B"), (2, "C")]


def test_the_job_row_holds_what_the_pages_say(layout: Layout, videos: Videos) -> None:
    said = {
        "VideoMetadata": {"FrameRate": 25, "Codec": "h264", "DurationMillis": 15015},
        "Video": {"S3Object": {"Bucket": "videos", "Name": "a.mp4"}},
        "JobTag": "",
    }
    videos.land_pages(layout, [videos.page(NextToken="1"), videos.page(**said)])
    flatten(layout, videos.key)
    columns = ("job_status", "video_metadata_frame_rate", "video_s3_object_name", "job_tag")
    assert rows(layout, videos.spec.jobs_table.name, *columns) == [("SUCCEEDED", 25.0, "a.mp4", "")]


TEXT = encoded(label("Car"))
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
    layout: Layout, videos: Videos, bad: bytes, reason: str, name: str
) -> None:
    bad, reason = videos.translated(bad), videos.translated(reason)
    first = encoded(videos.page([videos.element(name)], NextToken="1"))
    third = videos.page([videos.element("D")])
    body = b'{"JobStatus": "SUCCEEDED", "Labels": [%s, %s, %s], "NextToken": "2"}'
    body = videos.translated(body)
    second = body % (encoded(videos.element(name)), bad, encoded(videos.element("C")))
    videos.land_pages(layout, [first, second, third])
    flatten(layout, videos.key, quarantine_limit=0.5)
    assert rows(layout, videos.table, *NAMES) == [(0, name), (1, name), (3, "C"), (4, "D")]
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
        b'{"JobStatus": {"Value": "SUCCEEDED"}, "Labels": []}', "a .NET serialiser", id=".NET"
    ),
    pytest.param(b"<html>", "It is a web page (HTML)", id="html"),
    pytest.param(b'{"Labels": [],}', "JSON is malformed", id="comma"),
    pytest.param(b'{"Labels": [{},]}', "JSON is malformed", id="comma in the list"),
]


@pytest.mark.parametrize("broken, reason", BROKEN)
def test_a_broken_page_asks_for_a_new_attempt(
    layout: Layout, videos: Videos, broken: bytes, reason: str
) -> None:
    broken, reason = videos.translated(broken), videos.translated(reason)
    videos.land_pages(layout, [videos.page([videos.element()], NextToken="1"), broken])
    with pytest.raises(IncompleteResults, match="Page 2 of job-1") as caught:
        flatten(layout, videos.key)
    assert reason in str(caught.value)
    assert caught.value.file == "pages-00000.jsonl.zst"


def test_more_than_the_allowed_share_of_bad_labels_fails_the_result(
    layout: Layout, videos: Videos
) -> None:
    videos.land(layout, [videos.element()] * 9 + [None])
    with pytest.raises(QuarantineLimit, match="1 of 10 records"):
        flatten(layout, videos.key)


def test_many_pages_over_several_parts_are_one_result(layout: Layout, videos: Videos) -> None:
    pages = [videos.page([videos.element(f"L{n}")], NextToken=str(n)) for n in range(130)]
    videos.land_pages(layout, [*pages, videos.page([videos.element("last")])])
    flatten(layout, videos.key)
    names = [f"L{n}" for n in range(130)] + ["last"]
    assert rows(layout, videos.table, *NAMES) == list(enumerate(names))
