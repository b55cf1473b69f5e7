"""Hostile names of objects, folders, labels and jobs: both dashboards show them as text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from conftest import Results
    from dashboards import Dashboards

sys.path.append(str(Path(__file__).resolve().parents[1] / "transforms"))

pytestmark = [pytest.mark.bi, pytest.mark.timeout(900)]
NOT_ANALYSED = "Jobs that failed or left images out"
OVERLAY = '<div class="owned" style="position:fixed;inset:0;z-index:9999;background:#fff">'
LINK = '<a class="owned" href="https://attacker.example/">Log in again</a>'
IMAGE = f"images/{OVERLAY}{LINK}</div>.jpg"
FOLDER = f"<b class='owned'>{LINK}</b>".replace("/", "|")
LABEL = f'{OVERLAY}Cat</div><img class="owned" src="/logout/">'
CATEGORY = f"{LINK}<script>document.title = 'owned'</script>"
VIDEO = f"{OVERLAY}.mp4"
TAG = f"tag of {LINK}"
ERROR = f"error of {OVERLAY}"
HOVERED = "() => document.body.innerText"  # a tooltip is; what a canvas draws is not
OWNED = "() => document.querySelectorAll('.owned').length"


@pytest.fixture(scope="module", autouse=True)
def hostile(results: Results) -> None:
    """The rows as a load takes them in, with the most of everything, so that charts show them."""
    from committed import commit_result, image_rows, images, video, video_rows

    layout = results.studio.layout
    pictures = [IMAGE, *(f"{FOLDER}/{number}.jpg" for number in range(90))]
    error = {"error_index": 0, "code": ERROR, "message": LINK}
    moderated = {**image_rows(pictures, CATEGORY, 99.9), "manifest_errors": [error]}
    commit_result(layout, images("hostile"), moderated)
    rows = {name: [dict(row) for row in some] for name, some in video_rows([LABEL] * 900).items()}
    rows["label_detection_jobs"][0] |= {
        "video_s3_object_bucket": "studio",
        "video_s3_object_name": VIDEO,
        "job_tag": TAG,
    }
    rows["labels"] += [
        {"label_index": 900 + n, "timestamp": 500 * n, "name": name, "confidence": 99.0}
        for n in range(900)
        for name in [f"{LABEL} again"]
    ]
    commit_result(layout, video("hostile"), rows)
    assert results.start_load().wait() == 0


@pytest.mark.parametrize(
    "slug, texts, in_tooltips",
    [
        (
            "moderation",
            {"Review queue": LINK, "Findings by prefix": FOLDER, NOT_ANALYSED: ERROR},
            ["Findings by category", "Trend"],
        ),
        ("video-labels", {}, ["Screen time", "Seen together", "Timeline"]),
    ],
)
def test_hostile_names_are_text(
    dashboards: Dashboards, slug: str, texts: dict[str, str], in_tooltips: list[str]
) -> None:
    dashboards.open(slug)
    for chart, text in texts.items():
        assert text in dashboards.tile(chart).inner_text()
    shown = {chart: str(dashboards.answers[chart].rows) for chart in in_tooltips}
    assert [chart for chart, rows in shown.items() if "<" in rows] == []
    assert [chart for chart, rows in shown.items() if "\u2039" not in rows] == []
    for chart in in_tooltips:
        if chart == "Timeline":
            continue  # a mouse that is moved over it found no tooltip
        assert "\u2039" in tooltip(dashboards, chart), chart
        assert dashboards.page.evaluate(OWNED) == 0
    assert TAG not in str([answer.rows for answer in dashboards.answers.values()])
    assert dashboards.error_tiles() == []
    assert dashboards.page.evaluate(OWNED) == 0
    assert dashboards.page.title() != "owned"


def tooltip(dashboards: Dashboards, chart: str) -> str:
    """What a chart says where the mouse meets a hostile name."""
    canvas = dashboards.tile(chart).locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    said = ""
    for down in range(1, 20):
        for right in range(1, 20):
            dashboards.page.mouse.move(
                box["x"] + box["width"] * right / 20, box["y"] + box["height"] * down / 20
            )
            dashboards.page.wait_for_timeout(30)
            said = str(dashboards.page.evaluate(HOVERED))
            if "\u2039" in said:
                return said
    return said


def test_a_hostile_tag_is_text_in_sql_lab(dashboards: Dashboards) -> None:
    """No chart shows tags: a person asks for them. Superset makes HTML of answers by itself."""
    (database,) = dashboards.ask("/api/v1/database/")
    sql = "SELECT job_tag FROM label_detection_analyses WHERE job_tag LIKE '%owned%'"
    asked = urlencode({"dbid": database["id"], "sql": sql, "autorun": "true"})
    dashboards.page.goto(f"{dashboards.url}/sqllab/?{asked}")
    dashboards.page.get_by_text(TAG).first.wait_for()
    assert dashboards.page.evaluate(OWNED) == 0
