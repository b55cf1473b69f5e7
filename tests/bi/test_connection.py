"""The connection that Superset uses: read-only, closed to the rest of the machine, never stale."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bi.start import make_secret
from bi.superset.published import connect, mutator

URI = "duckdb:///:memory:"


def publish(path: Path, *numbers: int) -> None:
    new = path.with_suffix(".new")
    with duckdb.connect(str(new)) as con:
        con.execute("CREATE TABLE labels (number INTEGER)")
        con.executemany("INSERT INTO labels VALUES (?)", [[number] for number in numbers])
    os.replace(new, path)  # noqa: PTH105


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "it's published.duckdb"
    publish(path, 1)
    return path


def test_a_new_connection_sees_the_file_that_was_swapped_in_while_others_are_open(
    published: Path,
) -> None:
    uri, params = mutator(published)(make_url(URI), {"poolclass": NullPool})
    engine = create_engine(uri, **params)
    query = text("SELECT sum(number) FROM main.labels")
    with engine.connect() as earlier:
        assert earlier.scalar(query) == 1
        publish(published, 1, 2)
        with engine.connect() as later:
            assert later.scalar(query) == 3
        assert earlier.scalar(query) == 1


def test_another_database_is_left_as_it_is(published: Path) -> None:
    uri = make_url("duckdb:////elsewhere.duckdb")
    assert mutator(published)(uri, {"echo": True}) == (uri, {"echo": True})


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM labels",
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY labels TO '/tmp/labels.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_it_reads_the_published_file_and_nothing_else(published: Path, statement: str) -> None:
    with connect(published) as con, pytest.raises(duckdb.Error):
        con.execute(statement)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert make_secret(path, 12)
    first = path.read_text()
    assert not make_secret(path, 12)
    assert path.read_text() == first
    assert path.stat().st_mode & 0o777 == 0o600
