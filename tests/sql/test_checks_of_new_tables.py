"""A table that is added is checked as the others are, without new SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from literal_rows import Warehouse

from rekognition_tables.operations.columns import (
    INTEGER,
    PERCENT,
    REAL,
    TEXT,
    Column,
    Member,
    Position,
)
from rekognition_tables.operations.table import Table, table
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.warehouse.checks import checks, filled
from rekognition_tables.warehouse.ddl import create_table
from rekognition_tables.warehouse.sql_files import all_of


def of_videos(name: str, about: str, positions: list[Position], columns: list[Any]) -> Table:
    operations, page = ("label_detection",), "https://docs.aws.amazon.com/rekognition/"
    return table(name, about, positions, columns, operations=operations, aws_page=page, forms=True)


TEXTS = of_videos(
    "texts",
    "Words that were read.",
    [Position("text_index", "Position of the text.", "Texts")],
    [
        Column("type", TEXT, "LINE or WORD.", null=False),
        Member("Confidence", REAL, "How sure.", PERCENT),
        Column("timestamp", INTEGER, "Moment."),
        *(
            Column(f"geometry_bounding_box_{side}", REAL, "Side.")
            for side in ("width", "height", "left", "top")
        ),
    ],
)
CORNERS = of_videos(
    "corners",
    "Corners of a text.",
    [
        Position("text_index", "Position of the text.", "Texts"),
        Position("corner_index", "Position in the text.", "Texts.Corners"),
    ],
    [],
)
SHADES = of_videos(
    "shades",
    "Shades of a dominant colour: three lists deep.",
    [
        Position(f"{one}_index", f"Position of the {one}.", one)
        for one in ("label", "instance", "color", "shade")
    ],
    [],
)
SETUPS = of_videos("setups", "One row a result.", [], [])
VIDEO = {"job_id": "v", "aggregate_by": "TIMESTAMPS"}
AT = ("label_detection", "v", "TIMESTAMPS")


@pytest.fixture
def warehouse(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    for new in (TEXTS, CORNERS, SHADES, SETUPS):
        monkeypatch.setitem(TABLES, new.name, new)
        for statement in create_table(new):
            warehouse.con.execute(statement)
    checks.cache_clear()
    yield warehouse
    checks.cache_clear()


def problems(warehouse: Warehouse, check: str) -> list[str]:
    found = warehouse.ask(checks()[check].statement)
    assert all(row[:3] == AT for row in found)
    return [row[3] for row in found]


TEXT_ROW = VIDEO | {"text_index": 0, "type": "LINE", "confidence": 99.0}
COLOR = VIDEO | {"label_index": 70, "instance_index": 2, "color_index": 1}


@pytest.mark.parametrize(
    "check, name, rows, problem",
    [
        ("results_are_unique", "setups", [VIDEO] * 2, "setups has 2 rows of it instead of one"),
        (
            "video_positions_are_unique",
            "texts",
            [TEXT_ROW] * 2,
            "texts has 2 rows instead of 1 at text_index 0 to 63",
        ),
        (
            "video_positions_are_unique",
            "shades",
            [COLOR | {"shade_index": 3}] * 2,
            "shades has 2 rows instead of 1 at label_index 64 to 127",
        ),
        (
            "confidences_are_percentages",
            "texts",
            [TEXT_ROW | {"confidence": 101.0}],
            "texts has a percentage of 101.0",
        ),
        (
            "boxes_are_ratios",
            "texts",
            [TEXT_ROW | {"geometry_bounding_box_top": 480.0}],
            "the box at text_index 0 is no ratio of the frame",
        ),
        (
            "times_in_videos_are_in_order",
            "texts",
            [TEXT_ROW | {"timestamp": -1}],
            "the text at text_index 0 has a time out of order",
        ),
        (
            "row_counts_match_the_ledger",
            "texts",
            [TEXT_ROW],
            "texts has 1 rows of it, the ledger says 0",
        ),
        (
            "rows_belong_to_a_parent",
            "corners",
            [VIDEO | {"text_index": 65, "corner_index": 0}],
            "corners has a row at text_index 65, where there is no text",
        ),
        (
            "rows_belong_to_a_parent",
            "shades",
            [COLOR | {"shade_index": 0}],
            "shades has a row at label_index 70, instance_index 2, color_index 1,"
            " where there is no color",
        ),
    ],
)
def test_what_is_wrong_in_a_new_table_is_found(
    warehouse: Warehouse, check: str, name: str, rows: list[dict[str, Any]], problem: str
) -> None:
    assert problems(warehouse, check) == []
    warehouse.put(name, *rows)
    assert problems(warehouse, check) == [problem]


def test_a_null_in_a_new_table_is_found(warehouse: Warehouse) -> None:
    columns = "'v' AS job_id, 'TIMESTAMPS' AS aggregate_by, 0 AS text_index, NULL AS type"
    warehouse.con.execute(f"CREATE TEMP VIEW texts AS SELECT {columns}")
    assert problems(warehouse, "required_columns_are_not_null") == [
        "texts has a NULL in job_id, aggregate_by, text_index or type"
    ]


def test_rows_under_a_parent_three_lists_deep_are_no_finding(warehouse: Warehouse) -> None:
    warehouse.put("label_instance_dominant_colors", COLOR)
    warehouse.put("shades", COLOR | {"shade_index": 0})
    found = [text for text in problems(warehouse, "rows_belong_to_a_parent") if "shades" in text]
    assert found == []


def test_a_statement_is_filled_in_whole() -> None:
    for check in checks().values():
        assert "$" not in check.statement
        assert "-- each " not in check.statement
        assert "-- UNION ALL" not in check.statement


@pytest.mark.parametrize("words", ["-- each thing\nSELECT 1\n", "-- each table\nSELECT $thing\n"])
def test_a_part_or_a_name_that_is_not_known_is_an_error(words: str) -> None:
    with pytest.raises(KeyError, match="thing"):
        filled(f"{words}-- UNION ALL\n", TABLES.values())


def test_files_name_no_table_but_the_ledger_and_those_of_jobs() -> None:
    jobs = {"label_detection_jobs", "media_analysis_jobs"}  # every_result_has_its_job
    for file in all_of("checks"):
        named = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", file.statement)) & TABLES.keys()
        assert named <= {"loads"} | (jobs if file.name == "every_result_has_its_job" else set())


def test_a_percentage_is_known_by_its_unit() -> None:
    units = {column.unit for table in TABLES.values() for column in table.columns}
    assert {unit for unit in units if "percent" in unit} == {PERCENT}
