"""Files that are there whole or not at all, on a local disk or an object store."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from upath import UPath


def is_local(path: UPath) -> bool:
    return isinstance(path, Path) or path.protocol in ("", "file", "local")


def local(path: UPath) -> Path:
    return Path(path) if isinstance(path, Path) else Path(path.path)


def _written_beside(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, 0o644)  # mkstemp's 0600 would lock out the readers
    return Path(name)


def write_whole(path: UPath, data: bytes) -> None:
    """Put `data` at `path`, in the place of what stood there; a crash leaves the old or the new file."""
    if is_local(path):
        os.replace(_written_beside(local(path), data), local(path))
    else:
        path.write_bytes(data)


def create(path: UPath, data: bytes) -> bool:
    """Put `data` at `path` if nothing is there. True when this call made it, False when it was there.

    Of several callers exactly one gets True: a hard link on a local disk, `If-None-Match: *` on S3.
    """
    if is_local(path):
        beside = _written_beside(local(path), data)
        try:
            os.link(beside, local(path))
        except FileExistsError:
            return False
        finally:
            beside.unlink()
        return True
    try:
        path.fs.pipe_file(path.path, data, mode="create")
    except FileExistsError:
        return False
    return True


def read_if_there(path: UPath) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def names(folder: UPath, suffix: str = "") -> list[str]:
    """The sorted names in a folder that end so; none when the folder is not there."""
    try:
        if not is_local(folder):
            folder.fs.invalidate_cache(folder.path)  # another process may have written since
        found = [child.name for child in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in found if name.endswith(suffix) and not name.startswith("."))
