"""Calls written by hand, for what no SDK would send."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emulated import REGION

SCOPE = f"20260101/{REGION}/rekognition/aws4_request"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": f"AWS4-HMAC-SHA256 Credential=AKIA/{SCOPE}, SignedHeaders=host, Signature=0",
}


@dataclass
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


def post(
    url: str,
    operation: str,
    body: bytes | Iterable[bytes],
    prefix: str = "RekognitionService.",
    path: str = "/",
    **headers: str,
) -> Answer:
    """One POST; a body in parts is sent chunked."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        target = {"X-Amz-Target": prefix + operation} if prefix + operation else {}
        connection.request("POST", path, body=body, headers={**HEADERS, **target, **named})
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheader("Content-Type", ""), answer.read())
    finally:
        connection.close()
