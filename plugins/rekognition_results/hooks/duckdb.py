"""What readers open, the published file or the lake, as a hook that common.sql operators take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from airflow.providers.duckdb.hooks.duckdb import DuckDBHook

from rekognition_results.aws.storage import lake_with_access
from rekognition_tables import own_folders
from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.connection import CATALOG, MEMORY_LIMIT, SPILL, attach_read_only
from rekognition_tables.warehouse.ddl import literal


class PublishedTablesHook(DuckDBHook):
    """Reads the published tables; needs no Airflow connection of DuckDB's.

    :param aws_conn_id: the connection with which a lake's data on S3 are read
    """

    def __init__(self, aws_conn_id: str | None = "aws_default", **kwargs: Any) -> None:
        super().__init__(**{"memory_limit": MEMORY_LIMIT, **kwargs})
        self.aws_conn_id = aws_conn_id

    def get_conn(self) -> Any:
        settings = Settings.from_env()
        con = super().get_conn()
        spill = own_folders.make(SPILL)
        try:
            con.execute(f"SET temp_directory = {literal(str(spill))}")
            con.execute("SET GLOBAL TimeZone = 'UTC'")
            attach_read_only(
                con, lake_with_access(settings.published, self.aws_conn_id, settings.region)
            )
        except Exception:
            con.close()
            own_folders.remove(spill)
            raise
        return _Attached(con, spill)


class _Attached:
    """A connection whose cursors ask the attached tables too; DuckDB's own forget USE."""

    def __init__(self, con: duckdb.DuckDBPyConnection, spill: Path) -> None:
        self._con, self._spill = con, spill

    def cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self._con.cursor()
        cursor.execute(f"USE {CATALOG}")
        return cursor

    def close(self) -> None:
        self._con.close()
        own_folders.remove(self._spill)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)
