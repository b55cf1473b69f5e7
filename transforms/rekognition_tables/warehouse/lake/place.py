"""Where a lake's files may be: tidying removes whatever the lake's catalog does not know there.

In a folder of the results root that would be plans, landed bytes or tables: everything that was
planned would be paid for again.
"""

from __future__ import annotations

import os
import posixpath

from upath import UPath

from rekognition_tables.errors import ResultsError
from rekognition_tables.results_root.files import is_local, local
from rekognition_tables.results_root.layout import results_path

OWN = "lake"  # the folder of the results root that nothing else uses


def refuse_lake_among_results(root: UPath, data_uri: str) -> None:
    """ResultsError unless the lake is in the root's own `lake`, or wholly outside the root."""
    lake, results = _resolved(results_path(data_uri)), _resolved(root)
    if lake == f"{results}/{OWN}" or not (_is_in(lake, results) or _is_in(results, lake)):
        return
    raise ResultsError(
        f"A DuckLake in {data_uri} would remove what is not its own from the results root {root}.",
        path=data_uri,
        advice="Set REKOGNITION_WAREHOUSE_DATA_URI to a place outside the results root, or unset "
        f"it: the lake then has the root's {OWN}/ to itself.",
    )


def _resolved(path: UPath) -> str:
    """Without links, `..` and double slashes; with the protocol where it is no local path."""
    if is_local(path):
        return os.path.realpath(local(path))
    return f"{path.protocol}://" + posixpath.normpath(path.path.strip("/"))


def _is_in(inner: str, outer: str) -> bool:
    return f"{inner}/".startswith(f"{outer.rstrip('/')}/")
