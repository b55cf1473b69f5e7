"""An empty warehouse in memory, with tables and views, to put literal rows into."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from literal_rows import Warehouse

from transforms.ddl import create_tables, identifier
from transforms.sql_files import views


@pytest.fixture(scope="session")
def empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        con.execute("SET TimeZone = 'UTC'")
        for statement in create_tables():
            con.execute(statement)
        for view in views():
            con.execute(f"CREATE VIEW {identifier(view.name)} AS {view.statement}")
        yield con


@pytest.fixture
def warehouse(empty_warehouse: duckdb.DuckDBPyConnection) -> Iterator[Warehouse]:
    """Rolled back after each test, so that making the tables costs once."""
    empty_warehouse.execute("BEGIN")
    yield Warehouse(empty_warehouse)
    empty_warehouse.execute("ROLLBACK")
