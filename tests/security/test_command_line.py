"""The command line minds what the settings say of buckets, in each of its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from rekognition_emulator import Emulator
from rekognition_tables.cli.main import main

THRESHOLDS = "category,min_confidence\n,50\n"
REFUSED = re.compile("access denied|forbidden", re.IGNORECASE)


@pytest.fixture(scope="module")
def amazon() -> Iterator[Emulator]:
    """With a bucket for results; s3fs keeps to the first endpoint of a process."""
    with Emulator() as emulator:
        keys = {"aws_access_key_id": "owner", "aws_secret_access_key": "x"}
        s3 = boto3.client("s3", endpoint_url=emulator.url, region_name="us-east-1", **keys)
        s3.create_bucket(Bucket="results")
        s3.close()
        yield emulator


@pytest.fixture
def bucket_of_another(amazon: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A results root in a bucket that belongs to another account than the settings say."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": amazon.url,
        "REKOGNITION_RESULTS_URI": "s3://results/root",
        "REKOGNITION_WAREHOUSE_URI": str(tmp_path / "warehouse.duckdb"),
        "REKOGNITION_BUCKET_OWNER": "210987654321",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("bucket_of_another")
@pytest.mark.parametrize(
    "command",
    [
        "load",
        "unlanded",
        "flatten",
        "settings",
        "settings review_thresholds",
        "settings review_thresholds FILE",
        "accept job --reason why",
    ],
)
def test_a_bucket_of_another_owner_is_neither_read_nor_written(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thresholds = tmp_path / "thresholds.csv"
    thresholds.write_text(THRESHOLDS)
    words = [str(thresholds) if word == "FILE" else word for word in command.split()]
    assert main(words) != 0
    assert REFUSED.search(capsys.readouterr().err)
