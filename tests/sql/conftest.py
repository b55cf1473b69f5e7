"""An empty warehouse in memory, with tables and views, to put literal rows into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from literal_rows import Warehouse

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.ddl import (
    PRECOMPUTED,
    create_tables,
    identifier,
    precomputed_tables,
)
from rekognition_tables.warehouse.load import load
from rekognition_tables.warehouse.settings_tables import fill_with_defaults
from rekognition_tables.warehouse.sql_files import precomputed, views


@pytest.fixture(scope="session")
def empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        con.execute("SET TimeZone = 'UTC'")
        for statement in (*create_tables(), *precomputed_tables()):
            con.execute(statement)
        fill_with_defaults(con)
        for file in precomputed():  # as views: nothing to keep up to date
            con.execute(f"DROP TABLE {PRECOMPUTED}.{file.name}")
            con.execute(f"CREATE VIEW {PRECOMPUTED}.{file.name} AS {file.statement}")
        for view in views():
            con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
        yield con


@pytest.fixture
def warehouse(empty_warehouse: duckdb.DuckDBPyConnection) -> Iterator[Warehouse]:
    """Rolled back after each test, so that making the tables costs once."""
    empty_warehouse.execute("BEGIN")
    yield Warehouse(empty_warehouse)
    empty_warehouse.execute("ROLLBACK")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file that nothing was loaded into, to be copied: making its tables costs once."""
    folder = tmp_path_factory.mktemp("empty")
    load(Layout.at(str(folder / "results")), folder / "warehouse.duckdb")
    return folder / "warehouse.duckdb"
