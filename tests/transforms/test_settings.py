"""The environment becomes settings, and a bad value one clear sentence."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rekognition_tables.errors import ResultsError
from rekognition_tables.settings import CHECKOUT, PREFIX, VARIABLES, Settings
from rekognition_tables.warehouse.lake.ducklake import DuckLake

DEFAULTS = Settings()
KINDS = {one.name: type(one.default) for one in fields(Settings)}
NUMBERS = [name for name, kind in KINDS.items() if kind is not str]
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
# Of each variable: values that are right, and values that are not.
VALUES: dict[str, tuple[list[str], list[str]]] = {
    "results_uri": (
        ["s3://bucket/root", "/data", "file:///data", "memory://x"],
        ["s3:/bucket/root", "s3//bucket", "s3:bucket"],
    ),
    "warehouse_uri": (
        ["/data/w.duckdb", "w.duckdb", "ducklake:sqlite:c.sqlite", "file:///data/w.duckdb"],
        ["s3://bucket/w.duckdb", "md:rekognition", "postgres://user:hush@host/db"],
    ),
    "warehouse_data_uri": (["s3://bucket/lake", "/lake"], ["s3:/bucket/lake"]),
    "images_uri": (["s3://bucket/images/", "s3://bucket"], ["https://bucket/x", "bucket/x"]),
    "videos_uri": (["s3://bucket/videos/"], ["s3:/bucket/x", "s3://", "s3://b/x"]),
    "video_operations": (
        ["content_moderation", "content_moderation, label_detection"],
        ["labels", "media_analysis", "label_detection;content_moderation"],
    ),
    "output_uri": (["s3://bucket/out"], ["/out", "s3://bucket/with space"]),
    "schedule": (
        ["@daily", "none", "17 3 * * *", "*/5 9-17 1,15 jan mon-fri", "0 0 l * *"],
        ["hourly", "99 * * * *", "* * * *", "*/0 * * * *", "@never", "0 0 * * someday"],
    ),
    "allowed_uris": (["s3://media/b", "s3://media/b, s3://other"], ["/b", "media"]),
    "aws_conn_id": (["aws_two"], ["two words", "x" * 251]),
    "aws_conn_ids": (["aws_two", "aws_two, aws_three"], ["two words", ","]),
    "region": (["eu-west-1", "us-gov-east-1", "eusc-de-east-1"], ["Frankfurt", "eu-west-1 "]),
    "min_confidence": (["0", "80.5", "100"], ["-1", "101", "500"]),
    "mode": (["image"], ["images", "BULK"]),
    "project_version": (
        ["arn:aws:rekognition:eu-west-1:111122223333:project/p/version/v/1"],
        ["v1", "arn:aws:rekognition:eu-west-1:111122223333:project/p"],
    ),
    "kms_key_id": ([KEY, "alias/media"], ["a key"]),
    "landing_kms_key_id": ([KEY], ["a key"]),
    "tables_kms_key_id": ([KEY], ["-"]),
    "bucket_owner": (
        ["111122223333", "bucket=111122223333, other=444455556666"],
        ["1111", "bucket", "bucket=1111"],
    ),
    "job_name": (["nightly.2026"], ["every night", "x" * 65]),
    "job_tag": (["team:a/b"], ["two words", "x" * 1025]),
    "sns_topic_arn": (["arn:aws:sns:eu-west-1:111122223333:done"], ["done"]),
    "sns_role_arn": (["arn:aws:iam::111122223333:role/told"], ["told"]),
    "completions_queue_url": (["https://sqs.eu-west-1.amazonaws.com/1/done"], ["done"]),
    "aggregate_by": (["SEGMENTS"], ["segments", "BOTH"]),
    "max_jobs_per_run": (["1", "20"], ["0", "-1", "1025", "1.5"]),
    "waiter_delay": (["0.5", "60"], ["0", "-30", "86401"]),
    "video_looks_per_second": (["0.5", "20"], ["0", "-1"]),
    "quarantine_limit": (["0", "0.5", "1"], ["5", "-0.1"]),
    "max_line_bytes": (["4096"], ["0", "-1", "8 MB"]),
    "lock_timeout": (["0", "60"], ["-1", "soon"]),
}


def settings(**variables: str) -> Settings:
    return Settings.from_env({PREFIX + name.upper(): text for name, text in variables.items()})


@pytest.mark.parametrize("name", KINDS)
def test_each_variable_is_read_from_the_environment(name: str) -> None:
    for right in VALUES[name][0]:
        read = settings(**{name: right})
        assert getattr(read, name) == KINDS[name](right)
        assert type(getattr(read, name)) is KINDS[name]
        others = {other for other in KINDS if getattr(read, other) != getattr(DEFAULTS, other)}
        assert others == {name}


@pytest.mark.parametrize("name, wrong", [(n, one) for n, (_, bad) in VALUES.items() for one in bad])
def test_a_wrong_value_is_one_sentence_that_names_the_variable(name: str, wrong: str) -> None:
    with pytest.raises(ValueError, match="correct or unset it") as refused:
        settings(**{name: wrong})
    said = str(refused.value)
    assert said.startswith(f"{PREFIX}{name.upper()} is {wrong.replace('hush', '***')!r}, which is ")
    assert "\n" not in said


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOGNITION_JOB_TAG", "tag")
    assert Settings.from_env().job_tag == "tag"


@pytest.mark.parametrize("name", KINDS)
def test_an_empty_variable_is_an_unset_one(name: str) -> None:
    assert settings(**{name: ""}) == DEFAULTS


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["many", "1,5", "nan", "inf", "5 %"])
def test_a_bad_number_is_told_what_it_may_be(name: str, text: str) -> None:
    number = "a whole number" if KINDS[name] is int else "a number"
    said = f"{PREFIX}{name.upper()} is {text!r}, which is not {number}"
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        settings(**{name: text})


def test_the_defaults_are_right_values() -> None:
    for one in fields(Settings):
        assert one.metadata["allowed"].takes(one.default), one.name


def warned(caplog: pytest.LogCaptureFixture, **variables: str) -> list[str]:
    caplog.clear()
    settings(**variables)
    return [record.message for record in caplog.records]


def test_misspelt_variables_are_named_in_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    wrong = {"min_confidense": "80", "image_uri": "s3://b/x", "zzz": "1", "published": "x"}
    assert warned(caplog, **wrong, job_tag="tag") == [
        "Variables that nothing here reads: REKOGNITION_IMAGE_URI (did you mean "
        "REKOGNITION_IMAGES_URI?), REKOGNITION_MIN_CONFIDENSE (did you mean "
        "REKOGNITION_MIN_CONFIDENCE?), REKOGNITION_ZZZ. Correct or unset them."
    ]
    assert warned(caplog, **wrong) == []  # once a process
    assert warned(caplog, min_confidence="80") == []


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


@pytest.mark.parametrize("place", ["warehouse", "published", "layout"])
def test_without_a_results_root_the_error_names_the_variable(place: str) -> None:
    nowhere = Settings(results_uri="")
    with pytest.raises(ValueError, match=r"^REKOGNITION_RESULTS_URI is not set, and outside"):
        _ = nowhere.layout() if place == "layout" else getattr(nowhere, place)


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
    with pytest.raises(ResultsError, match="would remove what is not its own"):
        _ = lake.warehouse


def test_a_dag_has_a_schedule_once_its_media_are_known() -> None:
    assert DEFAULTS.schedule_for("") is None
    assert DEFAULTS.schedule_for("s3://media") == "@hourly"
    videos = settings(videos_uri="s3://media", video_operations="content_moderation")
    assert videos.schedule_of_videos("content_moderation") == "@hourly"
    assert videos.schedule_of_videos("label_detection") is None
    assert DEFAULTS.schedule_of_videos("label_detection") is None
    assert settings(schedule="none").schedule_for("s3://media") is None
    assert settings(schedule="@daily").schedule_for("s3://media") == "@daily"


def test_every_variable_is_told_with_its_default_and_meaning() -> None:
    assert [name for name, _, _ in VARIABLES] == [PREFIX + name.upper() for name in KINDS]
    assert all(meaning.endswith(".") for _, _, meaning in VARIABLES)
    assert not [text for row in VARIABLES for text in row if str(CHECKOUT) in text]
    assert ("REKOGNITION_RESULTS_URI", "var") in [row[:2] for row in VARIABLES]
