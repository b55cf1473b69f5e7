"""The environment, in one place: every variable with its default and meaning.

README's table of settings is made from `VARIABLES`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from upath import UPath

from rekognition_tables import allowed_values as allowed
from rekognition_tables.allowed_values import Allowed
from rekognition_tables.environment import read, warn_of_unknown
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.files import is_local, local
from rekognition_tables.results_root.layout import Layout, results_path
from rekognition_tables.results_root.s3 import S3Requests, owners
from rekognition_tables.warehouse.lake.ducklake import SCHEME, DuckLake
from rekognition_tables.warehouse.lake.place import OWN, refuse_lake_among_results

PREFIX = "REKOGNITION_"
CHECKOUT = Path(__file__).resolve().parents[2]
# Elsewhere it is the environment's site-packages, or a folder of somebody's DAGs.
IN_CHECKOUT = (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "transforms").is_dir()
OF_OTHERS = frozenset({"REKOGNITION_PUBLISHED"})  # what Superset's container reads


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


VIDEO_DAGS = Allowed(
    f"names of video DAGs with commas between ({', '.join(VIDEO_OPERATIONS)})",
    check=lambda text: set(_names(text)) <= set(VIDEO_OPERATIONS),
)


def _variable(default: Any, meaning: str, may_be: Allowed) -> Any:
    return field(default=default, metadata={"meaning": meaning, "allowed": may_be})


@dataclass(frozen=True)
class Settings:
    """Each field is the environment variable REKOGNITION_ and its name in capitals."""

    results_uri: str = _variable(
        str(CHECKOUT / "var") if IN_CHECKOUT else "",
        "Results root: any URI that fsspec takes (`file://`, `s3://`). No default outside a "
        "checkout.",
        allowed.ROOT,
    )
    warehouse_uri: str = _variable(
        "",
        "The loader's DuckDB file, or a DuckLake: `ducklake:sqlite:PATH`, `ducklake:postgres:...` "
        "([which, and how](docs/warehouse.md)). Unset: `warehouse/rekognition.duckdb` in a local "
        "results root.",
        allowed.WAREHOUSE,
    )
    warehouse_data_uri: str = _variable(
        "",
        "Where a DuckLake puts its Parquet files, and nothing else is: a path or `s3://`. "
        "Unset: `lake` in the results root.",
        allowed.ROOT,
    )
    images_uri: str = _variable(
        "",
        "Images to moderate: `s3://bucket/prefix`. Unset: `media_analysis` has no schedule.",
        allowed.S3_PREFIX,
    )
    videos_uri: str = _variable(
        "",
        "Videos to analyse: `s3://bucket/prefix`. Unset: no video DAG has a schedule.",
        allowed.S3_PREFIX,
    )
    video_operations: str = _variable(
        "label_detection",
        "What is done with these videos by the schedule: names of video DAGs with commas between. "
        "Each costs money; the others run when somebody starts them.",
        VIDEO_DAGS,
    )
    output_uri: str = _variable(
        "",
        "Where Rekognition writes bulk results, and input manifests go: `s3://bucket/prefix`.",
        allowed.OUTPUT,
    )
    schedule: str = _variable(
        "@hourly",
        "Schedule of the job DAGs, each once its URI is set; `none` for none.",
        allowed.SCHEDULE,
    )
    aws_conn_id: str = _variable(
        "aws_default", "Airflow connection of the AWS account.", allowed.CONNECTION
    )
    aws_conn_ids: str = _variable(
        "",
        "Other connections that a DAG's form may name, with commas between.",
        allowed.CONNECTIONS,
    )
    allowed_uris: str = _variable(
        "",
        "Other places, `s3://bucket/prefix` with commas between, that a DAG's form may name as "
        "prefix, manifest or output. Unset: only those that the settings themselves name.",
        allowed.S3_PREFIXES,
    )
    region: str = _variable("", "AWS region; unset: the connection's.", allowed.REGION)
    min_confidence: float = _variable(
        50.0, "Lowest confidence that Rekognition returns, percent.", allowed.PERCENT
    )
    mode: str = _variable(
        "bulk",
        "`bulk`, or `image` for accounts that may not start bulk jobs: images one by one.",
        allowed.MODE,
    )
    project_version: str = _variable(
        "", "ARN of a custom moderation adapter.", allowed.PROJECT_VERSION
    )
    kms_key_id: str = _variable(
        "", "KMS key for bulk results, which Rekognition writes.", allowed.KMS_KEY
    )
    landing_kms_key_id: str = _variable(
        "",
        "KMS key for what is written under a results root in S3; unset: as the bucket says.",
        allowed.KMS_KEY,
    )
    tables_kms_key_id: str = _variable(
        "",
        "The same for its `tables/` and `commits/`, and for a DuckLake's data: what readers need.",
        allowed.KMS_KEY,
    )
    bucket_owner: str = _variable(
        "",
        "Account that must own the buckets, or `bucket=account` for each, with commas: S3 refuses "
        "a request to a bucket of another owner, and one that a list does not name is not asked.",
        allowed.OWNERS,
    )
    job_name: str = _variable("", "Name of bulk jobs.", allowed.JOB_NAME)
    job_tag: str = _variable("", "Tag of video jobs.", allowed.JOB_TAG)
    sns_topic_arn: str = _variable(
        "", "SNS topic that Rekognition tells when a video job ends.", allowed.SNS_TOPIC
    )
    sns_role_arn: str = _variable(
        "", "IAM role with which Rekognition may publish there.", allowed.ROLE
    )
    completions_queue_url: str = _variable(
        "",
        "SQS queue on that topic: `collect_finished_jobs` takes up video jobs that others started.",
        allowed.QUEUE_URL,
    )
    aggregate_by: str = _variable(
        "TIMESTAMPS", "Form of video results: TIMESTAMPS or SEGMENTS.", allowed.AGGREGATE_BY
    )
    max_jobs_per_run: int = _variable(
        1024, "Jobs a DAG run starts at most (Airflow maps up to 1,024).", allowed.JOBS_PER_RUN
    )
    waiter_delay: float = _variable(
        30.0, "Seconds between two looks at a running job.", allowed.PAUSE
    )
    video_looks_per_second: float = _variable(
        2.5,
        "Get... calls a second of all video waits in a triggerer: halve it for two "
        "triggerers. Amazon allows an account [5, or 20 in the largest regions]"
        "(https://docs.aws.amazon.com/general/latest/gr/rekognition.html); landing needs some too.",
        allowed.RATE,
    )
    quarantine_limit: float = _variable(
        0.05,
        "Share of bad records above which a result fails instead of being loaded.",
        allowed.SHARE,
    )
    max_line_bytes: int = _variable(
        8 * 2**20,
        "A manifest line above this size is quarantined, a video page above it refused, a loose "
        "file with a line of 32 times that too; "
        "[other limits](transforms/rekognition_tables/limits.py) follow it.",
        allowed.LINE_BYTES,
    )
    lock_timeout: float = _variable(
        600.0, "Seconds a loader waits for another one to end.", allowed.SECONDS
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Settings of this process. ValueError names a variable whose value is wrong.

        Variables with our prefix that nothing reads are named in one warning.
        """
        environ = os.environ if environ is None else environ
        known = {PREFIX + one.name.upper(): one for one in fields(cls)}
        given = {name for name, text in environ.items() if name.startswith(PREFIX) and text}
        warn_of_unknown(frozenset(given - known.keys() - OF_OTHERS), frozenset(known))
        return cls(
            **{
                one.name: read(name, environ[name], type(one.default), one.metadata["allowed"])
                for name, one in known.items()
                if name in given
            }
        )

    @property
    def root_uri(self) -> str:
        """The results root. ValueError when there is none."""
        if not self.results_uri:
            raise ValueError(
                "REKOGNITION_RESULTS_URI is not set, and outside a checkout it has no default: set "
                "it to the folder or s3://bucket/prefix where results are kept."
            )
        return self.results_uri

    def schedule_for(self, uri: str) -> str | None:
        """A job DAG's schedule: none while nobody said where its media are."""
        return self.schedule if uri and self.schedule != "none" else None

    def schedule_of_videos(self, operation: Operation) -> str | None:
        """A video DAG's schedule: none unless the settings name its operation."""
        named = operation in _names(self.video_operations)
        return self.schedule_for(self.videos_uri) if named else None

    def layout(self) -> Layout:
        """The results root; its requests to S3 carry owner and keys."""
        return Layout(self.guarded(results_path(self.root_uri)))

    def s3_requests(self, root: str | None = None) -> S3Requests:
        """What requests to S3 must say. ValueError: REKOGNITION_BUCKET_OWNER names no account."""
        kms_keys = self.landing_kms_key_id, self.tables_kms_key_id
        return S3Requests(owners(self.bucket_owner), root, *kms_keys)

    def guarded(self, root: UPath) -> UPath:
        """A results root, whose requests to S3 say so."""
        if root.protocol == "s3":
            self.s3_requests(root.path.strip("/")).listen(root.fs.s3)
        return root

    @property
    def warehouse(self) -> Path | DuckLake:
        """What the loader writes to: a DuckDB file, or a lake.

        ValueError: the results root is remote, and nothing is named.
        """
        if self.warehouse_uri.startswith(SCHEME):
            data, key = self._data_uri(), self.tables_kms_key_id
            if data.startswith("s3://"):
                self.s3_requests().owner_of(data.removeprefix("s3://").partition("/")[0])
            return DuckLake(self.warehouse_uri, data, kms_key_id=key)
        if self.warehouse_uri:
            return Path(self.warehouse_uri.removeprefix("file://")).absolute()
        root = results_path(self.root_uri)
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
        root = results_path(self.root_uri)
        folder = local(root) if is_local(root) else warehouse.parent
        return folder / "published" / "rekognition.duckdb"

    def _data_uri(self) -> str:
        """Absolute, and nowhere among the results, since strange files are removed from it."""
        root = results_path(self.root_uri)
        data = results_path(self.warehouse_data_uri) if self.warehouse_data_uri else root / OWN
        refuse_lake_among_results(root, str(data))
        return str(data)


VARIABLES: list[tuple[str, str, str]] = [
    (
        PREFIX + one.name.upper(),
        "" if one.default is None else str(one.default).replace(str(CHECKOUT) + "/", ""),
        str(one.metadata["meaning"]),
    )
    for one in fields(Settings)
]
