"""Superset's files agree with each other and with the schemas; no Superset is started."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bi.datasets import ASSETS, DATABASE, FOLDER, files
from rekognition_tables.warehouse.sql_files import views


def assets(folder: str) -> dict[str, dict[str, Any]]:
    found = sorted((ASSETS / folder).rglob("*.yaml"))
    return {path.stem: yaml.safe_load(path.read_text()) for path in found}


DATASETS = {one["uuid"]: one for one in assets("datasets").values()}
CHARTS = {one["uuid"]: one for one in assets("charts").values()}
DASHBOARDS = assets("dashboards")


def test_datasets_are_those_that_the_views_and_schemas_give() -> None:
    written = {path.name: path.read_text() for path in FOLDER.glob("*.yaml")}
    assert written == files(), "run `make docs` and commit what it writes"


def test_every_view_is_a_dataset_that_says_what_it_answers() -> None:
    about = {one["table_name"]: one["description"] for one in DATASETS.values()}
    assert about.keys() == {view.name for view in views()}
    assert all("Answers: " in text for text in about.values())
    assert {one["database_uuid"] for one in DATASETS.values()} == {DATABASE}


def test_a_column_has_the_description_of_its_schema_or_of_the_view_that_makes_it() -> None:
    (findings,) = [one for one in DATASETS.values() if one["table_name"] == "moderation_findings"]
    told = {column["column_name"]: column for column in findings["columns"]}
    assert told["confidence"]["description"] == "How sure the model is. Unit: percent, 0 to 100."
    assert told["category"]["description"] == (
        "Top-level category, as the model that found the label names it."
    )
    assert told["completion_timestamp"]["is_dttm"]


def test_every_column_has_a_description_and_a_view_explains_only_columns_it_has() -> None:
    about = {view.name: view.columns for view in views()}
    for dataset in DATASETS.values():
        view = dataset["table_name"]
        columns = {column["column_name"]: column["description"] for column in dataset["columns"]}
        assert [name for name, told in columns.items() if not told] == [], view
        assert about[view].keys() <= columns.keys(), view


def columns_of(value: Any) -> Iterator[str]:
    """The columns that a chart names outright; those inside SQL run in the browser's tests."""
    named = (
        "x_axis",
        "groupby",
        "groupbyRows",
        "groupbyColumns",
        "all_columns",
        "y_axis",
        "series",
    )
    for key in named:
        told = value.get(key) or []
        yield from (
            one for one in (told if isinstance(told, list) else [told]) if isinstance(one, str)
        )
    yield from (json.loads(order)[0] for order in value.get("order_by_cols", []))
    yield from (one["subject"] for one in value["adhoc_filters"] if "subject" in one)


@pytest.mark.parametrize("uuid", CHARTS, ids=lambda uuid: CHARTS[uuid]["slice_name"])
def test_a_chart_asks_for_columns_that_its_dataset_has(uuid: str) -> None:
    chart = CHARTS[uuid]
    dataset = DATASETS[chart["dataset_uuid"]]
    assert set(columns_of(chart["params"])) <= {
        column["column_name"] for column in dataset["columns"]
    }
    assert chart["description"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_has_charts_and_filters_that_are_there(name: str) -> None:
    dashboard = DASHBOARDS[name]
    parts = [part for part in dashboard["position"].values() if isinstance(part, dict)]
    shown = [part["meta"]["uuid"] for part in parts if part["type"] == "CHART"]
    assert shown
    assert set(shown) <= CHARTS.keys()
    for choice in dashboard["metadata"]["native_filter_configuration"]:
        (target,) = choice["targets"]
        columns = DATASETS[target["datasetUuid"]]["columns"]
        assert target["column"]["name"] in {column["column_name"] for column in columns}


def test_every_chart_is_on_a_dashboard() -> None:
    text = "".join(path.read_text() for path in (ASSETS / "dashboards").glob("*.yaml"))
    assert [chart["slice_name"] for uuid, chart in CHARTS.items() if uuid not in text] == []


def charts_of(dashboard: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The charts of a dashboard, by the number that it knows them by."""
    parts = (part for part in dashboard["position"].values() if isinstance(part, dict))
    return {
        part["meta"]["chartId"]: CHARTS[part["meta"]["uuid"]]
        for part in parts
        if part["type"] == "CHART"
    }


@pytest.mark.parametrize("name", DASHBOARDS)
def test_an_object_is_chosen_by_its_bucket_too(name: str) -> None:
    choices = DASHBOARDS[name]["metadata"]["native_filter_configuration"]
    (bucket,) = [one for one in choices if one["name"] == "Bucket"]
    assert bucket["scope"]["excluded"] == []
    column = bucket["targets"][0]["column"]["name"]
    for chart in charts_of(DASHBOARDS[name]).values():
        told = {one["column_name"] for one in DATASETS[chart["dataset_uuid"]]["columns"]}
        if column.replace("bucket", "name") in told or column.replace("bucket", "key") in told:
            assert column in told, chart["slice_name"]


def test_nothing_is_left_out_before_somebody_chooses() -> None:
    """A video counts once by itself, in whichever form: only overlapping folders need a choice."""
    chosen = {
        (name, choice["name"])
        for name, dashboard in DASHBOARDS.items()
        for choice in dashboard["metadata"]["native_filter_configuration"]
        if choice["defaultDataMask"]["extraFormData"]
    }
    assert chosen == {("Moderation", "Depth of prefixes")}


def test_a_chart_that_may_be_empty_says_why_on_its_dashboard() -> None:
    """Superset's own text for an empty chart is fixed: its description is shown below."""
    silent = [
        chart["slice_name"]
        for chart in CHARTS.values()
        if chart["viz_type"] != "big_number_total" and "Empty when" not in chart["description"]
    ]
    assert silent == []
    assert all("attr(aria-label)" in dashboard["css"] for dashboard in DASHBOARDS.values())
