"""The state folder: what survives a restart, a kill -9 included.

    lock                 held by the one emulator that uses the folder
    format               moto's version: the objects below are its own, pickled
    jobs.jsonl           the journal of emulator.jobs
    recordings/{sha256}  recordings that finished jobs were served from
    s3/{bucket}/bucket   a bucket without its keys
    s3/{bucket}/{hash}   one key with all its versions and tags

Each file is written beside its place and renamed before the call that changed it is answered.
A process that dies loses nothing that was answered; a power cut may, for nothing is synced.
SNS topics and SQS queues are not kept. Pickles are loaded: use only a folder that is your own.
"""

from __future__ import annotations

import fcntl
import hashlib
import pickle
import re
import shutil
import threading
from pathlib import Path
from typing import Any

import moto
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from rekognition_emulator.storage.objects import bucket_named

_BUCKET = "bucket"
_BUCKET_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{2,254}")
# Open uploads hold locks and are lost; keys have files of their own.
_NOT_WITH_THE_BUCKET = ("keys", "multiparts")


class StateInUse(Exception):
    """Another emulator works on this folder."""


class StateTooOld(Exception):
    """The folder was written with another version of moto."""


class State:
    """S3 in a folder, kept the same as moto's memory, call by call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._s3 = folder / "s3"
        self._s3.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()
        self._lock_file = (folder / "lock").open("w")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock_file.close()
            raise StateInUse(f"{folder} is in use by another emulator") from None
        self._check_format()

    def close(self) -> None:
        """Let another emulator have the folder."""
        self._lock_file.close()

    def load(self) -> None:
        """Put every bucket and object of the folder into moto's memory."""
        for folder in sorted(self._s3.iterdir()):
            if (folder / _BUCKET).exists():
                _load_bucket(folder)

    def keep(self, bucket: str, key: str | None) -> None:
        """Write down what a call has changed: one key, or with None the bucket and all its keys."""
        with self._writing:
            found = bucket_named(bucket)
            if found is None:
                self._drop_bucket(bucket)
            elif key is not None:
                self._keep_key(*found, key)
            else:
                self._keep_bucket(*found)

    def _drop_bucket(self, name: str) -> None:
        # The name comes from a request's path: only what is a kept bucket's folder is removed.
        if _BUCKET_NAME.fullmatch(name) and (self._s3 / name / _BUCKET).exists():
            shutil.rmtree(self._s3 / name)

    def _keep_bucket(self, backend: S3Backend, bucket: FakeBucket) -> None:
        folder = self._s3 / bucket.name
        folder.mkdir(exist_ok=True)
        attributes = {
            name: value for name, value in vars(bucket).items() if name not in _NOT_WITH_THE_BUCKET
        }
        _put(folder / _BUCKET, (attributes, _tags(backend, bucket.arn)))
        for key in list(bucket.keys):
            self._keep_key(backend, bucket, key)
        known = {_file_name(key) for key in list(bucket.keys)} | {_BUCKET}
        for path in folder.iterdir():
            if path.name not in known:
                path.unlink()

    def _keep_key(self, backend: S3Backend, bucket: FakeBucket, key: str) -> None:
        path = self._s3 / bucket.name / _file_name(key)
        versions = list(bucket.keys.getlist(key, []))
        if versions:
            tags = {
                version.arn: _tags(backend, version.arn) for version in versions if _is_key(version)
            }
            _put(path, (key, versions, {arn: found for arn, found in tags.items() if found}))
        else:
            path.unlink(missing_ok=True)

    def _check_format(self) -> None:
        path = self.folder / "format"
        if not path.exists():
            path.write_text(moto.__version__)
        elif (found := path.read_text()) != moto.__version__:
            message = f"{self.folder} was written with moto {found}, this is {moto.__version__}:"
            self.close()
            raise StateTooOld(f"{message} delete the folder or install that version")


def _load_bucket(folder: Path) -> None:
    attributes, tags = pickle.loads((folder / _BUCKET).read_bytes())
    owner = (attributes["name"], attributes["account_id"], attributes["region_name"])
    bucket = FakeBucket(*owner)  # type: ignore[abstract]
    vars(bucket).update(attributes)
    backend = s3_backends[bucket.account_id][bucket.partition]
    backend.buckets[bucket.name] = bucket
    _tag(backend, bucket.arn, tags)
    for path in folder.iterdir():
        if path.name != _BUCKET and path.suffix != ".new":
            key, versions, tags_of = pickle.loads(path.read_bytes())
            bucket.keys.setlist(key, versions)
            for arn, found in tags_of.items():
                _tag(backend, arn, found)


def _is_key(version: Any) -> bool:
    return hasattr(version, "value")


def _tags(backend: S3Backend, arn: str) -> dict[str, str]:
    return dict(backend.tagger.get_tag_dict_for_resource(arn))


def _tag(backend: S3Backend, arn: str, tags: dict[str, str]) -> None:
    if tags:
        backend.tagger.tag_resource(arn, [{"Key": k, "Value": v} for k, v in tags.items()])


def _file_name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _put(path: Path, value: Any) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(pickle.dumps(value))
    beside.replace(path)
