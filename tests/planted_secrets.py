"""Secrets for a run to keep to itself, and a search for them in all that it leaves.

They go where secrets belong, the Airflow connection and the environment; nothing that the run
writes, prints or remembers may hold them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import zstandard

SECRETS = {
    "secret access key": "wJalrPLANTED/K7MDENG+bPxRfiCYplanted/KEY",
    "session token": "FwoGZXIvPLANTEDsessionToken//////////wEaDplanted==",
    "password of the lake's catalog": "pl@nted-c4talog-passw0rd",
    "secret of the environment": "PLANTEDenvironmentSecretAccessKey0123456",
}
CATALOG_PASSWORD = SECRETS["password of the lake's catalog"]
LAKE = f"ducklake:postgres:host=127.0.0.1 port=1 dbname=rekognition password={CATALOG_PASSWORD}"


def planted(environ: Mapping[str, str]) -> dict[str, str]:
    """With the secrets of AWS in the connection `aws_default`, and one beside it."""
    connection = json.loads(environ["AIRFLOW_CONN_AWS_DEFAULT"])
    connection["password"] = SECRETS["secret access key"]
    connection["extra"]["aws_session_token"] = SECRETS["session token"]
    return dict(environ) | {
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection),
        "AWS_SECRET_ACCESS_KEY": SECRETS["secret of the environment"],
    }


def leaks(folder: Path, *texts: str) -> list[str]:
    """Where a secret stands: in a file under `folder` (logs, metadata database, results), or in
    what was printed."""
    found = [
        f"{what} in {where}"
        for where, data in _all_of(folder)
        for what, secret in SECRETS.items()
        if any(form in data for form in _forms(secret))
    ]
    for text in texts:
        found += [f"{what} printed" for what, secret in SECRETS.items() if secret in text]
    return list(dict.fromkeys(found))


def _all_of(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path, data
            if path.suffix == ".zst":
                yield path, zstandard.ZstdDecompressor().decompressobj().decompress(data)


def _forms(secret: str) -> list[bytes]:
    """A secret as it may stand in JSON, in a URL, or in base64."""
    forms = {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}
    return [*(form.encode() for form in forms), base64.b64encode(secret.encode())]
