"""An object store in memory that counts the requests S3 would get.

A listing costs a request for each 1,000 names, as ListObjectsV2 does; contents are kept compressed.
"""

from __future__ import annotations

import hashlib
import io
import math
import threading
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
from fsspec.spec import AbstractFileSystem

KEYS_PER_LISTING = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
# Standard storage, us-east-1, US dollars a request: https://aws.amazon.com/s3/pricing/
PRICES = {"LIST": 0.005 / 1000, "PUT": 0.005 / 1000, "GET": 0.0004 / 1000, "HEAD": 0.0004 / 1000}

REQUESTS: Counter[str] = Counter()
_FOLDERS: defaultdict[str, dict[str, bytes | None]] = defaultdict(dict)  # None: a folder
_LOCK = threading.Lock()


def _count(kind: str, requests: int = 1) -> None:
    with _LOCK:
        REQUESTS[kind] += requests


class CountedStore(AbstractFileSystem):  # type: ignore[misc]
    """What rekognition_tables.results_root.files needs of a store, and no more."""

    protocol = "memory"
    cachable = True

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + str(path).removeprefix("memory://").strip("/")

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path)
        found = _FOLDERS.get(path)
        _count("LIST", max(1, math.ceil(len(found or ()) / KEYS_PER_LISTING)))
        if found is None:
            raise FileNotFoundError(path)
        if not detail:
            return [f"{path}/{name}" for name in found]
        return [
            {
                "name": f"{path}/{name}",
                "size": len(data or b""),
                "type": "directory" if data is None else "file",
                "ETag": hashlib.md5(data or b"").hexdigest(),
            }
            for name, data in found.items()
        ]

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        _count("GET")
        data = self._there(path)
        if data is None:
            raise FileNotFoundError(path)
        return zlib.decompress(data)[start:end] if data else b""

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        _count("PUT")
        if mode == "create" and self._there(path) is not None:
            raise FileExistsError(path)
        folder, _slash, name = self._strip_protocol(path).rpartition("/")
        _FOLDERS[folder][name] = zlib.compress(bytes(value), 1) if value else b""
        while folder:  # each folder above knows the one below
            folder, _slash, name = folder.rpartition("/")
            if name in _FOLDERS[folder]:
                break
            _FOLDERS[folder][name] = None

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        _count("HEAD")
        data = self._there(path)
        if data is not None:
            return {"name": self._strip_protocol(path), "size": len(data), "type": "file"}
        if self._strip_protocol(path) in _FOLDERS:
            return {"name": self._strip_protocol(path), "size": 0, "type": "directory"}
        raise FileNotFoundError(path)

    def rm_file(self, path: str) -> None:
        folder, _slash, name = self._strip_protocol(path).rpartition("/")
        _FOLDERS[folder].pop(name)

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        pass  # an object store has none

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        pass

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if "r" in mode:
            return io.BytesIO(self.cat_file(path))
        return _Written(self, path)

    def _there(self, path: str) -> bytes | None:
        folder, _, name = self._strip_protocol(path).rpartition("/")
        found = _FOLDERS.get(folder)
        return found.get(name) if found else None


class _Written(io.BytesIO):
    """A file that is put whole when it is closed."""

    def __init__(self, store: CountedStore, path: str) -> None:
        super().__init__()
        self.store, self.place = store, path

    def close(self) -> None:
        if not self.closed:
            self.store.pipe_file(self.place, self.getvalue())
        super().close()


@contextmanager
def counted() -> Iterator[None]:
    """`memory://` paths lead to an empty store that counts; afterwards to fsspec's own again."""
    known = fsspec.get_filesystem_class("memory")
    fsspec.register_implementation("memory", CountedStore, clobber=True)
    try:
        yield
    finally:
        fsspec.register_implementation("memory", known, clobber=True)
        _FOLDERS.clear()
        REQUESTS.clear()


def objects() -> int:
    """How many objects there are."""
    return sum(data is not None for found in _FOLDERS.values() for data in found.values())


def usd(requests: Counter[str]) -> float:
    """What these requests cost."""
    return sum(PRICES[kind] * number for kind, number in requests.items())
