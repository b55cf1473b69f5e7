"""Airflow's page for its own browser tabs only, where everyone who reaches it is an admin.

A page of somebody else can send requests to this machine, and by DNS rebinding read the answers,
under a host name of its own. `make up` sets `REKOGNITION_PAGE_ADDRESSES`; elsewhere a proxy or a
log-in stands before Airflow's page, and this is not used.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "REKOGNITION_PAGE_ADDRESSES"
REFUSAL = b"Open this page by the address that make up prints.\n"


class OwnPageOnly:
    """ASGI: 403 for requests with a foreign Host or Origin. `addresses`: such as 127.0.0.1:8080."""

    def __init__(self, app: Any, addresses: list[str]) -> None:
        self.app, self.addresses = app, addresses

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket") or self.is_own(dict(scope["headers"])):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(REFUSAL))]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": REFUSAL})

    def is_own(self, headers: dict[bytes, bytes]) -> bool:
        host, origin = headers.get(b"host", b"").decode("latin-1"), headers.get(b"origin")
        if host not in self.addresses:
            return False
        return origin is None or urlsplit(origin.decode("latin-1")).netloc in self.addresses


def middlewares() -> list[dict[str, Any]]:
    """For Airflow's `fastapi_root_middlewares`; none where the variable is not set."""
    addresses = [one for one in os.environ.get(VARIABLE, "").split(",") if one]
    if not addresses:
        return []
    return [{"name": "own page only", "middleware": OwnPageOnly, "args": [addresses]}]
