"""The environment, in one place: every variable with its default and meaning.

README's table of settings is made from `VARIABLES`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from transforms.files import is_local, local
from transforms.layout import Layout, results_path
from transforms.s3_requests import guarded
from transforms.warehouse.ducklake import SCHEME, DuckLake, without_password

PREFIX = "REKOGNITION_"
CHECKOUT = Path(__file__).resolve().parent.parent


def _variable(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Each field is the environment variable REKOGNITION_ and its name in capitals."""

    results_uri: str = _variable(
        str(CHECKOUT / "var"), "Results root: any URI that fsspec takes (`file://`, `s3://`)."
    )
    warehouse_uri: str = _variable(
        "",
        "The loader's DuckDB file, or a DuckLake: `ducklake:sqlite:PATH`, `ducklake:postgres:...` "
        "([which, and how](docs/warehouse.md)). Unset: `warehouse/rekognition.duckdb` in a local "
        "results root.",
    )
    warehouse_data_uri: str = _variable(
        "",
        "Where a DuckLake puts its Parquet files, and nothing else is: a path or `s3://`. "
        "Unset: `lake` in the results root.",
    )
    images_uri: str = _variable(
        "", "Images to moderate: `s3://bucket/prefix`. Unset: `media_analysis` has no schedule."
    )
    videos_uri: str = _variable(
        "", "Videos to label: `s3://bucket/prefix`. Unset: `label_detection` has no schedule."
    )
    output_uri: str = _variable(
        "", "Where Rekognition writes bulk results, and input manifests go: `s3://bucket/prefix`."
    )
    schedule: str = _variable(
        "@hourly", "Schedule of both job DAGs, once their URI is set; `none` for none."
    )
    aws_conn_id: str = _variable("aws_default", "Airflow connection of the AWS account.")
    region: str = _variable("", "AWS region; unset: the connection's.")
    min_confidence: float = _variable(50.0, "Lowest confidence that Rekognition returns, percent.")
    mode: str = _variable(
        "bulk",
        "`bulk`, or `image` for accounts that may not start bulk jobs: images one by one.",
    )
    project_version: str = _variable("", "ARN of a custom moderation adapter.")
    kms_key_id: str = _variable("", "KMS key for bulk results, which Rekognition writes.")
    landing_kms_key_id: str = _variable(
        "", "KMS key for what is written under a results root in S3; unset: as the bucket says."
    )
    tables_kms_key_id: str = _variable(
        "",
        "The same for its `tables/` and `commits/`, and for a DuckLake's data: what readers need.",
    )
    bucket_owner: str = _variable(
        "",
        "Account that must own the buckets, or `bucket=account` for each, with commas: S3 refuses "
        "a request to a bucket of another owner.",
    )
    job_name: str = _variable("", "Name of bulk jobs.")
    job_tag: str = _variable("", "Tag of video jobs.")
    sns_topic_arn: str = _variable("", "SNS topic that Rekognition tells when a video job ends.")
    sns_role_arn: str = _variable("", "IAM role with which Rekognition may publish there.")
    completions_queue_url: str = _variable(
        "",
        "SQS queue on that topic: `collect_finished_jobs` takes up video jobs that others started.",
    )
    aggregate_by: str = _variable("TIMESTAMPS", "Form of video results: TIMESTAMPS or SEGMENTS.")
    max_jobs_per_run: int = _variable(
        1024, "Jobs a DAG run starts at most (Airflow maps up to 1,024)."
    )
    waiter_delay: float = _variable(30.0, "Seconds between two looks at a running job.")
    video_looks_per_second: float = _variable(
        2.5,
        "GetLabelDetection calls a second of all video waits in a triggerer: halve it for two "
        "triggerers. Amazon allows an account [5, or 20 in the largest regions]"
        "(https://docs.aws.amazon.com/general/latest/gr/rekognition.html); landing needs some too.",
    )
    quarantine_limit: float = _variable(
        0.05, "Share of bad records above which a result fails instead of being loaded."
    )
    max_line_bytes: int = _variable(
        8 * 2**20,
        "A manifest line above this size is quarantined, a video page above it refused, a loose "
        "file with a line of 32 times that too; [other limits](transforms/limits.py) follow it.",
    )
    lock_timeout: float = _variable(600.0, "Seconds a loader waits for another one to end.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Settings of this process. A value of the wrong kind is a ValueError that names it."""
        environ = os.environ if environ is None else environ
        given: dict[str, Any] = {}
        for one in fields(cls):
            text = environ.get(PREFIX + one.name.upper(), "")
            if text:
                given[one.name] = _read(one.name, text, type(one.default))
        return cls(**given)

    def schedule_for(self, uri: str) -> str | None:
        """A job DAG's schedule: none while nobody said where its media are."""
        return self.schedule if uri and self.schedule != "none" else None

    def layout(self) -> Layout:
        """The results root; its requests to S3 carry owner and keys."""
        return Layout(guarded(results_path(self.results_uri), self))

    @property
    def warehouse(self) -> Path | DuckLake:
        """What the loader writes to: a DuckDB file, or a lake.

        ValueError: it is neither, or the results root is remote and nothing is named.
        """
        if self.warehouse_uri.startswith(SCHEME):
            key = self.tables_kms_key_id
            return DuckLake(self.warehouse_uri, self._data_uri(), kms_key_id=key)
        if self.warehouse_uri:
            return _path("REKOGNITION_WAREHOUSE_URI", self.warehouse_uri)
        root = results_path(self.results_uri)
        if not is_local(root):
            raise ValueError(
                f"REKOGNITION_RESULTS_URI is {self.results_uri}, which cannot hold a DuckDB file: "
                "set REKOGNITION_WAREHOUSE_URI to a path on this machine, or to a DuckLake."
            )
        return local(root) / "warehouse" / "rekognition.duckdb"

    @property
    def published(self) -> Path | DuckLake:
        """What readers open: the lake itself, or the DuckDB file that is put for them.

        That one is in a local results root, else beside the loader's.
        """
        warehouse = self.warehouse
        if isinstance(warehouse, DuckLake):
            return warehouse
        root = results_path(self.results_uri)
        folder = local(root) if is_local(root) else warehouse.parent
        return folder / "published" / "rekognition.duckdb"

    def _data_uri(self) -> str:
        """Absolute, and not around the results root, since strange files are removed from it."""
        root = results_path(self.results_uri)
        data = results_path(self.warehouse_data_uri) if self.warehouse_data_uri else root / "lake"
        if f"{root}/".startswith(f"{str(data).rstrip('/')}/"):
            raise ValueError(
                f"REKOGNITION_WAREHOUSE_DATA_URI is {data}, which holds the results root: a "
                "DuckLake needs a folder of its own."
            )
        return str(data)


def _path(variable: str, text: str) -> Path:
    """A path on this machine. ValueError for any other URI."""
    text = text.removeprefix("file://")
    if ":" in text.partition("/")[0]:
        raise ValueError(
            f"{variable} is {without_password(text)}, which is no path on this machine: "
            "set it to a DuckDB file or to a DuckLake (`ducklake:...`)."
        )
    return Path(text).absolute()


def _read(name: str, text: str, kind: type) -> Any:
    if kind is str:
        return text
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        number = "a whole number" if kind is int else "a number"
        raise ValueError(
            f"{PREFIX}{name.upper()} is {text!r}, which is not {number}: correct or unset it."
        )
    return value


VARIABLES: list[tuple[str, str, str]] = [
    (
        PREFIX + one.name.upper(),
        "" if one.default is None else str(one.default).replace(str(CHECKOUT) + "/", ""),
        str(one.metadata["meaning"]),
    )
    for one in fields(Settings)
]
