"""A warehouse as a DuckLake: Parquet files in one place, their catalog in SQLite or PostgreSQL.

    ducklake:sqlite:/data/catalog.sqlite                    loaders and readers on one machine
    ducklake:postgres:host=db.example dbname=rekognition    on many

What follows `postgres:` is libpq's connection string, so whatever it leaves out libpq takes from
PGHOST, PGUSER, PGPASSWORD or the file PGPASSFILE names. A password in it is never shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SCHEME = "ducklake:"
SQLITE, POSTGRES = SCHEME + "sqlite:", SCHEME + "postgres:"
# password=... and sslpassword=... of a connection string, in quotes or up to a space, as libpq
# reads them (https://www.postgresql.org/docs/15/libpq-connect.html), and user:password@ of a URI
PASSWORD = re.compile(
    r"""(\b\w*password\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|(?:[^\s\\]|\\.)+)""", re.I | re.S
)
USERINFO = re.compile(r"(://[^\s:/@]*:)\S*(?=@)")


def without_password(text: str) -> str:
    """`text` with the passwords of connection strings in it left out."""
    return USERINFO.sub(r"\1***", PASSWORD.sub(r"\1***", text))


@dataclass(frozen=True)
class S3Access:
    """How to reach S3, in the words of DuckDB's secrets. Without `key_id` requests are unsigned."""

    key_id: str = ""
    secret: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    region: str = ""
    endpoint_url: str = ""
    url_style: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """From the AWS_* variables that Amazon's own tools read."""
        environ = os.environ if environ is None else environ

        def first(*names: str) -> str:
            return next((environ[name] for name in names if environ.get(name)), "")

        return cls(
            first("AWS_ACCESS_KEY_ID"),
            first("AWS_SECRET_ACCESS_KEY"),
            first("AWS_SESSION_TOKEN"),
            first("AWS_REGION", "AWS_DEFAULT_REGION"),
            first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        )


@dataclass(frozen=True)
class DuckLake:
    """Where a lake's catalog is, as DuckDB's ATTACH takes it, and where its Parquet files are.

    `data_uri` is a folder of its own: whatever in it the catalog does not know is removed in time.
    `s3`: how to reach it on S3; None takes that from the AWS_* variables. `kms_key_id`: the key
    that S3 encrypts its files with; empty: as the bucket says.
    """

    uri: str
    data_uri: str
    s3: S3Access | None = None
    kms_key_id: str = ""

    def __post_init__(self) -> None:
        if not self.uri.startswith((SQLITE, POSTGRES)):
            kind = without_password(self.uri)
            raise ValueError(
                f"{kind} is no catalog for a DuckLake here: name {SQLITE}PATH or {POSTGRES}..."
            )

    def __str__(self) -> str:
        return without_password(self.uri)

    def __repr__(self) -> str:
        return f"DuckLake({str(self)!r}, {self.data_uri!r})"

    @property
    def catalog_file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        if self.uri.startswith(SQLITE):
            return Path(self.uri.removeprefix(SQLITE)).absolute()
        return None

    @property
    def on_s3(self) -> bool:
        return self.data_uri.startswith("s3://")
