"""What no column holds: records that are not what they should be, and members nobody described."""

from __future__ import annotations

from typing import Any

import msgspec

from rekognition_tables.errors import QuarantineLimit, shown
from rekognition_tables.flatten.parquet_writer import TableFiles
from rekognition_tables.limits import Limits
from rekognition_tables.results_root.layout import ResultKey

EXAMPLE = 1_000  # characters kept of an unknown member's value
PATH = 2_000  # characters of an unknown member's path: one that is longer is counted with those
PATHS_AT_MOST = 10_000  # of unknown members of one result: beyond that they are counted as one
OTHER_PATHS = "*"
TOGETHER = 1_000  # bad records that become rows together; one by one each takes kilobytes
WAITING_BYTES = 4 * 2**20  # of bad records in memory

COLUMNS = ("file", "line_number", "label_index", "byte_offset", "reason", "record")


class PutAside:
    """Fills `quarantined_records` as records come, and `unknown_fields` at the end.

    `expected`: how many records the result has at most, where that is known before. Then more bad
    ones than the limit allows of so many end it at once.
    """

    def __init__(
        self,
        files: TableFiles,
        key: ResultKey,
        limits: Limits,
        expected: int | None = None,
    ) -> None:
        self.quarantined = 0
        self._files = files
        self._key = key
        self._limit = limits.quarantine
        self._expected = expected
        self._unknown: dict[str, tuple[int, str]] = {}
        self._bad: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self._bad_bytes = 0
        self._first = ""

    def quarantine(
        self,
        file: str,
        line_number: int,
        byte_offset: int,
        reason: str,
        record: bytes,
        label_index: int | None = None,
    ) -> None:
        """QuarantineLimit when it is one more than the result may have."""
        row = (file, line_number, label_index, byte_offset, reason, record)
        for values, value in zip(self._bad.values(), row, strict=True):
            values.append(value)
        if not self.quarantined:
            self._first = (
                f"The first: {file}, line {line_number}: {reason} It begins: {shown(record)}"
            )
        self.quarantined += 1
        self._bad_bytes += len(record)
        if self._expected is not None and self._limit < 1:
            self._check(self._expected, f"at most {self._expected}")
        if len(self._bad["record"]) == TOGETHER or self._bad_bytes > WAITING_BYTES:
            self._write_bad()

    def _write_bad(self) -> None:
        self._files.add("quarantined_records", self._bad)
        self._bad = {name: [] for name in COLUMNS}
        if self._bad_bytes > WAITING_BYTES:
            self._files.flush("quarantined_records")
            self._bad_bytes = 0

    def unknown(self, path: str, count: int, example: bytes) -> None:
        """`example` is a JSON text; kept is the first one of each path, written one way."""
        full = len(self._unknown) >= PATHS_AT_MOST or len(path) > PATH
        if full and path not in self._unknown:
            path = OTHER_PATHS
        seen = self._unknown.get(path)
        if seen is None:
            text = msgspec.json.encode(msgspec.json.decode(example)).decode()
            self._unknown[path] = (count, text[:EXAMPLE])
        else:
            self._unknown[path] = (seen[0] + count, seen[1])

    def unknown_values(self, values: list[tuple[str, Any]]) -> None:
        for path, value in values:
            self.unknown(path, 1, b"null" if path in self._unknown else msgspec.json.encode(value))

    def finish(self) -> None:
        """Write what is not written yet, once all records are in."""
        self._write_bad()
        paths = sorted(self._unknown)
        rows = {
            "path": paths,
            "count": [self._unknown[path][0] for path in paths],
            "example": [self._unknown[path][1] for path in paths],
        }
        self._files.add("unknown_fields", rows)

    def check_limit(self, records: int) -> None:
        """QuarantineLimit when more of so many records are bad than may be."""
        self._check(records, str(records))

    def _check(self, records: int, told: str) -> None:
        bad, limit = self.quarantined, self._limit
        if bad > limit * records:
            raise QuarantineLimit(
                f"{bad} of {told} records of {self._key.operation} {self._key.name} are bad, "
                f"which is more than {limit:.1%}. {self._first}",
                operation=self._key.operation,
                job_id=self._key.job_id,
                bad=bad,
                records=records,
                limit=limit,
            )
