"""The landing zone: the bytes as they came, in attempts that are whole or do not count.

    raw/{operation}/{result}/{attempt}/
        _STARTED.json            claims the attempt's number
        _RESUMED-1.json          claims a name for the parts of whoever took it up again
        pages-00000.jsonl.zst    64 verbatim pages of a video operation, one a line
        pages-00000.json         that part's checksum and the token of the page after it
        results-00000.jsonl.zst  or: the result manifest, cut at line ends
        summary.json             and: the manifest summary
        description.json         and: the body of GetMediaAnalysisJob
        _ABANDONED.json          why this attempt is evidence only
        _SUCCESS.json            last: every file with its sha256 and counts, and landed_at

Of several attempts the newest with _SUCCESS counts. Two who land the same one (a task taken for
dead, and its retry) write parts under names of their own (pages-00001.r1.jsonl.zst); the first to
create pages-00001.json makes its part count. A part is read with its checksum, since a zstd frame
that was cut reads as a short file without an error.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import zstandard
from upath import UPath

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.landing.manifest_parts import LEVEL, parts_of
from rekognition_tables.operations.spec import SPECS, VideoOperation
from rekognition_tables.results_root.files import create, names, read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout, ResultKey

PART_BYTES = 2**30  # uncompressed; a part of ours has a tenth, and a file that tells more is none
BODIES_PER_PART = 64  # about 22 MB of JSON at 1,000 labels a page
PART = re.compile(r"(pages|results)-\d+\.json")  # what makes a part count
LANDED_NAME = re.compile(r"[a-z][a-z0-9.-]*")
STARTED, ABANDONED, SUCCESS = "_STARTED.json", "_ABANDONED.json", "_SUCCESS.json"


@dataclass(frozen=True)
class LandedFile:
    """One file of an attempt. `size` is on disk, `raw_size` uncompressed, `records` lines."""

    name: str
    sha256: str
    size: int
    raw_size: int
    records: int

    def __post_init__(self) -> None:
        if not LANDED_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no file of an attempt")


@dataclass(frozen=True)
class Attempt:
    """A whole attempt, as its _SUCCESS.json tells it. `facts` are the lander's own."""

    key: ResultKey
    name: str
    path: UPath
    landed_at: datetime
    files: tuple[LandedFile, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[LandedFile, ...]:
        """The files with records, in order: pages-* or results-*."""
        return tuple(file for file in self.files if file.name.endswith(".jsonl.zst"))

    def abandon(self, reason: str) -> None:
        """Keep it as evidence: it no longer counts, and the next landing begins a new attempt."""
        write_whole(self.path / ABANDONED, json.dumps({"reason": reason}).encode())

    def document(self, name: str) -> bytes | None:
        """The bytes of `description.json` or `summary.json`; None when none was landed."""
        found = [file for file in self.files if file.name == name]
        return self.read(found[0]) if found else None

    def read(self, file: LandedFile) -> bytes:
        """The uncompressed bytes. IncompleteResults when they are not what was landed."""
        data = read_if_there(self.path / file.name)
        if data is None:
            raise self._damaged(file, "is gone")
        if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
            raise self._damaged(file, "does not have the checksum it was landed with")
        if not file.name.endswith(".zst"):
            return data
        if file.raw_size > PART_BYTES:
            raise self._damaged(file, f"unpacks to {file.raw_size:,} bytes, which no part has")
        return self._decompressed(file, data)

    def _decompressed(self, file: LandedFile, data: bytes) -> bytes:
        import pyarrow as pa  # landing itself does without

        try:
            # In one step, into the one buffer, and never to another size than the one told.
            raw: bytes = pa.decompress(data, file.raw_size, codec="zstd", asbytes=True)
        except OSError as error:
            raise self._damaged(file, f"does not decompress to {file.raw_size} bytes") from error
        return raw

    def _damaged(self, file: LandedFile, what: str) -> IncompleteResults:
        return IncompleteResults(
            f"{self.path / file.name} {what}.",
            operation=self.key.operation,
            job_id=self.key.job_id,
            attempt=self.name,
            file=file.name,
        )


def newest_whole_attempt(layout: Layout, key: ResultKey) -> Attempt | None:
    """The attempt that counts, or None when nothing of this result is landed whole."""
    for name in reversed(names(layout.attempts(key))):
        path = layout.attempts(key) / name
        data = read_if_there(path / SUCCESS)
        if data is not None and read_if_there(path / ABANDONED) is None:
            return _as_told(key, path, data)
    return None


def _as_told(key: ResultKey, path: UPath, success: bytes) -> Attempt:
    try:
        told = json.loads(success)
        landed_at = datetime.fromisoformat(told["landed_at"])
        files = tuple(LandedFile(**file) for file in told["files"])
        return Attempt(key, path.name, path, landed_at, files, told["facts"])
    except (ValueError, KeyError, TypeError) as error:
        raise IncompleteResults(
            f"{path / SUCCESS} is damaged: {error!r}.",
            operation=key.operation,
            job_id=key.job_id,
            attempt=path.name,
            file=SUCCESS,
            advice=f"Restore it, or put {ABANDONED} beside it: then the next landing begins anew.",
        ) from error


def landed_results(layout: Layout) -> Iterator[ResultKey]:
    """Every result that has an attempt, whole or not, in order of operation and name."""
    for operation in names(layout.root / "raw"):
        for name in names(layout.root / "raw" / operation):
            yield ResultKey.from_name(operation, name)  # type: ignore[arg-type]


class LandingAttempt:
    """An attempt being written. Pages go on after the last whole part; a manifest begins anew."""

    def __init__(self, key: ResultKey, path: UPath) -> None:
        self.key = key
        self.path = path
        self.writer = ""  # what the names of its parts end with
        self.files: list[LandedFile] = []
        self.next_token: str | None = None
        self.tokens: set[str] = set()
        self._bodies: list[bytes] = []
        self._body_tokens: list[str] = []

    @classmethod
    def resume_or_begin(cls, layout: Layout, key: ResultKey) -> Self:
        """The newest attempt if it has parts to go on after and is not at its end, else a new one.

        A bulk job's manifest begins anew in any case.
        """
        folder = layout.attempts(key)
        numbers = names(folder)
        if numbers:
            path = folder / numbers[-1]
            there = names(path)
            parts = isinstance(SPECS[key.operation], VideoOperation) or any(
                map(PART.fullmatch, there)
            )
            if parts and not {SUCCESS, ABANDONED} & set(there):
                attempt = cls(key, path)
                attempt.writer = _claim_writer(path)
                attempt._take_up_parts()
                return attempt
        number = int(numbers[-1]) + 1 if numbers else 1
        begun = json.dumps({"started_at": datetime.now(UTC).isoformat()}).encode()
        while not create(folder / f"{number:05d}" / STARTED, begun):
            number += 1
        return cls(key, folder / f"{number:05d}")

    def _take_up_parts(self) -> None:
        while (told := read_if_there(self.path / f"pages-{len(self.files):05d}.json")) is not None:
            part = json.loads(told)
            self.files.append(LandedFile(**part["file"]))
            self.next_token = part["next_token"]
            self.tokens.update(part["tokens"])

    @property
    def resumed(self) -> bool:
        return bool(self.files)

    @property
    def pages_finished(self) -> bool:
        """True when the last page of all is in a part already put."""
        return bool(self.files) and self.next_token is None

    def add_page(self, body: bytes, next_token: str | None) -> None:
        """Keep one page as it came. IncompleteResults when its token came before."""
        if next_token is not None and next_token in self.tokens:
            raise IncompleteResults(
                f"Amazon sent the same NextToken twice for job {self.key.job_id}.",
                operation=self.key.operation,
                job_id=self.key.job_id,
                attempt=self.path.name,
            )
        self._bodies.append(body.replace(b"\n", b" ").replace(b"\r", b" "))
        self.next_token = next_token
        if next_token is not None:
            self.tokens.add(next_token)
            self._body_tokens.append(next_token)
        if next_token is None or len(self._bodies) == BODIES_PER_PART:
            self._put_pages()

    def _put_pages(self) -> None:
        stem = f"pages-{len(self.files):05d}"
        raw = b"\n".join(self._bodies) + b"\n"
        compressed = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(raw)
        name = f"{stem}{self.writer}.jsonl.zst"
        file = self._put(name, compressed, len(raw), len(self._bodies))
        tokens = {"next_token": self.next_token, "tokens": self._body_tokens}
        self._count_part(stem, {"file": asdict(file), **tokens})
        self._bodies, self._body_tokens = [], []

    def _count_part(self, stem: str, told: dict[str, Any]) -> None:
        """Make a part count. IncompleteResults when somebody else's counts already."""
        if not create(self.path / f"{stem}.json", json.dumps(told).encode()):
            raise IncompleteResults(
                f"Another task lands job {self.key.job_id} at the same time.",
                operation=self.key.operation,
                job_id=self.key.job_id,
                attempt=self.path.name,
                another_lander=True,
                advice="Nothing is lost: trying again goes on after its parts.",
            )

    def add_manifest(self, chunks: Iterable[bytes]) -> None:
        """Keep a result manifest byte for byte, in parts cut at line ends."""
        for number, part in enumerate(parts_of(chunks)):
            self._put(f"results-{number:05d}.jsonl.zst", part.data, part.raw_size, part.records)

    def add_document(self, name: str, data: bytes) -> None:
        """Keep `description.json` or `summary.json` as it came."""
        self._put(name, data, len(data), 1)

    def _put(self, name: str, data: bytes, raw_size: int, records: int) -> LandedFile:
        write_whole(self.path / name, data)
        digest = hashlib.sha256(data).hexdigest()
        file = LandedFile(name, digest, len(data), raw_size, records)
        self.files.append(file)
        return file

    def abandon(self, reason: str) -> None:
        """Leave this attempt as evidence; the next one begins at the first page."""
        write_whole(self.path / ABANDONED, json.dumps({"reason": reason}).encode())

    def succeed(self, **facts: Any) -> Attempt:
        """Write _SUCCESS: from now on this attempt is the result.

        IncompleteResults when the last page did not come: the pages after the last whole part are
        not put yet. The next landing goes on there.
        """
        if self.next_token is not None:
            raise IncompleteResults(
                f"The pages of job {self.key.job_id} end with a NextToken: the rest is missing.",
                operation=self.key.operation,
                job_id=self.key.job_id,
                attempt=self.path.name,
                advice="Land it again: landing goes on after the last whole part.",
            )
        landed_at = datetime.now(UTC)
        told = {
            "operation": self.key.operation,
            "job_id": self.key.job_id,
            "aggregate_by": self.key.aggregate_by,
            "landed_at": landed_at.isoformat(),
            "files": [asdict(file) for file in self.files],
            "facts": facts,
        }
        write_whole(self.path / SUCCESS, json.dumps(told, indent=1).encode())
        return Attempt(self.key, self.path.name, self.path, landed_at, tuple(self.files), facts)


def _claim_writer(path: UPath) -> str:
    """What the part names of one who takes up an attempt end with; nobody else has it."""
    number = 1
    while not create(path / f"_RESUMED-{number}.json", b"{}"):
        number += 1
    return f".r{number}"
