"""Who may ask the emulator: programs, and pages of this machine. Not the pages of others.

A page that somebody has open can send requests to this machine, and by DNS rebinding it can read
the answers too, under a host name of its own. Programs send no Origin, and their Host is an address
or a name of this machine or of its network, which no public name looks like.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

REFUSAL = b"This local Amazon answers programs and pages of this machine only.\n"


def is_of_a_foreign_page(environ: dict[str, Any]) -> bool:
    """True for a request with the Host or Origin of somebody else, or sent by another site's page.

    `environ` is WSGI's.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not _is_loopback(urlsplit(origin).hostname or ""):
        return True
    if environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site"):
        return True
    return not _is_local_name(urlsplit("//" + environ.get("HTTP_HOST", "")).hostname or "")


def is_on_this_machine(url: str) -> bool:
    """True when a URL's host is this machine by its own name, whatever DNS says."""
    return _is_loopback(urlsplit(url).hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # never in DNS, by RFC 6761
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_local_name(host: str) -> bool:
    """An address, a name without a dot, or one below localhost or an address, as buckets have."""
    last = host.rpartition(".")[2]
    return ":" in host or "." not in host or last.isdigit() or last == "localhost"
