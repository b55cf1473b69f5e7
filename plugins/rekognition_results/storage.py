"""S3 through the task's AWS connection: the client of operators, and the results root on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.sdk import ObjectStoragePath

from transforms.layout import Layout
from transforms.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from rekognition_results.aws_base import AwsBaseOperator


def s3_client(operator: AwsBaseOperator[Any]) -> S3Client:
    """S3 in the operator's account and region; an empty region is the connection's."""
    region = operator.region_name or None
    hook = S3Hook(operator.aws_conn_id, region_name=region, verify=operator.verify)
    client: S3Client = hook.get_conn()
    return client


def results_layout(results_uri: str | None, aws_conn_id: str | None) -> Layout:
    """The layout at `results_uri`, or where the settings say when it is empty."""
    uri = results_uri or Settings.from_env().results_uri
    if uri.startswith("s3://"):
        path: Any = ObjectStoragePath(uri, conn_id=aws_conn_id)  # a UPath in all but its type
        return Layout.at(path)
    return Layout.at(uri)
