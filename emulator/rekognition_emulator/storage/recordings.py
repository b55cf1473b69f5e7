"""Recorded responses, served word for word in place of made-up results.

An object is tied to a recording by its metadata: ``x-amz-meta-recording: FILE``, a file name in the
folder that the emulator was started with.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from rekognition_emulator.engine.wire import compact

METADATA_KEY = "recording"
# What boto3 adds, and what this service must put its own in place of.
_NOT_THE_SERVICES = ("ResponseMetadata",)


class RecordingMissing(Exception):
    """An object names a recording that the emulator does not have."""


# `eq=False`: a recording is a key of caches by its identity.
@dataclass(frozen=True, eq=False)
class Recording:
    """A response with each member as its JSON text, numbers word for word."""

    sha256: str
    members: dict[str, msgspec.Raw]

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def value(self, name: str) -> Any:
        """A member, decoded."""
        return msgspec.json.decode(self.members[name])

    def elements(self, name: str) -> list[msgspec.Raw]:
        """The elements of a list, each as its JSON text."""
        raw = self.members.get(name)
        return msgspec.json.decode(raw, type=list[msgspec.Raw] | None) or [] if raw else []


def parse(document: bytes) -> Recording:
    """A recording from a file's bytes."""
    document = compact(document)
    members = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    kept = {
        name: msgspec.Raw(bytes(raw))
        for name, raw in members.items()
        if name not in _NOT_THE_SERVICES
    }
    return Recording(hashlib.sha256(document).hexdigest(), kept)


class Recordings:
    """The recordings of one folder, and those that finished jobs keep under the state folder."""

    def __init__(self, folder: Path | None, kept: Path | None) -> None:
        self._folder = folder
        self._kept = kept
        self._by_hash: dict[str, Recording] = {}

    def named(self, name: str) -> Recording:
        """The recording of that file name; RecordingMissing if the folder has none."""
        if self._folder is None or Path(name).name != name:
            raise RecordingMissing(f"no recording {name!r}: start the emulator with --recordings")
        path = self._folder / name
        if not path.is_file():
            raise RecordingMissing(f"no recording {name!r} in {self._folder}")
        document = path.read_bytes()
        recording = parse(document)
        if recording.sha256 not in self._by_hash:
            self._by_hash[recording.sha256] = recording
            self._keep(recording.sha256, document)
        return recording

    def by_hash(self, sha256: str) -> Recording:
        """A recording that a job was finished with, from before a restart if need be."""
        if sha256 not in self._by_hash:
            if self._kept is None or not (self._kept / sha256).is_file():
                raise RecordingMissing("the recording behind this job is gone")
            self._by_hash[sha256] = parse((self._kept / sha256).read_bytes())
        return self._by_hash[sha256]

    def _keep(self, sha256: str, document: bytes) -> None:
        if self._kept is None or (self._kept / sha256).exists():
            return
        self._kept.mkdir(parents=True, exist_ok=True)
        beside = self._kept / f"{sha256}.new"
        beside.write_bytes(document)
        beside.replace(self._kept / sha256)
