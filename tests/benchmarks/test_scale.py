"""What a run asks S3 besides its new jobs depends on what is open, not on all that was done."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks import counted_store as store
from benchmarks.scale import every_run, fill, fill_ledger, one_job
from rekognition_tables.results_root.layout import Layout

OPEN = 3
STEPS = ["start", "land", "flatten", "plan", "collect", "measure"]
STEPS += ["load one new result"]


def requests(jobs: int, folder: Path) -> dict[str, Counter[str]]:
    """What each step asks in a root of so many jobs."""
    warehouse = folder / f"{jobs}.duckdb"
    with store.counted():
        layout = Layout.at("memory://bench/results")
        fill(layout, jobs, OPEN)
        fill_ledger(layout, warehouse, jobs - OPEN)
        steps = one_job(layout, jobs) | every_run(layout, warehouse)
    return {name: cost.requests for name, cost in steps.items()}


@pytest.fixture(scope="module")
def few_and_many(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    folder = tmp_path_factory.mktemp("scale")
    return requests(10, folder), requests(60, folder)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_asks_the_same_however_many_jobs_are_done(
    step: str, few_and_many: tuple[dict[str, Counter[str]], dict[str, Counter[str]]]
) -> None:
    few, many = few_and_many
    assert few[step] == many[step]
    assert few[step].total() > 0


def test_a_listing_costs_a_request_for_each_thousand_names() -> None:
    with store.counted():
        folder = Layout.at("memory://bench/results").commits("label_detection")
        for number in range(2_001):
            folder.fs.pipe_file(f"{folder.path}/{number}.json", b"{}")
        store.REQUESTS.clear()
        assert len(folder.fs.ls(folder.path, detail=False)) == 2_001
        assert store.REQUESTS == {"LIST": 3}
