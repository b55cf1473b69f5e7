"""Temporary folders that only this user can read, and that go when their process is gone.

A folder is locked for as long as it is used, and the lock ends with its process. Whoever makes a
folder removes those of its kind that nobody holds any more: what a killed process left.
"""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

YOUNG = 60.0  # seconds: a folder this new may be one that is made, and not locked yet
_held: dict[Path, int] = {}


@contextmanager
def own_folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """A new folder, mode 0700, in `parent` or where temporary files are; removed at the end."""
    folder = make(prefix, parent)
    try:
        yield folder
    finally:
        remove(folder)


def make(prefix: str, parent: Path | None = None, young: float = YOUNG) -> Path:
    """The same for who calls `remove` later. `prefix` is of one kind of folder only.

    What is younger than `young` seconds is left alone: 0 where nobody else makes such a folder now.
    """
    parent = parent or Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{glob.escape(prefix)}*"):
        _remove_if_left(left, young)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _held[folder] = handle
    return folder


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    handle = _held.pop(folder, None)
    if handle is not None:
        os.close(handle)


def _remove_if_left(folder: Path, young: float) -> None:
    with suppress(OSError):  # of another user, gone by now, or in use
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            about = os.fstat(handle)
            if about.st_uid == os.getuid() and time.time() - about.st_mtime >= young:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
        finally:
            os.close(handle)
