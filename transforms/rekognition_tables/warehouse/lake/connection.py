"""A DuckLake attached to a connection: its extensions, its secret, and who loses to whom."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import duckdb

from rekognition_tables.errors import SchemaMismatch, WarehouseLocked
from rekognition_tables.warehouse.ddl import identifier, literal
from rekognition_tables.warehouse.lake.ducklake import DuckLake, S3Access, without_password
from rekognition_tables.warehouse.lake.extensions import load_extension

BUSY_MILLISECONDS = 10_000  # SQLite waits so long for another one's write
AWS_HOST = re.compile(r"\.amazonaws\.com(\.cn)?$")
# What the loser of two transactions hears, at its commit or before, from DuckLake, SQLite or
# PostgreSQL; the last two from two that make one lake at once.
LOST = re.compile(
    r"conflict|database is locked|could not serialize|deadlock detected"
    r"|relation \"ducklake_\w+\" already exists|duplicate key value",
    re.IGNORECASE,
)
OTHER_DATA_PATH = re.compile(r'DATA_PATH parameter ".*" does not match')


def gist(error: duckdb.Error) -> str:
    """The first line of what DuckDB says; hints and the statement come after it."""
    return without_password(str(error).strip().partition("\n")[0].rstrip(".!"))


def attach_lake(
    con: duckdb.DuckDBPyConnection, lake: DuckLake, alias: str, *, read_only: bool
) -> None:
    """Attach a lake, made when it is not there and this is no reader.

    FileNotFoundError when it is not there for a reader; SchemaMismatch when its data stand
    elsewhere; ResultsError when an extension is not installed.
    """
    for extension in _extensions(lake):
        load_extension(con, extension)
    if lake.on_s3:
        access = lake.s3 or S3Access.from_env()
        con.execute(secret(access, lake.data_uri, lake.kms_key_id))
    if lake.catalog_file:
        if read_only and not lake.catalog_file.exists():
            raise FileNotFoundError(f"{lake} is not there: run `rekognition-results load` first.")
        lake.catalog_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        con.execute(_attach(lake, alias, read_only))
    except duckdb.Error as error:
        if not OTHER_DATA_PATH.search(str(error)):
            raise
        raise SchemaMismatch(
            f"{lake} keeps its data elsewhere: {gist(error)}.",
            path=str(lake),
            advice="Set REKOGNITION_WAREHOUSE_DATA_URI to where they are, or name another catalog.",
        ) from None


def secret(s3: S3Access, scope: str, kms_key_id: str = "") -> str:
    """CREATE SECRET for what begins with `scope`; it lives as long as the connection."""
    told = {
        "KEY_ID": s3.key_id,
        "SECRET": s3.secret,
        "SESSION_TOKEN": s3.session_token,
        "REGION": s3.region,
        "SCOPE": scope,
        "KMS_KEY_ID": kms_key_id,
        "URL_STYLE": s3.url_style or _usual_style(s3.endpoint_url),
    }
    if s3.endpoint_url:
        endpoint = urlsplit(s3.endpoint_url)
        told["ENDPOINT"] = endpoint.netloc + endpoint.path.rstrip("/")
        told["USE_SSL"] = "true" if endpoint.scheme == "https" else "false"
    parts = ", ".join(f"{name} {literal(value)}" for name, value in told.items() if value)
    return f"CREATE OR REPLACE TEMPORARY SECRET rekognition_lake (TYPE s3, {parts})"


def lost(lake: DuckLake, error: duckdb.Error) -> WarehouseLocked | None:
    """What to raise when another transaction came first; None for any other error."""
    if not LOST.search(str(error)):
        return None
    return WarehouseLocked(
        f"Another one wrote to {lake} meanwhile: {gist(error)}.", path=str(lake), pid=None
    )


def _extensions(lake: DuckLake) -> tuple[str, ...]:
    catalog = "sqlite_scanner" if lake.catalog_file else "postgres_scanner"
    return (catalog, *(("httpfs",) if lake.on_s3 else ()), "ducklake")


def _attach(lake: DuckLake, alias: str, read_only: bool) -> str:
    options = [f"DATA_PATH {literal(lake.data_uri.rstrip('/') + '/')}"]
    if lake.catalog_file:  # readers go on beside a writer, and who finds it busy waits
        options += ["META_JOURNAL_MODE 'WAL'", f"META_BUSY_TIMEOUT {BUSY_MILLISECONDS}"]
    if read_only:
        options.append("READ_ONLY")
    return f"ATTACH {literal(lake.uri)} AS {identifier(alias)} ({', '.join(options)})"


def _usual_style(endpoint_url: str) -> str:
    """Amazon wants the bucket in the host's name; others seldom have such names."""
    host = urlsplit(endpoint_url).hostname or "s3.amazonaws.com"
    return "vhost" if AWS_HOST.search(host) else "path"
