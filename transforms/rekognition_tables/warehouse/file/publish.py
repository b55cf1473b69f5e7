"""The published copy: readers open it, a whole new one is swapped in, and neither side blocks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rekognition_tables.errors import ResultsError
from rekognition_tables.warehouse.connection import CATALOG, read_only
from rekognition_tables.warehouse.file.stray_logs import remove_stray_logs

READ_ONLY = 0o444  # a reader that forgets -readonly gets a clear refusal, not a lock


def put_copy(warehouse: Path, published: Path) -> None:
    """Copy a closed, checkpointed warehouse and swap it in; only under the warehouse's lock.

    Who may read it is as the umask says.
    """
    published.parent.mkdir(parents=True, exist_ok=True)
    copy = published.with_name(published.name + ".new")
    copy.unlink(missing_ok=True)  # left by a publish that was killed
    _look_for_room(warehouse, published.parent)
    shutil.copyfile(warehouse, copy)
    copy.chmod(copy.stat().st_mode & READ_ONLY)
    _sync(copy)
    remove_stray_logs(published)  # they would be replayed on the new file
    copy.replace(published)
    _sync(published.parent)


def is_current(last_load: str, published: Path) -> bool:
    """True when `published` is a copy made after the load that is named so."""
    try:
        with read_only(published) as con:
            rows = con.execute(f"SELECT load_id FROM {CATALOG}.internal.load_lock").fetchall()
    except (FileNotFoundError, ResultsError):
        return False
    return rows == [(last_load,)]


def _look_for_room(warehouse: Path, folder: Path) -> None:
    wanted = warehouse.stat().st_size
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise ResultsError(
            f"Publishing {warehouse} needs {wanted:,} bytes in {folder}, where {free:,} are free.",
            path=str(folder),
            advice="Make room and run `rekognition-results publish`: what is loaded stays loaded.",
        )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
