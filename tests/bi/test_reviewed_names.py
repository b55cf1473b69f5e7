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
    "slug, texts, in_tooltips",
    [
        (
            "moderation",
            {"Review queue": LINK, "Findings by prefix": FOLDER},
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
    assert dashboards.error_tiles() == []
    assert dashboards.page.evaluate(OWNED) == 0
    assert dashboards.page.title() != "owned"
