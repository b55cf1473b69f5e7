"""Opaque pagination tokens: tied to one listing, signed, and good for a while only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct

from rekognition_emulator.engine.errors import ServiceError

# AWS documents no lifetime for these tokens; a day is long enough for any collector.
TOKEN_SECONDS = 24 * 60 * 60
_LAYOUT = struct.Struct(">QQ")
# Not a secret: it keeps a client from making up tokens, and stays the same over restarts.
_KEY = b"rekognition-emulator pagination"


def issue(listing: str, position: int, now: float) -> str:
    """A token for the next page of `listing`, which starts at `position`; 64 characters."""
    stamp = _LAYOUT.pack(position, int(now * 1000))
    return base64.b64encode(stamp + _signature(listing, stamp)).decode()


def redeem(listing: str, token: str, now: float, lifetime: float = TOKEN_SECONDS) -> int:
    """The position a token stands for; InvalidPaginationTokenException if none of ours."""
    try:
        raw = base64.b64decode(token, validate=True)
        stamp, signature = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
        position, issued = _LAYOUT.unpack(stamp)
    except (binascii.Error, struct.error, ValueError):
        raise ServiceError("InvalidPaginationTokenException") from None
    if not hmac.compare_digest(signature, _signature(listing, stamp)):
        raise ServiceError("InvalidPaginationTokenException")
    if now - issued / 1000 > lifetime:
        raise ServiceError("InvalidPaginationTokenException", "The pagination token has expired.")
    return int(position)


def _signature(listing: str, stamp: bytes) -> bytes:
    return hmac.new(_KEY, listing.encode() + b"\0" + stamp, hashlib.sha256).digest()
