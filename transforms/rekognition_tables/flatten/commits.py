"""A commit says that a result's table files are whole: the loader's unit, written last.

    commits/{operation}/{result}.json

Readers go from here to the files, never through a bare listing of tables/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from rekognition_tables.errors import SchemaMismatch
from rekognition_tables.jobs.request_row import moment
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.files import is_local, marks, names, read_if_there, write_whole
from rekognition_tables.results_root.layout import Layout, ResultKey

READS_AT_ONCE = 16  # each waits for the object store most of its time
KEYS_AT_ONCE = 1000  # in the pool's queue


@dataclass(frozen=True)
class TableFile:
    """One Parquet file: `path` relative to the results root."""

    table: str
    path: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Accepted:
    """Somebody says why a result that does not reconcile is loaded all the same."""

    reason: str
    at: datetime


@dataclass(frozen=True)
class Commit:
    """What one result was flattened to.

    `reason`: why it does not reconcile, None when it does; `facts`: what the ledger keeps of the
    job (rekognition_tables.jobs.job_facts).
    """

    key: ResultKey
    attempt: str
    schema_version: int
    landed_at: datetime
    flattened_at: datetime
    files: tuple[TableFile, ...]
    reason: str | None = None
    accepted: Accepted | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def reconciled(self) -> bool:
        return self.reason is None

    @property
    def held_back(self) -> bool:
        """True while its rows stay out of the tables."""
        return self.reason is not None and self.accepted is None

    @property
    def row_counts(self) -> dict[str, int]:
        return {file.table: file.rows for file in self.files}

    def assert_of_this_version(self) -> None:
        """SchemaMismatch when its tables mean something else than those of this program."""
        operation, found = self.key.operation, self.schema_version
        if found != SPECS[operation].schema_version:
            raise other_version(operation, found, f"{operation} {self.key.name}")

    def write(self, layout: Layout) -> None:
        told = msgspec.json.format(msgspec.json.encode(self), indent=1)
        write_whole(layout.commit(self.key), told)


def other_version(operation: Operation, found: int, what: str) -> SchemaMismatch:
    """What to raise for results that were flattened to another version than this program's."""
    expected = SPECS[operation].schema_version
    return SchemaMismatch(
        f"{what} was flattened to schema version {found}; this program has {expected}.",
        found=found,
        expected=expected,
        advice="Flatten again from the landing zone, then load: "
        f"`rekognition-results flatten --operation {operation}`."
        if found < expected
        else "Use the program that wrote it, or a newer one.",
    )


def read_commit(layout: Layout, key: ResultKey) -> Commit | None:
    """The commit of a result; None when it was never flattened whole."""
    data = read_if_there(layout.commit(key))
    if data is None:
        return None
    try:
        told = json.loads(data)
        accepted = told["accepted"]
        return Commit(
            ResultKey(**told["key"]),
            told["attempt"],
            told["schema_version"],
            datetime.fromisoformat(told["landed_at"]),
            datetime.fromisoformat(told["flattened_at"]),
            tuple(_table_file(file) for file in told["files"]),
            told["reason"],
            accepted and Accepted(accepted["reason"], datetime.fromisoformat(accepted["at"])),
            _facts(told.get("facts", {})),  # a version before has none
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaMismatch(
            f"{layout.commit(key)} is no commit of this version: {error!r}.",
            path=str(layout.commit(key)),
        ) from error


def _facts(told: dict[str, Any]) -> dict[str, Any]:
    """Those that the ledger has a column for, moments as such."""
    from rekognition_tables.jobs.job_facts import FACTS, INSTANTS  # pyarrow: no need of a DAG file

    return {
        name: moment(value) if name in INSTANTS else value
        for name, value in told.items()
        if name in FACTS
    }


def _table_file(told: dict[str, Any]) -> TableFile:
    """ValueError for a path that leaves the tables' folder: files are read, and removed, by it."""
    file = TableFile(**told)
    if not file.path.startswith("tables/") or ".." in file.path.split("/"):
        raise ValueError(f"{file.path!r} is no table file of the results root")
    return file


def commits(layout: Layout, operations: tuple[Operation, ...] = OPERATIONS) -> Iterator[Commit]:
    """Every commit, in order of operation and name."""
    for operation in operations:
        found = names(layout.commits(operation), ".json")
        keys = [ResultKey.from_name(operation, name.removesuffix(".json")) for name in found]
        yield from read_commits(layout, keys)


def commit_marks(layout: Layout) -> dict[ResultKey, str]:
    """Every result with a commit, by operation and name; a rewritten commit has another mark."""
    return {
        ResultKey.from_name(operation, name.removesuffix(".json")): mark
        for operation in OPERATIONS
        for name, mark in marks(layout.commits(operation), ".json").items()
    }


def read_commits(layout: Layout, keys: Sequence[ResultKey]) -> Iterator[Commit]:
    """Those that are there, in order of the keys."""
    yield from filter(None, _read_all(layout, keys))


def _read_all(layout: Layout, keys: Sequence[ResultKey]) -> Iterator[Commit | None]:
    """Many at once from an object store, whose every answer takes a while."""
    if is_local(layout.root):
        yield from (read_commit(layout, key) for key in keys)
        return
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for start in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[start : start + KEYS_AT_ONCE]
            yield from pool.map(lambda key: read_commit(layout, key), some)


def accept(layout: Layout, key: ResultKey, reason: str) -> Commit:
    """Release a result that is held back. ValueError when there is none, or no reason is given."""
    if not reason.strip():
        raise ValueError("Say why with --reason: it is kept in the ledger.")
    commit = read_commit(layout, key)
    if commit is None:
        raise ValueError(f"Nothing is committed for {key.operation} {key.name}.")
    if commit.reconciled:
        raise ValueError(f"{key.operation} {key.name} reconciles: there is nothing to accept.")
    accepted = Accepted(reason.strip(), datetime.now(UTC))
    released = replace(commit, accepted=accepted)
    released.write(layout)
    return released
