"""Names in charts are text: Superset's tables and tooltips take a name with tags for HTML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bi.datasets import ASSETS

CHARTS = [yaml.safe_load(path.read_text()) for path in sorted((ASSETS / "charts").glob("*.yaml"))]
DATASETS = {
    one["uuid"]: one
    for one in (yaml.safe_load(path.read_text()) for path in (ASSETS / "datasets").rglob("*.yaml"))
}
# The switch of each kind that makes HTML of cells; it is on when nothing is said.
SWITCHES = {"table": "allow_render_html", "pivot_table_v2": "allowRenderHtml"}
WITHOUT_NAMES = {"big_number_total"}
IN_TOOLTIPS = ("x_axis", "y_axis", "groupby", "series", "tooltip_columns")


def named(chart: dict[str, Any]) -> set[str]:
    """The columns whose values a tooltip shows as they are."""
    told = [chart["params"].get(control) or [] for control in IN_TOOLTIPS]
    flat = [one for some in told for one in (some if isinstance(some, list) else [some])]
    return {one for one in flat if isinstance(one, str)}


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart["slice_name"])
def test_no_chart_makes_html_of_a_name(chart: dict[str, Any]) -> None:
    kind = chart["viz_type"]
    if kind in SWITCHES:
        assert chart["params"][SWITCHES[kind]] is False
    elif kind not in WITHOUT_NAMES:
        columns = DATASETS[chart["dataset_uuid"]]["columns"]
        texts = {one["column_name"] for one in columns if one["type"] == "VARCHAR"}
        assert named(chart) & texts == set(), "use replace(column, '<', '‹')"
