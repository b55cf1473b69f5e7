"""Both dashboards on a narrower window, and a chart that has nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dashboards import Dashboards

pytestmark = [pytest.mark.bi, pytest.mark.timeout(900)]
# Titles as they are read, and those that the window cuts off with dots.
TITLE = ".chart-slice .header-title"
TITLES = f"() => [...document.querySelectorAll('{TITLE}')].map(e => e.innerText)"
CUT = f"""() => [...document.querySelectorAll("{TITLE}, {TITLE} *")]
    .filter(e => e.scrollWidth > e.clientWidth && e.clientWidth).map(e => e.innerText)"""
WIDTHS = "() => [...document.querySelectorAll('.chart-slice')].map(e => e.clientWidth)"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
BELOW = "e => getComputedStyle(e.querySelector('.dashboard-chart'), '::after').content"


@pytest.mark.parametrize("slug", ["video-labels", "moderation"])
@pytest.mark.parametrize("width", [1400, 800])
def test_titles_are_whole_and_every_chart_has_room(
    dashboards: Dashboards, slug: str, width: int
) -> None:
    dashboards.page.set_viewport_size({"width": width, "height": 5600})
    dashboards.open(slug)
    assert sorted(dashboards.page.evaluate(TITLES)) == sorted(dashboards.answers)
    assert dashboards.page.evaluate(CUT) == []
    assert dashboards.page.evaluate(SIDEWAYS) == 0
    assert min(dashboards.page.evaluate(WIDTHS)) > 200


def test_an_empty_chart_says_why(dashboards: Dashboards) -> None:
    """A scene has no boxes, so there is nothing to show of where they are."""
    dashboards.open("video-labels")
    assert dashboards.tile("Where in the frame").evaluate(BELOW) == "none"
    dashboards.choose("Label", "Outdoors")
    dashboards.wait_for_answers({"Where in the frame", "Screen time"})
    assert dashboards.answers["Where in the frame"].rows == []
    dashboards.wait_until_drawn()
    assert "Empty when what is chosen has no boxes" in dashboards.tile(
        "Where in the frame"
    ).evaluate(BELOW)
    assert dashboards.tile("Screen time").evaluate(BELOW) == "none"
