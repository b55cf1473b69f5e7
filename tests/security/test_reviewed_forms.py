"""Who may only trigger a DAG: no other connection, no other place, no content of other files."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from airflow.sdk.exceptions import AirflowFailException
from upath import UPath

from rekognition_results.dag_defaults import connection_param
from rekognition_results.planning.allowed import refuse_what_no_setting_lists
from rekognition_results.planning.input_manifests import read_manifest
from rekognition_results.planning.s3_listing import S3Uri
from rekognition_tables.errors import RequestRefused
from rekognition_tables.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
NOWHERE = "http://127.0.0.1:9"  # nothing listens there: a request would be another error
GIVEN = {
    "REKOGNITION_IMAGES_URI": "s3://media/images",
    "REKOGNITION_VIDEOS_URI": "s3://media/videos/",
    "REKOGNITION_OUTPUT_URI": "s3://output/bulk",
}
ALLOWED = [
    {"aws_conn_id": "aws_default", "prefix": "s3://media/images", "output_uri": None},
    {"prefix": "s3://media/images/2026/", "output_uri": "s3://output/bulk/again"},
    {"prefix": "s3://media/videos/", "manifest_uri": "s3://output/bulk/input-manifests/a.jsonl"},
    {"manifest_uri": "s3://media/images/a.jsonl", "prefix": "", "region": "anywhere"},
    {},
]
REFUSED = [
    ("aws_conn_id", "aws_of_payroll"),
    ("aws_conn_id", "aws_default "),
    ("prefix", "s3://payroll/"),
    ("prefix", "s3://media"),
    ("prefix", "s3://media/"),
    ("prefix", "s3://media/images-of-others/"),
    ("prefix", "s3://media/videos"),  # which videos-of-others/ begins with too
    ("prefix", "s3://output/bulk"),
    ("prefix", "S3://media/images"),
    ("prefix", "file:///etc"),
    ("output_uri", "s3://media/images"),
    ("output_uri", "s3://output/bulk\n"),
    ("manifest_uri", "s3://payroll/salaries.csv"),
]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("params", ALLOWED)
def test_what_the_settings_name_may_be_named(params: dict[str, Any]) -> None:
    refuse_what_no_setting_lists({"params": params})


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("param, value", REFUSED)
def test_everything_else_is_refused_before_a_call(param: str, value: str) -> None:
    with pytest.raises(AirflowFailException, match="which no setting lists: choose") as refused:
        refuse_what_no_setting_lists({"params": {param: value}})
    assert len(str(refused.value).splitlines()) == 1


def test_more_connections_and_places_can_be_listed(settings: pytest.MonkeyPatch) -> None:
    params = {"aws_conn_id": "aws_archive", "prefix": "s3://old/a", "output_uri": "s3://old/b"}
    with pytest.raises(AirflowFailException, match="the connection aws_archive"):
        refuse_what_no_setting_lists({"params": params})
    settings.setenv("REKOGNITION_AWS_CONN_IDS", "aws_test, aws_archive")
    with pytest.raises(AirflowFailException, match="REKOGNITION_ALLOWED_URIS"):
        refuse_what_no_setting_lists({"params": params})
    settings.setenv("REKOGNITION_ALLOWED_URIS", "s3://new, s3://old")
    refuse_what_no_setting_lists({"params": params})


def test_the_form_offers_only_the_connections_that_are_listed() -> None:
    listed = connection_param(Settings(aws_conn_id="a", aws_conn_ids="b,c, a"), "The account.")
    assert listed.schema["enum"] == ["a", "b", "c"]


@pytest.mark.usefixtures("settings")
def test_no_task_of_any_dag_runs_with_another_connection_or_place() -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag: Any = DagBag(ROOT / "dags", load_op_links=False)
    assert len(bag.dags) >= 6
    for dag in bag.dags.values():
        if "aws_conn_id" in dag.params:
            assert dag.params.get_param("aws_conn_id").schema["enum"] == ["aws_default"]
        for task in dag.tasks:
            for param, value in REFUSED:
                with pytest.raises(AirflowFailException):
                    task._pre_execute_hook({"params": {param: value}})


class Bucket:
    """S3 with one object, which is no manifest."""

    def get_object(self, **_: Any) -> dict[str, Any]:
        body = b"name,salary\nAda Lovelace,120000\n"
        told = {"ETag": '"e"', "LastModified": datetime.now(UTC), "ContentLength": len(body)}
        return {"Body": BytesIO(body), **told}


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "uri, shown",
    [
        ("s3://payroll/salaries.csv", False),
        ("s3://media/salaries.csv", False),
        ("s3://media/images/a.jsonl", True),
    ],
)
def test_a_refused_manifest_shows_no_content_of_a_file_elsewhere(uri: str, shown: bool) -> None:
    s3: Any = Bucket()
    with pytest.raises(RequestRefused, match=r"^Line 1 of .* cannot be read") as refused:
        read_manifest(s3, S3Uri.parse(uri, "manifest_uri"), None)
    assert ("salary" in str(refused.value)) is shown


@pytest.mark.parametrize("bucket", ["unlisted", "results-of-others"])
def test_a_bucket_that_the_list_of_owners_does_not_name_is_not_asked(bucket: str) -> None:
    told = Settings(bucket_owner=f"results={ACCOUNT}, media={ACCOUNT}")
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=NOWHERE, **keys)
    told.s3_requests().listen(s3)
    refusal = f"REKOGNITION_BUCKET_OWNER lists buckets, and {bucket} is not one of them"
    for call in (s3.head_bucket, s3.list_objects_v2, s3.get_bucket_location):
        with pytest.raises(RequestRefused, match=refusal):
            call(Bucket=bucket)
    with pytest.raises(RequestRefused, match=refusal):
        s3.put_object(Bucket=bucket, Key="a", Body=b"")
    s3.close()
    root = UPath(f"s3://{bucket}/root", key="x", secret="x", endpoint_url=NOWHERE)
    with pytest.raises(RequestRefused, match=refusal):
        (told.guarded(root) / "a").read_bytes()


def test_a_lake_in_a_bucket_without_an_owner_is_refused_too() -> None:
    lake = {"warehouse_uri": "ducklake:sqlite:c", "warehouse_data_uri": "s3://unlisted/lake"}
    with pytest.raises(RequestRefused, match="and unlisted is not one of them"):
        _ = Settings(**lake, bucket_owner=f"results={ACCOUNT}").warehouse
    assert Settings(**lake, bucket_owner=ACCOUNT).warehouse


def test_one_account_is_that_of_every_bucket() -> None:
    assert Settings(bucket_owner=ACCOUNT).s3_requests().owner_of("any") == ACCOUNT
    assert Settings().s3_requests().owner_of("any") == ""
