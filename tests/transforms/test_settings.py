"""The environment becomes settings, and a bad value one clear sentence."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from transforms.settings import CHECKOUT, PREFIX, VARIABLES, Settings
from transforms.warehouse.ducklake import DuckLake

DEFAULTS = Settings()
KINDS = {one.name: type(one.default) for one in fields(Settings)}
NUMBERS = [name for name, kind in KINDS.items() if kind is not str]


def settings(**variables: str) -> Settings:
    return Settings.from_env({PREFIX + name.upper(): text for name, text in variables.items()})


@pytest.mark.parametrize("name", KINDS)
def test_each_variable_is_read_from_the_environment(name: str) -> None:
    read = settings(**{name: "7"})
    assert getattr(read, name) == KINDS[name]("7")
    assert type(getattr(read, name)) is KINDS[name]
    others = {other for other in KINDS if getattr(read, other) != getattr(DEFAULTS, other)}
    assert others == {name}


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOGNITION_JOB_TAG", "tag")
    assert Settings.from_env().job_tag == "tag"


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_variable_is_an_unset_one(name: str) -> None:
    assert settings(**{name: ""}) == DEFAULTS


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["many", "1,5", "nan", "inf", "5 %"])
def test_a_bad_number_is_one_sentence_that_names_the_variable(name: str, text: str) -> None:
    number = "a whole number" if KINDS[name] is int else "a number"
    said = f"{PREFIX}{name.upper()} is {text!r}, which is not {number}: correct or unset it."
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        settings(**{name: text})


def test_a_fraction_is_no_whole_number() -> None:
    with pytest.raises(
        ValueError, match=r"MAX_JOBS_PER_RUN is '1\.5', which is not a whole number"
    ):
        settings(max_jobs_per_run="1.5")


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_local_root_holds_the_warehouse_and_what_is_published(
    tmp_path: Path, scheme: str
) -> None:
    read = settings(results_uri=f"{scheme}{tmp_path}")
    assert read.warehouse == tmp_path / "warehouse" / "rekognition.duckdb"
    assert read.published == tmp_path / "published" / "rekognition.duckdb"


def test_a_relative_root_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected = tmp_path / "here" / "warehouse" / "rekognition.duckdb"
    assert settings(results_uri="here").warehouse == expected


def test_a_warehouse_uri_moves_the_loader_s_file_only(tmp_path: Path) -> None:
    read = settings(results_uri=str(tmp_path), warehouse_uri="file:///data/w.duckdb")
    assert read.warehouse == Path("/data/w.duckdb")
    assert read.published == tmp_path / "published" / "rekognition.duckdb"


def test_beside_a_remote_root_both_stand_where_the_warehouse_uri_says() -> None:
    read = settings(results_uri="s3://bucket/root", warehouse_uri="/data/w.duckdb")
    assert read.warehouse == Path("/data/w.duckdb")
    assert read.published == Path("/data/published/rekognition.duckdb")


@pytest.mark.parametrize("place", ["warehouse", "published"])
def test_a_remote_root_without_a_warehouse_uri_says_what_to_set(place: str) -> None:
    with pytest.raises(ValueError, match=r"s3://bucket/root, .* set REKOGNITION_WAREHOUSE_URI"):
        getattr(settings(results_uri="s3://bucket/root"), place)


@pytest.mark.parametrize(
    "uri", ["s3://bucket/w.duckdb", "md:rekognition", "postgres://user:hush@host/db"]
)
def test_a_warehouse_that_is_neither_a_file_nor_a_lake_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no path on this machine") as raised:
        _ = settings(warehouse_uri=uri).warehouse
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("root", ["s3://bucket/root", "/data/root"])
def test_a_lake_keeps_its_data_in_the_results_root_and_is_read_itself(root: str) -> None:
    read = settings(results_uri=root, warehouse_uri="ducklake:sqlite:/data/catalog.sqlite")
    assert read.warehouse == DuckLake("ducklake:sqlite:/data/catalog.sqlite", f"{root}/lake")
    assert read.published == read.warehouse


def test_a_lake_s_data_go_where_they_are_told() -> None:
    lake = "ducklake:postgres:dbname=rekognition"
    read = settings(warehouse_uri=lake, warehouse_data_uri="s3://bucket/lake/")
    assert read.warehouse == DuckLake(lake, "s3://bucket/lake")


@pytest.mark.parametrize("data", ["s3://bucket", "s3://bucket/root", "s3://bucket/root/"])
def test_a_lake_that_would_clean_up_the_results_root_is_refused(data: str) -> None:
    lake = settings(
        results_uri="s3://bucket/root",
        warehouse_uri="ducklake:sqlite:/c.sqlite",
        warehouse_data_uri=data,
    )
    with pytest.raises(ValueError, match="which holds the results root"):
        _ = lake.warehouse


def test_a_dag_has_a_schedule_once_its_media_are_known() -> None:
    assert DEFAULTS.schedule_for("") is None
    assert DEFAULTS.schedule_for("s3://media") == "@hourly"
    assert settings(schedule="none").schedule_for("s3://media") is None
    assert settings(schedule="@daily").schedule_for("s3://media") == "@daily"


def test_every_variable_is_told_with_its_default_and_meaning() -> None:
    assert [name for name, _, _ in VARIABLES] == [PREFIX + name.upper() for name in KINDS]
    assert all(meaning.endswith(".") for _, _, meaning in VARIABLES)
    assert not [text for row in VARIABLES for text in row if str(CHECKOUT) in text]
    assert ("REKOGNITION_RESULTS_URI", "var") in [row[:2] for row in VARIABLES]
