"""Rekognition inside moto's own mocks, with no server and no port.

>>> with mock_aws(), mock_rekognition(clock=Clock.manual()) as rekognition:
...     client = boto3.client("rekognition", region_name="us-east-1")
...     client.start_label_detection(Video=...)
...     rekognition.clock.advance(2)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import moto.rekognition.urls
from moto.core.common_types import TYPE_RESPONSE
from moto.rekognition.responses import RekognitionResponse

from rekognition_emulator.core import Rekognition
from rekognition_emulator.http.application import caller_of
from rekognition_emulator.service import TARGET_PREFIX

_PATH = "{0}/$"


@contextmanager
def mock_rekognition(**options: Any) -> Iterator[Rekognition]:
    """Within moto's `mock_aws`: its Rekognition is this one. The options are Rekognition's.

    A connection cannot be cut here, since there is none; every other fault works.
    """
    rekognition = Rekognition(**options)
    rekognition.open()
    paths = moto.rekognition.urls.url_paths
    before = paths[_PATH]

    def dispatch(request: Any, full_url: str, headers: Any) -> TYPE_RESPONSE:
        operation = headers.get("X-Amz-Target", "").removeprefix(TARGET_PREFIX)
        caller = caller_of(headers.get("Authorization", ""))
        reply = rekognition.service.handle(operation, request.get_data, caller)
        if reply is None:
            return RekognitionResponse.dispatch(request, full_url, headers)  # type: ignore[no-any-return]
        return reply.status, reply.headers(), reply.body

    paths[_PATH] = dispatch
    try:
        yield rekognition
    finally:
        paths[_PATH] = before
        rekognition.close()
