"""Columns, each with a kind, a comment and the path of the answer that fills it.

Kinds are words of ours, so that a DAG file may know the operations without Arrow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "real", "flag", "date", "instant", "texts", "bytes", "counts"]
TEXT: Kind = "text"
INTEGER: Kind = "integer"
REAL: Kind = "real"
FLAG: Kind = "flag"
DATE: Kind = "date"
INSTANT: Kind = "instant"
TEXTS: Kind = "texts"
BYTES: Kind = "bytes"
COUNTS: Kind = "counts"
PERCENT = "percent, 0 to 100"  # a unit


@dataclass(frozen=True)
class Column:
    """`member` is the JSON path in the answer that fills it, without list marks; empty for our own.

    `null`: whether it may be NULL.
    """

    name: str
    kind: Kind
    comment: str
    member: str = ""
    unit: str = ""
    null: bool = True

    @property
    def explained(self) -> str:
        """What a database says beside the column: its meaning, then its unit."""
        return self.comment + (f" Unit: {self.unit}." if self.unit else "")


@dataclass(frozen=True)
class Position:
    """A column that counts the elements of a list from 0, in the order received.

    `path` is the list's JSON path in the answer; empty for records that are one a line.
    """

    column: str
    comment: str
    path: str


@dataclass(frozen=True)
class Member:
    """A column that a member of the answer fills. `path` begins at the object that is the row."""

    path: str
    kind: Kind
    comment: str
    unit: str = ""

    def column(self, row: str, wrapper: str) -> Column:
        """Its name is its path in snake_case, without the row's own wrapper."""
        name = snake_case(self.path.removeprefix(f"{wrapper}."))
        return Column(name, self.kind, self.comment, joined(row, self.path), self.unit)


def snake_case(path: str) -> str:
    """As botocore's `xform_name`, for each name of a JSON path."""
    words = re.sub(r"([^.])([A-Z][a-z]+)", r"\1_\2", path)
    return re.sub(r"[.-]", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words)).lower()


def joined(*paths: str) -> str:
    return ".".join(filter(None, paths))


API = "https://docs.aws.amazon.com/rekognition/latest/APIReference/"
GUIDE = "https://docs.aws.amazon.com/rekognition/latest/dg/"
MANIFESTS = GUIDE + "moderation-bulk-analysis.html"


def s3_object(member: str, what: str) -> list[Column]:
    return [
        Member(f"{member}.S3Object.{part}", TEXT, f"{called} of {what}.").column("", "")
        for part, called in (("Bucket", "Bucket"), ("Name", "Key"), ("Version", "Version"))
    ]
