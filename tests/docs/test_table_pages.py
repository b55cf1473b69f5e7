"""The pages of docs/tables are what the schemas and sql/ say now, and their queries run."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from local.write_docs import DOCS, PRICES, README, pages, prices, with_settings
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.warehouse.ddl import create_tables, identifier, precomputed_tables
from rekognition_tables.warehouse.sql_files import all_of, read, views


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty tables and views."""
    with duckdb.connect(":memory:") as con:
        for statement in (*create_tables(), *precomputed_tables()):
            con.execute(statement)
        for view in views():
            con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
        yield con


def test_every_page_is_as_the_schemas_and_views_are_now() -> None:
    on_disk = {path.name: path.read_text() for path in DOCS.glob("*.md")}
    assert on_disk == pages(), "run `python -m local.write_docs`"


def test_the_prices_are_those_of_the_operations_now() -> None:
    assert PRICES.read_text() == prices(), "run `python -m local.write_docs`"


def test_the_readme_has_the_settings_as_they_are_now() -> None:
    readme = README.read_text()
    assert with_settings(readme) == readme, "run `python -m local.write_docs`"


def test_settings_go_between_their_marks_and_nowhere_else() -> None:
    written = with_settings("before\n<!-- settings -->\nold\n<!-- /settings -->\nafter\n")
    assert written.startswith("before\n<!-- settings -->\n| variable | default | meaning |\n")
    assert "| `REKOGNITION_RESULTS_URI` | `var` |" in written
    assert written.endswith("|\n<!-- /settings -->\nafter\n")
    assert "old" not in written
    assert with_settings("no marks") == "no marks"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_page_tells_every_column_and_a_query_that_runs(
    table: str, con: duckdb.DuckDBPyConnection
) -> None:
    page = (DOCS / f"{table}.md").read_text()
    for column in TABLES[table].schema.names:
        assert f"| `{column}` |" in page
    assert con.execute(read("examples", table).statement).fetchall() == []


def test_every_example_has_a_page() -> None:
    assert {example.name for example in all_of("examples")} == set(TABLES)


def test_every_join_of_the_diagram_is_by_columns_that_both_sides_have() -> None:
    index = (DOCS / "README.md").read_text()
    joins = [line.split() for line in index.splitlines() if "||--" in line]
    assert len(joins) == len(TABLES) - 1
    for line in joins:
        above, below = line[0], line[2]
        keys = " ".join(line[4:]).strip('"').split(", ")
        assert keys
        for key in keys:
            assert key in TABLES[above].schema.names
            assert key in TABLES[below].schema.names
