"""Hostile names of objects, folders and labels: both dashboards show them as text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Results
    from dashboards import Dashboards

sys.path.append(str(Path(__file__).resolve().parents[1] / "transforms"))

pytestmark = [pytest.mark.bi, pytest.mark.timeout(900)]
OVERLAY = '<div class="owned" style="position:fixed;inset:0;z-index:9999;background:#fff">'
LINK = '<a class="owned" href="https://attacker.example/">Log in again</a>'
IMAGE = f"images/{OVERLAY}{LINK}</div>.jpg"
FOLDER = f"<b class='owned'>{LINK}</b>".replace("/", "|")
LABEL = f'{OVERLAY}Cat</div><img class="owned" src="/logout/">'
CATEGORY = f"{LINK}<script>document.title = 'owned'</script>"
VIDEO = f"{OVERLAY}.mp4"
OWNED = "() => document.querySelectorAll('.owned').length"


@pytest.fixture(scope="module", autouse=True)
def hostile(results: Results) -> None:
    """The rows as a load takes them in, with the most of everything, so that charts show them."""
    from committed import commit_result, image_rows, images, video, video_rows

    layout = results.studio.layout
    pictures = [IMAGE, *(f"{FOLDER}/{number}.jpg" for number in range(90))]
    commit_result(layout, images("hostile"), image_rows(pictures, CATEGORY, 99.9))
    rows = {name: [dict(row) for row in some] for name, some in video_rows([LABEL] * 900).items()}
    rows["label_detection_jobs"][0] |= {
        "video_s3_object_bucket": "studio",
        "video_s3_object_name": VIDEO,
    }
    rows["labels"] += [
        {"label_index": 900 + n, "timestamp": 500 * n, "name": name, "confidence": 99.0}
        for n in range(900)
        for name in [f"{LABEL} again"]
    ]
    commit_result(layout, video("hostile"), rows)
    assert results.start_load().wait() == 0


@pytest.mark.parametrize(
    "slug, texts",
    [
        ("moderation", {"Review queue": IMAGE, "Findings by prefix": FOLDER}),
        ("video-labels", {}),
    ],
)
def test_hostile_names_are_text(dashboards: Dashboards, slug: str, texts: dict[str, str]) -> None:
    dashboards.open(slug)
    for chart, text in texts.items():
        cell = dashboards.tile(chart).get_by_text(text).first
        cell.scroll_into_view_if_needed()
        assert cell.inner_text() == text
    answered = "".join(str(answer.rows) for answer in dashboards.answers.values())
    assert "‹div" in answered or "‹a" in answered
    assert dashboards.page.evaluate(OWNED) == 0
    assert dashboards.page.title() != "owned"


@pytest.mark.parametrize(
    "slug, chart",
    [
        ("moderation", "Findings by category"),
        ("moderation", "Trend"),
        ("video-labels", "Screen time"),
        ("video-labels", "Seen together"),
        ("video-labels", "Timeline"),
    ],
)
def test_a_tooltip_shows_hostile_names_as_text(
    dashboards: Dashboards, slug: str, chart: str
) -> None:
    dashboards.open(slug)
    canvas = dashboards.tile(chart).locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    shown = ""
    for across in (0.25, 0.4, 0.55, 0.7, 0.85):
        for down in range(1, 20):
            dashboards.page.mouse.move(
                box["x"] + box["width"] * across, box["y"] + box["height"] * down / 20
            )
            dashboards.page.wait_for_timeout(40)
            shown += dashboards.page.evaluate("() => document.body.innerText")
            assert dashboards.page.evaluate(OWNED) == 0
        if "‹div" in shown or "‹a" in shown:
            return
    raise AssertionError("no tooltip showed a hostile name")
