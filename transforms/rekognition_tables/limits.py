"""What a result may hold at most, so that a small file cannot take all memory and all day.

No real result comes near. Those of bytes and values grow with `line_bytes`, so one setting,
REKOGNITION_MAX_LINE_BYTES, lets a larger result through.
"""

from __future__ import annotations

from dataclasses import dataclass

QUARANTINE_LIMIT = 0.05
MAX_LINE_BYTES = 8 * 2**20  # a page has 350 KB, one of a crowd 2 MB; a manifest line a few KB
LINE_VALUES = 2**14  # of a manifest line; one with 100 labels and 50 content types has 650
PAGE_VALUES = 2**19  # a page has 25,000, one of a crowd 100,000; a summary of 10,000 errors 50,000
DOCUMENT_BYTES = 32 * 2**20  # a description or summary: 3 KB for each of 10,000 errors
PART_BYTES = 192 * 2**20  # a landed part, uncompressed: 64 pages have 22 MB, lines of a manifest 32
RECORDS = 100_000  # a job has at most 10,000 images, a video of six hours some 4,000 pages
BATCH_BYTES = 2 * 2**20  # of JSON decoded together; a usual batch has 300 to 700 KB
ADVICE = "Look at the file; raise REKOGNITION_MAX_LINE_BYTES if it is what Amazon returned."


@dataclass(frozen=True)
class Limits:
    """`quarantine`: share of bad records above which a result fails. `records`: of one result.

    `line_bytes`: of one manifest line or page.
    """

    quarantine: float = QUARANTINE_LIMIT
    line_bytes: int = MAX_LINE_BYTES
    records: int = RECORDS

    @property
    def line_values(self) -> int:
        """Members and elements of one manifest line."""
        return self._grown(LINE_VALUES)

    @property
    def page_values(self) -> int:
        """Members and elements of one page, description or summary."""
        return self._grown(PAGE_VALUES)

    @property
    def document_bytes(self) -> int:
        """Of a description or summary."""
        return self._grown(DOCUMENT_BYTES)

    @property
    def part_bytes(self) -> int:
        """Of a landed part, uncompressed."""
        return self._grown(PART_BYTES)

    @property
    def text_bytes(self) -> int:
        """Of a line or text of a loose file, above which it is refused and not even kept."""
        return 32 * self.line_bytes

    def _grown(self, limit: int) -> int:
        """A lower `line_bytes` lowers no other limit."""
        return limit * max(self.line_bytes, MAX_LINE_BYTES) // MAX_LINE_BYTES

    def excess(self, record: bytes | memoryview, values: int) -> str | None:
        """Why a record is too large to be decoded, None when it is not."""
        if len(record) > self.line_bytes:
            return f"A line of {len(record)} bytes is over the limit of {self.line_bytes}."
        if len(record) > values and (found := values_in(record)) > values:
            return f"A line of {found} values is over the limit of {values}."
        return None


def values_in(text: bytes | memoryview) -> int:
    """As many members and elements as JSON can have at most: a sign stands before each.

    So it bounds their depth too, and what they take in memory, before anything is decoded.
    """
    import numpy as np  # no need of a DAG file

    signs = np.frombuffer(text, np.uint8)
    return sum(int(np.count_nonzero(signs == ord(sign))) for sign in ",[{")
