"""S3 through the task's AWS connection: the client of operators, and the results root on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import ObjectStoragePath

from rekognition_results.aws.callers import S3Hook
from rekognition_results.aws.calls import explained
from rekognition_tables.results_root.layout import Layout
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.lake.ducklake import DuckLake, S3Access

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from rekognition_results.aws.base import AwsBaseOperator


def s3_client(operator: AwsBaseOperator[Any]) -> S3Client:
    """S3 in the operator's account and region; an empty region is the connection's."""
    region = operator.region_name or None
    hook = S3Hook(operator.aws_conn_id, region_name=region, verify=operator.verify)
    with explained("Connecting", f"connection {operator.aws_conn_id}"):
        client: S3Client = hook.get_conn()
    Settings.from_env().s3_requests().listen(client)
    return client


def results_layout(results_uri: str | None, aws_conn_id: str | None) -> Layout:
    """The layout at `results_uri`, or where the settings say when it is empty."""
    settings = Settings.from_env()
    uri = results_uri or settings.root_uri
    if uri.startswith("s3://"):
        path: Any = ObjectStoragePath(uri, conn_id=aws_conn_id)  # a UPath in all but its type
        return Layout.at(settings.guarded(path))
    return Layout.at(uri)


def lake_with_access(
    warehouse: Path | DuckLake, aws_conn_id: str | None, region: str
) -> Path | DuckLake:
    """The warehouse; one on S3 with what the connection says: keys, region, endpoint, style."""
    if isinstance(warehouse, Path) or not warehouse.on_s3:
        return warehouse
    hook = S3Hook(aws_conn_id, region_name=region or None)
    with explained("Connecting", f"connection {aws_conn_id}"):
        client: S3Client = hook.get_conn()
        keys = hook.get_credentials()
    style = (getattr(client.meta.config, "s3", None) or {}).get("addressing_style", "auto")
    access = S3Access(
        key_id=keys.access_key or "",
        secret=keys.secret_key or "",
        session_token=keys.token or "",
        region=client.meta.region_name,
        endpoint_url=client.meta.endpoint_url,
        url_style={"path": "path", "virtual": "vhost"}.get(style, ""),
    )
    return replace(warehouse, s3=access)
