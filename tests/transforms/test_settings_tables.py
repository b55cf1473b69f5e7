"""Thresholds and prices: a person's CSV counts, a load takes it in, a rebuild keeps it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from committed import commit_result, image_rows, images

from rekognition_tables.cli.main import main
from rekognition_tables.errors import ResultsError
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.operations.tables import SETTINGS_TABLES, SettingsTable
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import read_only
from rekognition_tables.warehouse.load import Warehouse, load, load_and_publish
from rekognition_tables.warehouse.settings_tables import in_force, put, read_rows

THRESHOLDS = SETTINGS_TABLES["review_thresholds"]
PRICES = SETTINGS_TABLES["prices"]
STRICT = b"category,min_confidence\n,10\nViolence,99.5\n"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def queued(warehouse: Warehouse) -> list[tuple[object, ...]]:
    with read_only(warehouse) as con:
        return con.execute("SELECT source_ref_key FROM review_queue ORDER BY ALL").fetchall()


def test_a_threshold_that_a_person_sets_counts_from_the_next_load_on_and_stays(
    layout: Layout, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    commit_result(layout, images("m"), image_rows(["a.jpg"], "Violence", 99.0))
    load(layout, warehouse)
    assert queued(warehouse) == [("a.jpg",)]
    put(layout, THRESHOLDS, STRICT, "mine.csv")
    load(layout, warehouse)
    assert queued(warehouse) == []
    load(layout, warehouse, everything=True)
    assert queued(warehouse) == []
    (layout.root / "settings" / "review_thresholds.csv").unlink()
    load(layout, warehouse)
    assert queued(warehouse) == [("a.jpg",)]


def test_a_changed_setting_is_published_without_any_new_result(
    layout: Layout, tmp_path: Path
) -> None:
    warehouse, published = tmp_path / "w.duckdb", tmp_path / "published" / "w.duckdb"
    commit_result(layout, images("m"), image_rows(["a.jpg"], "Violence", 99.0))
    load_and_publish(layout, warehouse, published)
    put(layout, THRESHOLDS, STRICT, "mine.csv")
    load_and_publish(layout, warehouse, published)
    assert queued(published) == []


@pytest.mark.parametrize("table", SETTINGS_TABLES.values(), ids=SETTINGS_TABLES)
def test_what_comes_with_us_is_right(layout: Layout, table: SettingsTable) -> None:
    text, source = in_force(layout, table)
    assert read_rows(table, text, source)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "line 1: the header is not category,min_confidence"),
        ("category\n\n", "line 1: the header is not category,min_confidence"),
        ("category,min_confidence\n,80\nViolence\n", "line 3: it has not one value"),
        ("category,min_confidence\n,80,1\n", "line 2: it has not one value"),
        ("category,min_confidence\n,high\n", "line 2: min_confidence is 'high', not a number"),
        ("category,min_confidence\n,100.5\n", "line 2: min_confidence is '100.5', not a number"),
        ("category,min_confidence\n,nan\n", "line 2: min_confidence is 'nan', not a number"),
        ("category,min_confidence\n,80\n,90\n", "category '' stands there 2 times"),
        ("category,min_confidence\nViolence,80\n", "there is no row of category ''"),
        ('category,min_confidence\n"a,80\n', ": unexpected end of data"),
    ],
)
def test_a_file_that_is_not_right_is_refused_and_nothing_is_written(
    layout: Layout, text: str, reason: str
) -> None:
    with pytest.raises(ResultsError, match=r"mine\.csv cannot be used: ") as refused:
        put(layout, THRESHOLDS, text.encode(), "mine.csv")
    assert reason in str(refused.value)
    assert in_force(layout, THRESHOLDS)[1].endswith("sql/settings/review_thresholds.csv")


def test_a_price_needs_its_day_and_a_row_for_other_regions(layout: Layout) -> None:
    header = "operation,region,usd,unit,as_of,source\n"
    with pytest.raises(ResultsError, match=r"line 2: .*isoformat"):
        read_rows(PRICES, f"{header}label_detection,,0.1,minute,yesterday,me\n", "p.csv")
    with pytest.raises(ResultsError, match="no row of operation 'media_analysis' and region ''"):
        put(
            layout, PRICES, f"{header}label_detection,,0.1,minute,2026-05-01,me\n".encode(), "p.csv"
        )


def test_an_operation_that_came_later_than_a_file_of_prices_has_our_price(
    layout: Layout, tmp_path: Path
) -> None:
    header, *ours = in_force(layout, PRICES)[0].splitlines()
    (layout.root / "settings").mkdir(parents=True)
    own = f"{header}\nmedia_analysis,,7,image,2026-05-01,me\n"
    (layout.root / "settings" / "prices.csv").write_text(own)
    load(layout, tmp_path / "w.duckdb")
    with duckdb.connect(tmp_path / "w.duckdb", read_only=True) as con:
        found = con.execute("SELECT operation, usd FROM prices ORDER BY ALL").fetchall()
    assert found == [
        (name, 7.0 if name == "media_analysis" else 0.1) for name in sorted(OPERATIONS)
    ]
    assert len(ours) == len(OPERATIONS)


def test_a_broken_file_in_the_results_root_stops_the_load_and_names_it(
    layout: Layout, tmp_path: Path
) -> None:
    load(layout, tmp_path / "w.duckdb")
    (layout.root / "settings").mkdir(parents=True)
    (layout.root / "settings" / "prices.csv").write_bytes(b"\xff")
    with pytest.raises(ResultsError, match=r"prices\.csv cannot be used: it is not UTF-8"):
        load(layout, tmp_path / "w.duckdb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_as_excel_and_powershell_write_it_is_read(layout: Layout, encoding: str) -> None:
    text = "category,min_confidence\r\n,60\r\nGewalttätig,70\r\n"
    assert put(layout, THRESHOLDS, text.encode(encoding), "mine.csv") == 2
    assert in_force(layout, THRESHOLDS)[0] == text


def test_latin_1_is_refused_with_the_byte_and_how_to_convert(layout: Layout) -> None:
    data = "category,min_confidence\n,60\nGewalttätig,70\n".encode("latin-1")
    with pytest.raises(ResultsError, match=r"line 3: byte 0xE4 at offset 35 .*iconv -f WINDOWS"):
        put(layout, THRESHOLDS, data, "mine.csv")


def test_the_command_prints_changes_and_lists(
    layout: Layout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(layout.root))
    assert main(["settings", "review_thresholds"]) == 0
    assert capsys.readouterr().out.startswith("category,min_confidence\n,80\n")
    mine = tmp_path / "mine.csv"
    mine.write_bytes(b"\xef\xbb\xbf" + STRICT.replace(b"\n", b"\r\n"))  # as a spreadsheet saves it
    assert main(["settings", "review_thresholds", str(mine)]) == 0
    assert capsys.readouterr().out.startswith("2 rows of review_thresholds count")
    assert main(["settings", "review_thresholds", "--json"]) == 0
    assert capsys.readouterr().out == (
        '[{"category": "", "min_confidence": 10.0},'
        ' {"category": "Violence", "min_confidence": 99.5}]\n'
    )
    assert main(["settings"]) == 0
    printed = capsys.readouterr().out.split()
    assert printed[:2] == ["review_thresholds", f"{layout.root}/settings/review_thresholds.csv"]
    assert main(["settings", "prices", str(tmp_path / "none.csv")]) == 1
