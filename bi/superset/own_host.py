"""Superset under its own names only: by DNS rebinding a foreign page would be under another one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

REFUSAL = b"Superset is not at this address: add its name to SUPERSET_ALLOWED_HOSTS.\n"


class OwnHost:
    """WSGI: 403 for requests with a Host or Origin that is not listed.

    SUPERSET_ALLOWED_HOSTS has the names besides 127.0.0.1 and localhost, with commas between.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app
        more = os.environ.get("SUPERSET_ALLOWED_HOSTS", "").split(",")
        self.names = {"127.0.0.1", "localhost", *(one.strip().lower() for one in more)} - {""}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        own = self.is_own("//" + environ.get("HTTP_HOST", ""))
        if own and self.is_own(environ.get("HTTP_ORIGIN", "//localhost")):
            return self.app(environ, start_response)
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(REFUSAL)))]
        start_response("403 Forbidden", headers)
        return [REFUSAL]

    def is_own(self, url: str) -> bool:
        return urlsplit(url).hostname in self.names
