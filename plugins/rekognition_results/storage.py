"""The results root as Airflow sees it: through the task's AWS connection when it is on S3."""

from __future__ import annotations

from typing import Any

from airflow.sdk import ObjectStoragePath

from transforms.layout import Layout
from transforms.settings import Settings


def results_layout(results_uri: str | None, aws_conn_id: str | None) -> Layout:
    """The layout at `results_uri`, or where the settings say when it is empty."""
    uri = results_uri or Settings.from_env().results_uri
    if uri.startswith("s3://"):
        path: Any = ObjectStoragePath(uri, conn_id=aws_conn_id)  # a UPath in all but its type
        return Layout.at(path)
    return Layout.at(uri)
