"""Superset's connection to the published file: read-only, and new for each query.

DuckDB shares one open file among all connections of a process that name the same path, so a server
that opened the file itself would go on showing the old rows after a load. Here each connection is
an in-memory DuckDB of its own with the file attached: it sees the file that is there at that
moment, whole, and keeps it to its end.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper

CATALOG = "rekognition"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,  # nothing is downloaded
    "autoload_known_extensions": False,
}


def connect(published: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """The published file, attached read-only and chosen; nothing else on this machine is reachable.

    Large sorts spill to a folder of their own under `spill`, since two DuckDBs must not share one.
    """
    con = duckdb.connect(
        ":memory:", config={**CONFIG, "temp_directory": str(spill / uuid.uuid4().hex)}
    )
    try:
        path = str(published).replace("'", "''")
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH '{path}' AS {CATALOG} (READ_ONLY)")
        con.execute(f"USE {CATALOG}")
        # From here on SQL Lab reads tables, not files, and cannot take this back.
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
    except duckdb.Error:
        con.close()
        raise
    return con


def mutator(published: Path, spill: Path) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """A DB_CONNECTION_MUTATOR: connections of `duckdb:///:memory:` are made by `connect`."""

    def mutate(uri: Any, params: dict[str, Any], *_: Any) -> tuple[Any, dict[str, Any]]:
        if uri.drivername == "duckdb" and uri.database == ":memory:":
            params = {**params, "creator": lambda: ConnectionWrapper(connect(published, spill))}
        return uri, params

    return mutate
