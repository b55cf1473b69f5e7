"""DuckDB's extensions from the `duckdb-extension-*` wheels: nothing is downloaded, nothing copied.

The wheels hold what DuckDB signed, for exactly one version of DuckDB, so LOAD takes them in place.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb

from rekognition_tables.errors import ResultsError
from rekognition_tables.warehouse.ddl import literal


def load_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load one extension. ResultsError when its wheel is missing, or is of another DuckDB."""
    con.execute(f"LOAD {literal(str(extension_file(name)))}")


def extension_file(name: str) -> Path:
    """Where the wheel of an extension has its file for this version of DuckDB."""
    package = find_spec(f"duckdb_extension_{name}")
    for folder in (package.submodule_search_locations or []) if package else []:
        version = f"v{duckdb.__version__}"
        file = Path(folder) / "extensions" / version / f"{name}.duckdb_extension"
        if file.is_file():
            return file
    wheel = f"duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}"
    raise ResultsError(
        f"A DuckLake needs DuckDB's extension {name} in the environment.",
        advice=f"Install {wheel} (the extra `ducklake` of this project has it).",
    )
