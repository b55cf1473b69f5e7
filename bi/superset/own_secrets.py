"""Superset's own secrets: from its container's environment, or from the files of `make bi`."""

from __future__ import annotations

import os
from pathlib import Path


def secret(variable: str, file: Path) -> str:
    """What the variable says; without it, what the file holds. Nothing is written."""
    return os.environ.get(variable) or file.read_text().strip()
