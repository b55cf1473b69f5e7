"""A dashboard in a browser: what its charts were answered, and what a person sees."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request

CHART_DATA = "/api/v1/chart/data"
ALL_CHARTS = "/api/v1/chart/?q=(page_size:100)"
LOADING = "[data-test=loading-indicator], .loading"
ERRORS = ".ant-alert-error, [data-test=error-boundary], .missing-chart-container"
# True once two looks, a moment apart, find the same pixels: ECharts has drawn its last frame.
STILL = """() => {
    const drawn = [...document.querySelectorAll("canvas")].map(c => c.toDataURL()).join();
    const still = drawn === window.drawnBefore;
    window.drawnBefore = drawn;
    return still;
}"""


@dataclass(frozen=True)
class Answer:
    """What a chart asked, the SQL that Superset made of it, and the rows it got."""

    request: Request
    query: str
    rows: list[dict[str, Any]]


def filtered_by(asked: dict[str, Any]) -> set[str]:
    """The values that the filters of a chart's question let through."""
    filters = [one for query in asked["queries"] for one in query["filters"]]
    return {value for one in filters if one["op"] == "IN" for value in one["val"]}


@dataclass
class Dashboards:
    """A page of Superset. `answers` are the newest of each chart, by its name.

    A chart that was asked before a filter was applied may still answer after it; such an answer
    is told by its question, which lacks the chosen value, and is not taken.
    """

    page: Page
    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    _chosen: set[str] = field(default_factory=set)
    _finished: list[Request] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("requestfinished", lambda request: self._finished.append(request))

    def log_in(self, password: str) -> None:
        self.page.goto(f"{self.url}/login/")
        self.page.fill("#username", "admin")
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def ask(self, path: str) -> Any:
        """What Superset's API answers to this user."""
        answer = self.page.request.get(f"{self.url}{path}")
        assert answer.ok, answer.text()
        return answer.json()["result"]

    def open(self, slug: str) -> None:
        """Open a dashboard, and wait until each of its charts is answered and drawn."""
        self._names = {chart["id"]: chart["slice_name"] for chart in self.ask(ALL_CHARTS)}
        charts = {chart["slice_name"] for chart in self.ask(f"/api/v1/dashboard/{slug}/charts")}
        self.answers.clear()
        self._chosen.clear()
        self.page.goto(f"{self.url}/superset/dashboard/{slug}/")
        self.wait_for_answers(charts)
        self.wait_until_drawn()

    def wait_for_answers(self, charts: set[str]) -> None:
        """Until each of these was answered since `answers` was cleared."""
        self._read_answers()
        while not charts <= self.answers.keys():
            self.page.wait_for_event("requestfinished")
            self._read_answers()

    def _read_answers(self) -> None:
        while self._finished:
            request = self._finished.pop(0)
            if CHART_DATA not in request.url:
                continue
            asked = json.loads(request.post_data or "{}")
            name = self._names.get(int(asked.get("form_data", {}).get("slice_id") or 0))
            response = request.response()
            if name is None or response is None:
                continue
            assert response.ok, f"{name}: {response.text()}"
            if self._chosen <= filtered_by(asked):
                (told,) = response.json()["result"]
                assert told["error"] is None, told["error"]
                self.answers[name] = Answer(request, told["query"], told["data"])

    def wait_until_drawn(self) -> None:
        self.page.wait_for_function(f"() => !document.querySelector('{LOADING}')")
        self.page.wait_for_function(STILL, polling=1000)

    def error_tiles(self) -> list[str]:
        return self.page.locator(ERRORS).all_inner_texts()

    def tile(self, name: str) -> Locator:
        return self.page.locator(f'[data-test-chart-name="{name}"]')

    def number(self, name: str) -> str:
        """What stands in a tile with one big number."""
        return self.tile(name).locator(".header-line").inner_text()

    def wait_for_number(self, name: str, text: str) -> None:
        """Until the tile says so, without anybody touching the page."""
        self.tile(name).locator(".header-line").get_by_text(text, exact=True).wait_for()

    def choose(self, name: str, value: str) -> None:
        """Choose one value of a filter, and apply it."""
        self.answers.clear()
        self._chosen.add(value)
        self.page.click(f"#NATIVE_FILTER-{name}", force=True)
        self.page.fill(f"#NATIVE_FILTER-{name}", value)
        self.page.click(f'.ant-select-item-option[title="{value}"]')
        self.page.click("[data-test=filter-bar__apply-button]")

    def photograph(self, path: Path) -> None:
        """The dashboard down to its last chart."""
        path.parent.mkdir(parents=True, exist_ok=True)
        bottom = self.page.evaluate(
            "() => Math.max(...[...document.querySelectorAll('.dashboard-component-chart-holder')]"
            ".map(tile => tile.getBoundingClientRect().bottom))"
        )
        self.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": 1600, "height": bottom + 16})
