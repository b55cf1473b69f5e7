"""The host name that a container would have."""

from __future__ import annotations

import os


def hostname() -> str:
    return os.environ["HOSTNAME"]
