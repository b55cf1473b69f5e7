"""Names and places: what a result is called, and what can be read back from a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from rekognition_tables.operations.names import MEDIA_ANALYSIS, OF_EVERY_OPERATION, OPERATIONS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.results_root.layout import Layout, ResultKey, table_path

BULK = ResultKey.of(MEDIA_ANALYSIS, "m-1")
TIMES = ResultKey.of("label_detection", "v-1")
SEGMENTS = ResultKey.of("label_detection", "v-1", "SEGMENTS")


def test_a_result_is_named_by_its_job_and_a_segments_form_by_a_suffix() -> None:
    assert (BULK.name, TIMES.name, SEGMENTS.name) == ("m-1", "v-1", "v-1.segments")
    assert (BULK.aggregate_by, TIMES.aggregate_by) == (None, "TIMESTAMPS")


@given(
    st.sampled_from([(MEDIA_ANALYSIS, None), ("label_detection", "TIMESTAMPS")])
    | st.just(("label_detection", "SEGMENTS")),
    st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True),
)
def test_the_key_can_be_read_back_from_the_name(form: tuple[str, str | None], job: str) -> None:
    key = ResultKey.of(form[0], job, form[1])  # type: ignore[arg-type]
    assert ResultKey.from_name(key.operation, key.name) == key


@pytest.mark.parametrize(
    "job_id", ["", "x" * 65, "../x", "a/b", "a.segments", "a b", "a\n", "é", "a\x00"]
)
def test_a_job_id_that_aws_would_not_give_is_refused(job_id: str) -> None:
    with pytest.raises(ValueError, match=r"job id .* is not 1-64"):
        ResultKey.of("label_detection", job_id)


@pytest.mark.parametrize(
    "operation, aggregate_by, said",
    [
        ("face_search", None, "operation is 'face_search'"),
        (MEDIA_ANALYSIS, "TIMESTAMPS", "aggregate_by of media_analysis is 'TIMESTAMPS'"),
        ("label_detection", "segments", "aggregate_by of label_detection is 'segments'"),
    ],
)
def test_a_form_that_does_not_exist_is_refused(
    operation: str, aggregate_by: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        ResultKey.of(operation, "j", aggregate_by)  # type: ignore[arg-type]


def test_a_bulk_result_has_no_segments_form() -> None:
    with pytest.raises(ValueError, match="aggregate_by"):
        ResultKey.from_name(MEDIA_ANALYSIS, "m-1.segments")


@pytest.mark.parametrize("uri", ["{}", "file://{}", "{}/"])
def test_a_local_root_is_a_plain_absolute_path(tmp_path: Path, uri: str) -> None:
    root = Layout.at(uri.format(tmp_path)).root
    assert isinstance(root, Path)
    assert Path(root) == tmp_path


def test_a_remote_root_stays_what_it_is() -> None:
    root = UPath("memory://bucket/root")
    assert Layout.at(root).root is root


def test_every_place_stands_where_the_design_says() -> None:
    layout = Layout.at("/r")
    landed_at = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
    places = {
        "plans/media_analysis/p.parquet": layout.plan(MEDIA_ANALYSIS, "p"),
        "requests/label_detection/t.json": layout.request("label_detection", "t"),
        "jobs/label_detection/v-1.json": layout.job("label_detection", "v-1"),
        "raw/label_detection": layout.raw("label_detection"),
        "raw/label_detection/v-1.segments": layout.attempts(SEGMENTS),
        "tables/labels/landed_on=2026-05-01/v-1.parquet": layout.root
        / table_path("labels", landed_at, TIMES),
        "commits/media_analysis/m-1.json": layout.commit(BULK),
    }
    assert {str(place) for place in places.values()} == {f"/r/{place}" for place in places}


def test_the_two_forms_of_one_job_share_no_place() -> None:
    layout = Layout.at("/r")
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    for place in (
        layout.attempts,
        layout.commit,
        lambda key: table_path("labels", moment, key),
    ):
        assert place(TIMES) != place(SEGMENTS)


def test_keys_sort_so_that_lists_of_results_have_one_order() -> None:
    keys = [TIMES, SEGMENTS, ResultKey.of("label_detection", "a")]
    assert [key.name for key in sorted(keys)] == ["a", "v-1.segments", "v-1"]


def test_a_day_is_the_day_in_utc_whatever_the_offset() -> None:
    moment = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    east = moment.astimezone(timezone(timedelta(hours=2)))
    place = table_path("labels", east, TIMES)
    assert place == "tables/labels/landed_on=2026-05-01/v-1.parquet"


def test_a_video_job_and_a_bulk_job_of_one_id_have_files_of_their_own() -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    keys = [ResultKey.of(operation, "one-id") for operation in OPERATIONS]
    for table in TABLES.values():
        shared = len(table.operations) > 1 and table.name != "loads"
        assert shared == (table.name in OF_EVERY_OPERATION), table.name
        if shared:
            assert len({table_path(table.name, moment, key) for key in keys}) == len(keys)
