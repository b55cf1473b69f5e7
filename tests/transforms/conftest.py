"""Warehouses of each kind, so that the same tests run over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from landed import Videos
from postgres_cluster import Cluster, running_cluster
from two_labels import publish

from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.load import Warehouse

FILE, SQLITE, POSTGRES = "file", "ducklake-sqlite", "ducklake-postgres"
LAKES = (SQLITE, POSTGRES)


@pytest.fixture(params=VIDEO_OPERATIONS)
def videos(request: pytest.FixtureRequest) -> Videos:
    """Each video operation in turn."""
    return Videos(VIDEO_OPERATIONS[request.param])


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster, pytest.MonkeyPatch.context() as environ:
        environ.setenv("PGPASSFILE", str(cluster.passfile))
        yield cluster


def new_warehouse(kind: str, folder: Path, request: pytest.FixtureRequest) -> Warehouse:
    """A warehouse that is not there yet."""
    if kind == FILE:
        return folder / "warehouse" / "w.duckdb"
    if kind == SQLITE:
        return DuckLake(f"ducklake:sqlite:{folder}/catalog/c.sqlite", str(folder / "lake"))
    database = request.getfixturevalue("cluster").new_database()
    return DuckLake(f"ducklake:postgres:{database}", str(folder / "lake"))


@pytest.fixture(params=[FILE, *(pytest.param(kind, marks=pytest.mark.soak) for kind in LAKES)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """Each kind in turn; lakes under soak, since each load of one takes half a second."""
    return new_warehouse(request.param, tmp_path, request)


@pytest.fixture(params=LAKES)
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> DuckLake:
    """Both kinds of catalog in turn."""
    made = new_warehouse(request.param, tmp_path, request)
    assert isinstance(made, DuckLake)
    return made


@pytest.fixture(scope="module")
def two_labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results root whose published file has a video of two labels."""
    folder = tmp_path_factory.mktemp("root")
    publish(folder)
    return folder


@pytest.fixture
def in_a_root_of_two_labels(
    two_labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the command line finds, in a folder of its own."""
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", str(two_labels))
    monkeypatch.delenv("REKOGNITION_WAREHOUSE_URI", raising=False)
    monkeypatch.chdir(tmp_path)
