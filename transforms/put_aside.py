"""What no column holds: records that are not what they should be, and members nobody described."""

from __future__ import annotations

from typing import Any

import msgspec

from transforms.errors import QuarantineLimit
from transforms.layout import ResultKey
from transforms.parquet import TableFiles

EXAMPLE = 1_000  # characters kept of an unknown member's value
PATHS_AT_MOST = 10_000  # of unknown members of one result: beyond that they are counted as one
OTHER_PATHS = "*"


class PutAside:
    """Fills `quarantined_records` as records come, and `unknown_fields` at the end."""

    def __init__(self, files: TableFiles, key: ResultKey) -> None:
        self._files = files
        self._key = key
        self._unknown: dict[str, tuple[int, str]] = {}

    @property
    def quarantined(self) -> int:
        return self._files.rows("quarantined_records")

    def quarantine(
        self,
        file: str,
        line_number: int,
        byte_offset: int,
        reason: str,
        record: bytes,
        label_index: int | None = None,
    ) -> None:
        row = {
            "file": [file],
            "line_number": [line_number],
            "label_index": [label_index],
            "byte_offset": [byte_offset],
            "reason": [reason],
            "record": [record],
        }
        self._files.add("quarantined_records", row)

    def unknown(self, path: str, count: int, example: bytes) -> None:
        """`example` is a JSON text; kept is the first one of each path, written one way."""
        if path not in self._unknown and len(self._unknown) >= PATHS_AT_MOST:
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

    def write_unknown(self) -> None:
        paths = sorted(self._unknown)
        rows = {
            "path": paths,
            "count": [self._unknown[path][0] for path in paths],
            "example": [self._unknown[path][1] for path in paths],
        }
        self._files.add("unknown_fields", rows)

    def check_limit(self, records: int, limit: float) -> None:
        """QuarantineLimit when more than this share of the records is bad."""
        bad = self.quarantined
        if bad > limit * records:
            raise QuarantineLimit(
                f"{bad} of {records} records of {self._key.operation} {self._key.name} are bad, "
                f"which is more than {limit:.1%}.",
                operation=self._key.operation,
                job_id=self._key.job_id,
                bad=bad,
                records=records,
                limit=limit,
            )
