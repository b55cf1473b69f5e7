"""A DuckLake among the results: its tidying would remove plans, to be paid for again."""

from __future__ import annotations

from pathlib import Path

import pytest
from upath import UPath

from rekognition_tables.errors import ResultsError
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.connection import opened
from rekognition_tables.warehouse.lake.ducklake import DuckLake
from rekognition_tables.warehouse.lake.maintenance import tidy_up_if_due
from rekognition_tables.warehouse.lake.place import refuse_lake_among_results
from rekognition_tables.warehouse.load import load

REFUSED = "would remove what is not its own"
AMONG = ["", "plans", "raw/", "tables/labels", "..", "lake/../plans", "lake/below", "./raw", "link"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "outer" / "results"
    for folder in ("plans", "raw", "tables"):
        (root / folder).mkdir(parents=True)
    (root / "link").symlink_to("plans")
    (tmp_path / "elsewhere").symlink_to(root / "raw")
    return root


@pytest.mark.parametrize("data", AMONG)
def test_a_lake_among_the_results_is_refused(root: Path, data: str) -> None:
    place = f"{root}/{data}"
    (root / "plans" / "plan.parquet").write_bytes(b"paid for")
    with pytest.raises(ResultsError, match=REFUSED):
        _ = Settings(
            results_uri=str(root), warehouse_uri="ducklake:sqlite:c", warehouse_data_uri=place
        ).warehouse
    lake = DuckLake(f"ducklake:sqlite:{root.parent / 'c.sqlite'}", place)
    with pytest.raises(ResultsError, match=REFUSED):
        load(Layout.at(str(root)), lake)
    assert not (root.parent / "c.sqlite").exists()
    assert (root / "plans" / "plan.parquet").read_bytes() == b"paid for"


def test_a_link_from_outside_is_followed(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=REFUSED):
        refuse_lake_among_results(UPath(root), str(tmp_path / "elsewhere"))


def test_the_root_s_own_lake_and_a_place_outside_are_accepted(root: Path, tmp_path: Path) -> None:
    for place in (root / "lake", root / "raw" / ".." / "lake", tmp_path / "lake", f"{root}-2"):
        refuse_lake_among_results(UPath(root), str(place))
    (root / "lake").symlink_to(tmp_path / "large-disk")
    refuse_lake_among_results(UPath(root), str(root / "lake"))


@pytest.mark.parametrize(
    "data, among",
    [
        ("s3://bucket/root/lake", False),
        ("s3://bucket/root/lake/", False),
        ("s3://bucket/roots", False),
        ("s3://other/root/plans", False),
        ("/root/plans", False),
        ("s3://bucket/root/plans", True),
        ("s3://bucket/root//plans", True),
        ("s3://bucket/root/lake/../raw", True),
        ("s3://bucket", True),
        ("s3://bucket/", True),
        ("s3://bucket/root/", True),
    ],
)
def test_in_s3_too(data: str, among: bool) -> None:
    root = Layout.at("s3://bucket/root").root
    if not among:
        refuse_lake_among_results(root, data)
        return
    with pytest.raises(ResultsError, match=REFUSED):
        refuse_lake_among_results(root, data)


def test_before_each_tidying_it_is_looked_at_again(root: Path, tmp_path: Path) -> None:
    """The lake's folder becomes a link to the plans after the lake was made."""
    layout, data = Layout.at(str(root)), tmp_path / "lake"
    lake = DuckLake(f"ducklake:sqlite:{tmp_path / 'c.sqlite'}", str(data))
    load(layout, lake)
    plan = root / "plans" / "plan.parquet"
    plan.write_bytes(b"paid for")
    if data.exists():
        data.rename(tmp_path / "moved")
    data.symlink_to(root / "plans")
    with opened(lake, 0) as con:
        for option in ("expire_older_than", "delete_older_than"):
            con.execute(f"CALL warehouse.set_option('{option}', '-2 days')")
        with pytest.raises(ResultsError, match=REFUSED):
            tidy_up_if_due(con, lake, layout.root)
    assert plan.read_bytes() == b"paid for"
