"""Files that are there whole or not at all, on a local disk or an object store."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from upath import UPath

CONFLICTS_AT_MOST = 8  # answers of 409, which S3's manual says to try again after


def is_local(path: UPath) -> bool:
    return isinstance(path, Path) or path.protocol in ("", "file", "local")


def local(path: UPath) -> Path:
    return Path(path) if isinstance(path, Path) else Path(path.path)


@contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """A hidden file with `data` in the folder of `path`, removed at the end if still there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with beside.open("xb") as file:  # who may read it is as the umask says
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: UPath, data: bytes) -> None:
    """Put `data` at `path`, in the place of what stood there; a crash leaves the old or the new."""
    if is_local(path):
        with _written_beside(local(path), data) as beside:
            beside.replace(local(path))
    else:
        # One PUT; a file object that fails half way is closed, and so put, all the same.
        path.fs.pipe_file(path.path, data)


def create(path: UPath, data: bytes) -> bool:
    """Put `data` at `path` if nothing is there: True when this call made it, False if it was there.

    Of several callers exactly one gets True: a hard link on a local disk, `If-None-Match: *` on S3.
    """
    if is_local(path):
        with _written_beside(local(path), data) as beside:
            try:
                os.link(beside, local(path))
            except FileExistsError:
                return False
        return True
    for _ in range(CONFLICTS_AT_MOST):
        try:
            path.fs.pipe_file(path.path, data, mode="create")
            return True
        except FileExistsError:
            return False
        except OSError as error:
            code = _s3_code(error)
            if code == "PreconditionFailed":  # from a store that does not name the condition
                return False
            if code != "ConditionalRequestConflict":
                raise
    raise BlockingIOError(f"{path} is being written by others without an end: try again.")


def _s3_code(error: OSError) -> str | None:
    """The code of S3's answer, which s3fs keeps as the cause."""
    answer: dict[str, Any] = getattr(error.__cause__, "response", {})
    code: str | None = answer.get("Error", {}).get("Code")
    return code


def _forget_listing(path: UPath) -> None:
    """Ask the store anew: another process may have written since fsspec listed the folder."""
    path.fs.invalidate_cache(path.path)


def read_if_there(path: UPath) -> bytes | None:
    try:
        if not is_local(path):
            _forget_listing(path)  # it also tells the length, and an old one would cut the new file
        return path.read_bytes()
    except FileNotFoundError:
        return None


def names(folder: UPath, suffix: str = "") -> list[str]:
    """The sorted names in a folder that end so; none when the folder is not there."""
    try:
        found = _listed(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in found if name.endswith(suffix) and not name.startswith("."))


def marks(folder: UPath, suffix: str = "") -> dict[str, str]:
    """The names in a folder that end so, each with a mark that changes when the file is written.

    The mark is the ETag on an object store, and time, size and inode on a local disk. Where a store
    tells no ETag it is never the same twice.
    """
    try:
        found = dict(_marked(folder))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    chosen = (name for name in found if name.endswith(suffix) and not name.startswith("."))
    return {name: found[name] for name in sorted(chosen)}


def _marked(folder: UPath) -> Iterator[tuple[str, str]]:
    if not is_local(folder):
        _forget_listing(folder)
        for entry in folder.fs.ls(folder.path, detail=True):
            name = entry["name"].rpartition("/")[2]
            yield name, str(entry.get("ETag") or uuid.uuid4())
        return
    for child in local(folder).iterdir():
        try:
            stat = child.stat()
        except FileNotFoundError:
            continue  # a file that was being written has got its name: its hidden one is gone
        yield child.name, f"{stat.st_mtime_ns}.{stat.st_size}.{stat.st_ino}"


def _listed(folder: UPath) -> list[str]:
    """The names, without the folder's own: an empty object, if it was made in S3's console."""
    if is_local(folder):
        return [child.name for child in local(folder).iterdir()]
    _forget_listing(folder)
    paths = [path.rstrip("/") for path in folder.fs.ls(folder.path, detail=False)]
    return [path.rpartition("/")[2] for path in paths if path != folder.path.rstrip("/")]
