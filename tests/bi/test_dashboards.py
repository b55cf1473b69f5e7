"""`make bi` in a browser: both dashboards show what SQL on the published file says."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from published_rows import Published

if TYPE_CHECKING:
    from conftest import Results
    from dashboards import Dashboards

pytestmark = [pytest.mark.bi, pytest.mark.timeout(900)]
VIDEO = "harbour-walk.mp4"
LABELS = "FROM latest_labels WHERE aggregate_by = 'TIMESTAMPS'"
SIGHTINGS = f"SELECT count(*) {LABELS}"
VIDEO_TILES = {
    "Videos": "SELECT count(DISTINCT video_s3_object_name) FROM label_detection_jobs",
    "Minutes": "SELECT sum(millis) / 60000 FROM (SELECT DISTINCT video_s3_object_name,"
    " video_metadata_duration_millis AS millis FROM label_detection_jobs)",
    "Labels": f"SELECT count(DISTINCT name) {LABELS}",
    "Sightings": SIGHTINGS,
    "Boxes": f"SELECT count(*) FROM label_instances WHERE job_id IN (SELECT job_id {LABELS})",
}
MODERATION_TILES = {
    "Images looked at": "SELECT count(DISTINCT source_ref) FROM moderation_images",
    "With findings": "SELECT count(DISTINCT source_ref) FROM moderation_findings",
    "Findings": "SELECT count(*) FROM moderation_findings",
    "Categories": "SELECT count(DISTINCT category) FROM moderation_findings",
    "To review": "SELECT count(*) FROM review_queue",
    "Videos looked at": "SELECT count(DISTINCT video_s3_object_name) FROM content_moderation_jobs",
    "Videos with findings": "SELECT count(DISTINCT job_id) FROM video_moderation_findings",
    "Stretches to review": "SELECT count(*) FROM video_review_queue",
}
COST_OF_MODERATED_VIDEOS = """
    SELECT sum(video_metadata_duration_millis) / 60000
        * (SELECT usd FROM prices WHERE operation = 'content_moderation')
    FROM content_moderation_jobs
"""
NOT_ANALYSED = "Jobs that failed or left images out"
COST_OF_VIDEOS = """
    SELECT sum(millis) / 60000 * (SELECT usd FROM prices WHERE operation = 'label_detection')
    FROM (
        SELECT DISTINCT job_id, video_metadata_duration_millis AS millis FROM label_detection_jobs
    )
"""
COST_OF_IMAGES = """
    SELECT count(*) * (SELECT usd FROM prices WHERE operation = 'media_analysis')
    FROM moderation_images
"""


@pytest.fixture
def published(results: Results) -> Published:
    return Published(results.published)


@pytest.fixture
def images() -> Path:
    """Where the pictures of docs/bi.md stand."""
    return Path(__file__).resolve().parents[2] / "docs" / "images"


def check_tiles(dashboards: Dashboards, published: Published, tiles: dict[str, str]) -> None:
    """No tile is an error or empty, and those with one number say what SQL says."""
    assert dashboards.error_tiles() == []
    assert [name for name, answer in dashboards.answers.items() if not answer.rows] == []
    shown = {name: dashboards.number(name) for name in tiles}
    assert shown == {name: published.tile(query) for name, query in tiles.items()}


def check_lanes(dashboards: Dashboards, chart: str, lane: str) -> None:
    """Stretches of several videos overlap in time; in a lane of the timeline none do."""
    answer = dashboards.answers[chart]
    stretches = answer.rows
    asked = json.loads(answer.request.post_data or "{}")
    assert asked["form_data"]["subcategories"]  # a lane for each series
    overlapping = [
        (one["bucket_and_name"], other["bucket_and_name"])
        for one, other in itertools.combinations(stretches, 2)
        if one[lane] == other[lane] and one["Start"] < other["End"] and other["Start"] < one["End"]
    ]
    assert overlapping
    assert [(one, other) for one, other in overlapping if one == other] == []


def by_day(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Day, series and count, from rows with a column for each series."""
    return {
        (row["analysed_on"], series, count)
        for row in rows
        for series, count in row.items()
        if count and series != "analysed_on"
    }


def test_video_labels_shows_what_sql_says(
    dashboards: Dashboards, published: Published, images: Path
) -> None:
    dashboards.open("video-labels")
    check_tiles(dashboards, published, VIDEO_TILES)
    rows = {name: answer.rows for name, answer in dashboards.answers.items()}
    assert {row["name"]: row["Screen time (s)"] for row in rows["Screen time"]} == dict(
        published.ask(
            "SELECT name, sum(screen_time_millis) / 1000 AS seconds FROM label_screen_time"
            " GROUP BY name ORDER BY seconds DESC LIMIT 15"
        )
    )
    assert {row["duration_millis"] for row in rows["Timeline"]} == {
        millis
        for (millis,) in published.ask(
            "SELECT duration_millis FROM label_segments ORDER BY duration_millis DESC LIMIT 60"
        )
    }
    for row in rows["Timeline"]:
        assert round(row["End"] - row["Start"]) == row["duration_millis"]
    check_lanes(dashboards, "Timeline", "name")
    (cost,) = rows["Estimated cost of videos"]
    assert cost["Estimated cost of videos"] == pytest.approx(published.ask(COST_OF_VIDEOS)[0][0])
    pairs = {(row["name"], row["other_name"]): row["Frames"] for row in rows["Seen together"]}
    together = published.ask(
        "SELECT name, other_name, sum(frames) FROM label_cooccurrence WHERE NOT is_ancestor"
        " GROUP BY ALL"
    )
    family = published.ask("SELECT max(frames) FROM label_cooccurrence WHERE is_ancestor")
    frames = {frozenset((name, other)): count for name, other, count in together}
    assert pairs == {pair: frames[frozenset(pair)] for pair in pairs}
    assert max(pairs.values()) == max(frames.values())
    assert family[0][0] > min(pairs.values())  # such a pair would be shown if it were not left out
    cells = {
        (row["grid_column"], row["grid_row"]): row["Boxes"] for row in rows["Where in the frame"]
    }
    assert sum(cells.values()) == published.ask(VIDEO_TILES["Boxes"])[0][0]
    assert {column for column, _ in cells} == set(range(32))
    assert {row for _, row in cells} == set(range(18))
    dashboards.photograph(images / "video-labels.png")


def test_moderation_shows_what_sql_says(
    dashboards: Dashboards, published: Published, images: Path
) -> None:
    dashboards.open("moderation")
    check_tiles(dashboards, published, MODERATION_TILES)
    rows = {name: answer.rows for name, answer in dashboards.answers.items()}
    assert {row["category"]: row["Images"] for row in rows["Findings by category"]} == dict(
        published.ask(
            "SELECT category, count(DISTINCT source_ref) FROM moderation_findings GROUP BY category"
        )
    )
    prefixes = {
        (row["prefix"], row["category"], row["Images"]) for row in rows["Findings by prefix"]
    }
    assert prefixes == set(
        published.ask(
            "SELECT prefix, category, images FROM moderation_findings_by_prefix WHERE depth = 1"
        )
    )
    columns = ("source_ref_key", "name", "confidence", "newer_min_confidence")
    queue = [tuple(row[column] for column in columns) for row in rows["Review queue"]]
    expected = published.ask(f"SELECT {', '.join(columns)} FROM review_queue")
    assert sorted(queue, key=str) == sorted(expected, key=str)
    assert queue == sorted(queue, key=lambda row: -row[2])
    assert by_day(rows["Trend"]) == set(
        published.ask(
            "SELECT epoch_ms(analysed_on), category, count(DISTINCT source_ref)"
            " FROM moderation_findings GROUP BY ALL"
        )
    )
    assert by_day(rows["Images by day and model"]) == set(
        published.ask(
            "SELECT epoch_ms(analysed_on), moderation_model_version, count(*)"
            " FROM latest_moderation_images GROUP BY ALL"
        )
    )
    versions = {
        (row["moderation_model_version"], row["name"], row["Images with the label"])
        for row in rows["Model versions"]
    }
    comparable = "FROM moderation_model_versions WHERE not_comparable IS NULL"
    assert versions == set(
        published.ask(
            f"SELECT moderation_model_version, name, count(confidence) {comparable} GROUP BY ALL"
        )
    )
    assert {version for version, _, _ in versions} == {"6.1", "7.0"}
    assert published.tile(f"SELECT count(*) {comparable}") != published.tile(
        "SELECT count(*) FROM moderation_model_versions"
    )
    columns = ("mode", "status", "code", "images")
    broken = [tuple(row[column] for column in columns) for row in rows[NOT_ANALYSED]]
    assert broken == [
        ("image", "FAILED", "INVALID_IMAGE_FORMAT", 3),
        ("bulk", "SUCCEEDED", "INVALID_IMAGE_FORMAT", 1),
    ]
    why = "No image could be analysed: 3 INVALID_IMAGE_FORMAT."
    assert why in dashboards.tile(NOT_ANALYSED).inner_text()
    (cost,) = rows["Estimated cost"]
    assert cost["Estimated cost"] == pytest.approx(published.ask(COST_OF_IMAGES)[0][0])
    check_videos(dashboards, published)
    dashboards.photograph(images / "moderation.png")


def check_videos(dashboards: Dashboards, published: Published) -> None:
    """What the Moderation dashboard says of videos is what SQL says."""
    rows = {name: answer.rows for name, answer in dashboards.answers.items()}
    seconds = {
        (row["category"], video, count)
        for row in rows["Seconds of video by category"]
        for video, count in row.items()
        if video != "category" and count is not None
    }
    assert seconds == set(
        published.ask(
            "SELECT category, 'studio/' || video_s3_object_name, screen_time_millis / 1000"
            " FROM video_moderation_categories"
        )
    )
    columns = ("video_s3_object_name", "category", "confidence", "start_timestamp_millis")
    queue = [tuple(row[column] for column in columns) for row in rows["Review queue of videos"]]
    expected = published.ask(
        f"SELECT {', '.join(columns)} FROM video_review_queue"
        " ORDER BY confidence DESC, video_s3_object_name, start_timestamp_millis"
    )
    assert queue == expected
    assert len({video for video, *_ in queue}) > 1
    timeline = "Timeline of moderation in videos"
    assert sorted(row["duration_millis"] for row in rows[timeline]) == [
        millis
        for (millis,) in published.ask(
            "SELECT duration_millis FROM (SELECT duration_millis"
            " FROM video_moderation_category_segments ORDER BY 1 DESC LIMIT 60) ORDER BY 1"
        )
    ]
    check_lanes(dashboards, timeline, "category")
    (cost,) = rows["Estimated cost of moderated videos"]
    (expected_cost,) = published.ask(COST_OF_MODERATED_VIDEOS)[0]
    assert cost["Estimated cost of moderated videos"] == pytest.approx(expected_cost)


def test_filters_narrow_the_charts_to_a_video_and_a_label(
    dashboards: Dashboards, published: Published
) -> None:
    dashboards.open("video-labels")
    where = f"{SIGHTINGS} AND video_s3_object_name = '{VIDEO}'"
    dashboards.choose("Video", VIDEO)
    dashboards.wait_for_number("Sightings", published.tile(where))
    dashboards.choose("Label", "Person")
    dashboards.wait_for_number("Sightings", published.tile(f"{where} AND name = 'Person'"))
    dashboards.wait_for_answers({"Seen together", "Where in the frame", "Timeline"})
    companions = dashboards.answers["Seen together"].rows
    assert {row["name"] for row in companions} == {"Person"}
    assert {row["bucket_and_name"] for row in dashboards.answers["Timeline"].rows} == {
        f"studio/{VIDEO}"
    }
    assert {row["name"] for row in dashboards.answers["Timeline"].rows} == {"Person"}


def test_filters_narrow_the_moderation_to_a_category_and_a_video(
    dashboards: Dashboards, published: Published
) -> None:
    dashboards.open("moderation")
    before = published.tile("SELECT count(*) FROM review_queue")
    (category,) = published.ask(
        f"SELECT category FROM video_review_queue WHERE video_s3_object_name = '{VIDEO}'"
    )[0]
    dashboards.choose("Video", VIDEO)
    where = f"FROM video_review_queue WHERE video_s3_object_name = '{VIDEO}'"
    dashboards.wait_for_number("Stretches to review", published.tile(f"SELECT count(*) {where}"))
    assert dashboards.number("To review") == before, "images have no video"
    dashboards.choose("Category", category)
    of_category = f"SELECT count(*) {where} AND category = '{category}'"
    dashboards.wait_for_number("Stretches to review", published.tile(of_category))
    dashboards.wait_for_answers({"Review queue of videos", "Timeline of moderation in videos"})
    assert {row["category"] for row in dashboards.answers["Review queue of videos"].rows} == {
        category
    }


def test_new_rows_appear_by_themselves_and_no_question_fails_while_a_load_runs(
    dashboards: Dashboards, published: Published, results: Results
) -> None:
    from analysed_media import one_more_day

    dashboards.open("video-labels")
    before = published.tile(SIGHTINGS)
    sent = dashboards.answers["Sightings"].request
    one_more_day(results.studio)
    load = results.start_load()
    seen = set()
    while load.poll() is None:
        answer = dashboards.page.request.post(sent.url, data=sent.post_data, headers=sent.headers)
        assert answer.ok, answer.text()
        (told,) = answer.json()["result"]
        seen.add(f"{told['data'][0]['Sightings']:,}")
    assert load.returncode == 0
    after = published.tile(SIGHTINGS)
    assert before != after
    assert before in seen <= {before, after}
    # The dashboard asks again each minute; nobody loads the page anew.
    dashboards.wait_for_number("Sightings", after)
    assert dashboards.error_tiles() == []
