"""A DuckLake as the warehouse: who is first, what is kept, what a reader and a log may see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from committed import commit_result, video, video_rows
from warehouse_state import state

from rekognition_emulator import Emulator
from rekognition_tables.errors import ResultsError, SchemaMismatch, WarehouseLocked
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.connection import opened, read_only
from rekognition_tables.warehouse.lake.connection import secret
from rekognition_tables.warehouse.lake.ducklake import DuckLake, S3Access
from rekognition_tables.warehouse.lake.maintenance import tidy_up_if_due
from rekognition_tables.warehouse.lake.turn import turn
from rekognition_tables.warehouse.load import load
from rekognition_tables.warehouse.sql_files import read

POSTGRES = "ducklake-postgres"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def rows(lake: DuckLake, query: str) -> list[tuple[object, ...]]:
    with read_only(lake) as con:
        return con.execute(query).fetchall()


def run(script: str, layout: Layout, lake: DuckLake, *numbers: int) -> str:
    """What a script beside this file prints about a lake."""
    path = Path(__file__).with_name(script)
    command = [sys.executable, path, layout.root, lake.uri, lake.data_uri, *map(str, numbers)]
    environ = os.environ | {"PYTHONPATH": str(path.parent.parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600, env=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def at_once(layout: Layout, lake: DuckLake, commits: int) -> list[dict[str, object]]:
    """What two loaders and four readers tell; none of them may have met an error."""
    told: list[dict[str, object]] = json.loads(run("lake_processes.py", layout, lake, commits))
    assert not [one["error"] for one in told if "error" in one]
    return told


def check_at_once(layout: Layout, lake: DuckLake, commits: int) -> None:
    first, *others = at_once(layout, lake, commits)
    assert first == {"loaded": 1}
    loaders, readers = others[:2], others[2:]
    assert sum(int(str(one["results"])) for one in loaders) >= commits * 2 // 3 - 1
    alone = Path(layout.root) / "alone.duckdb"
    load(layout, alone)
    assert state(lake) == state(alone)
    results = len(state(alone)["loads"])
    assert [(one["torn"], one["last"]) for one in readers] == [(0, results)] * 4


@pytest.fixture
def on_s3(lake: DuckLake) -> Iterator[tuple[DuckLake, dict[str, str]]]:
    """A lake whose data are on a local Amazon's S3, and the environment in which they are found."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    with Emulator(port=0) as amazon:
        s3 = boto3.client("s3", endpoint_url=amazon.url, region_name="us-east-1", **keys)
        s3.create_bucket(Bucket="output")
        s3.close()
        environ = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
        environ |= {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": amazon.url}
        yield replace(lake, data_uri="s3://output/lake"), environ


@pytest.mark.lake
@pytest.mark.parametrize("lake", [POSTGRES], indirect=True)
def test_two_loaders_and_four_readers_at_once(
    layout: Layout, on_s3: tuple[DuckLake, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, environ = on_s3
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    check_at_once(layout, lake, 6)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_loaders_and_four_readers_for_minutes(
    layout: Layout, on_s3: tuple[DuckLake, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, environ = on_s3
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    check_at_once(layout, lake, 150)


@pytest.fixture
def fast_lake(tmp_path: Path) -> DuckLake:
    """On this disk, the catalog in SQLite: the cheapest there is."""
    return DuckLake(f"ducklake:sqlite:{tmp_path}/c.sqlite", str(tmp_path / "lake"))


def check_kills(layout: Layout, lake: DuckLake, seed: int, kills: int) -> None:
    run("lake_kills.py", layout, lake, seed, kills)
    alone = Path(layout.root) / "alone.duckdb"
    load(layout, alone)
    assert state(lake) == state(alone)


@pytest.mark.lake
def test_after_a_kill_readers_see_whole_results_and_the_next_load_ends_the_work(
    layout: Layout, lake: DuckLake
) -> None:
    check_kills(layout, lake, seed=1, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_more_kills(layout: Layout, lake: DuckLake) -> None:
    check_kills(layout, lake, seed=2, kills=100)


@pytest.mark.lake
def test_of_two_transactions_the_second_one_to_commit_rolls_back(
    layout: Layout, fast_lake: DuckLake
) -> None:
    """What keeps a result from standing twice, whatever else lets two loaders get in."""
    commit_result(layout, video("v1"), video_rows(["Cat"]))
    load(layout, fast_lake)
    take = read("load", "take_load_lock").statement
    with opened(fast_lake, 0) as first:
        first.execute("BEGIN")
        first.execute(take)

        def second() -> None:
            with opened(fast_lake, 0) as con:
                con.execute("BEGIN")
                con.execute(take)
                first.execute("COMMIT")
                con.execute("COMMIT")

        with pytest.raises(WarehouseLocked, match="Another one wrote to"):
            second()


@pytest.mark.lake
def test_a_loader_waits_for_another_one_s_turn_and_then_says_so(
    layout: Layout, lake: DuckLake
) -> None:
    with opened(lake, 0) as con:
        with turn(con, lake, 0), pytest.raises(WarehouseLocked, match=r"has been (held|at work)"):
            load(layout, lake, lock_timeout=0)
        with turn(con, lake, 0):  # which is free again
            pass
    load(layout, lake, lock_timeout=0)


@pytest.mark.lake
def test_a_lake_keeps_what_it_replaced_for_a_day_and_then_removes_its_files(
    layout: Layout, fast_lake: DuckLake
) -> None:
    for number in (1, 2, 3):
        names = ["Cat"] * 50 * number
        commit_result(layout, video("v1"), video_rows(names), generation=number)
        load(layout, fast_lake)
    assert len(list(Path(fast_lake.data_uri, "main", "labels").iterdir())) == 3
    with opened(fast_lake, 0) as con:
        assert not tidy_up_if_due(con, fast_lake, layout.root)
        for option in ("expire_older_than", "delete_older_than"):
            con.execute(f"CALL warehouse.set_option('{option}', '-2 days')")
        assert tidy_up_if_due(con, fast_lake, layout.root)
    assert len(list(Path(fast_lake.data_uri, "main", "labels").iterdir())) == 1
    assert rows(fast_lake, "SELECT count(*) FROM labels") == [(150,)]
    kept = rows(fast_lake, "SELECT snapshot_id FROM ducklake_snapshots('warehouse') ORDER BY 1")
    assert kept[0] > (3,)  # the tables made, then one a load


def test_a_lake_is_not_made_where_files_are(layout: Layout, fast_lake: DuckLake) -> None:
    strange = Path(fast_lake.data_uri) / "by" / "someone.txt"
    strange.parent.mkdir(parents=True)
    strange.write_text("mine")
    with pytest.raises(SchemaMismatch, match=r"not of this lake, such as .*someone\.txt"):
        load(layout, fast_lake)
    assert strange.exists()


@pytest.mark.lake
def test_a_lake_that_keeps_its_data_elsewhere_is_named(layout: Layout, fast_lake: DuckLake) -> None:
    load(layout, fast_lake)
    with pytest.raises(SchemaMismatch, match="keeps its data elsewhere"):
        load(layout, replace(fast_lake, data_uri=f"{fast_lake.data_uri}-2"))


def test_a_reader_of_a_lake_that_is_not_there_makes_none(fast_lake: DuckLake) -> None:
    with pytest.raises(FileNotFoundError, match="run `rekognition-results load` first"):
        rows(fast_lake, "SELECT 1")
    assert fast_lake.catalog_file is not None
    assert not fast_lake.catalog_file.exists()


@pytest.mark.parametrize(
    "uri",
    [
        "ducklake:postgres:host=127.0.0.1 port=1 user=u password=hush dbname=d",
        "ducklake:postgres:host=127.0.0.1 port=1 password = 'hush ''x' user=u",
        "ducklake:postgres:postgresql://u:hush@127.0.0.1:1/d",
        "ducklake:postgres:postgresql://127.0.0.1:1/d?user=u&password=hush",
    ],
)
def test_a_password_is_never_shown(
    layout: Layout, tmp_path: Path, uri: str, caplog: pytest.LogCaptureFixture
) -> None:
    lake = DuckLake(uri, str(tmp_path / "lake"))
    with pytest.raises(ResultsError) as raised:
        load(layout, lake, lock_timeout=0)
    told = "".join(traceback.format_exception(raised.value))
    assert "127.0.0.1" in str(raised.value)
    for text in (told, str(lake), repr(lake), f"{lake!r}", caplog.text, str(vars(raised.value))):
        assert "hush" not in text


def test_a_lake_without_its_extension_says_what_to_install(
    layout: Layout, fast_lake: DuckLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rekognition_tables.warehouse.lake.extensions.find_spec", lambda name: None)
    with pytest.raises(ResultsError, match=r"Install duckdb-extension-sqlite-scanner=="):
        load(layout, fast_lake)


def test_access_to_s3_is_what_amazon_s_own_variables_say() -> None:
    access = S3Access.from_env(
        {
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": "it's",
            "AWS_SESSION_TOKEN": "token",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": "http://localhost:9000/",
        }
    )
    assert secret(access, "s3://bucket/lake") == (
        "CREATE OR REPLACE TEMPORARY SECRET rekognition_lake (TYPE s3, KEY_ID 'AKIA', "
        "SECRET 'it''s', SESSION_TOKEN 'token', REGION 'eu-west-1', SCOPE 's3://bucket/lake', "
        "URL_STYLE 'path', ENDPOINT 'localhost:9000', USE_SSL 'false')"
    )
    assert "it's" not in repr(access)
    assert "token" not in repr(access)


@pytest.mark.parametrize(
    "endpoint, style",
    [
        ("", "vhost"),
        ("https://s3.eu-west-1.amazonaws.com", "vhost"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "vhost"),
        ("https://minio.example", "path"),
    ],
)
def test_amazon_has_the_bucket_in_the_host_s_name(endpoint: str, style: str) -> None:
    made = secret(S3Access(region="eu-west-1", endpoint_url=endpoint), "s3://b")
    assert f"URL_STYLE '{style}'" in made


@pytest.mark.parametrize("uri", ["ducklake:catalog.duckdb", "ducklake:mysql:db=x password=hush"])
def test_another_kind_of_catalog_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no catalog for a DuckLake here") as raised:
        DuckLake(uri, "/data")
    assert "hush" not in str(raised.value)
