"""Write .env from .env.example, with fresh secrets: what docker compose needs to start.

    python3 -m local.env_file [FILE]

A line NAME= without a value is a secret. A file that is there is left alone.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"
SECRET = re.compile(r"^([A-Z_]+)=$", re.MULTILINE)


def filled(example: str) -> str:
    """The example with a secret of its own for each empty variable."""
    return SECRET.sub(lambda found: f"{found[1]}={_secret(found[1])}", example)


def _secret(name: str) -> str:
    if name.endswith("_FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(24)


def main() -> int:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(filled(EXAMPLE.read_text()))
    except FileExistsError:
        print(f"{path} is there already, with its secrets: remove it first.", file=sys.stderr)
        return 1
    print(f"{path} is written. The admin's first password is AIRFLOW_ADMIN_PASSWORD in it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
