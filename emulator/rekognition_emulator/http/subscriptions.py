"""SNS's HTTP subscriptions: moto would post to any address; here they stay on this machine."""

from __future__ import annotations

from typing import Any

from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend

from rekognition_emulator.http.browsers import is_on_this_machine

_subscribe = SNSBackend.subscribe


def subscribe(backend: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Any:
    """moto's own, but for http and https addresses other than the loopback."""
    if protocol in ("http", "https") and not is_on_this_machine(endpoint):
        raise SNSInvalidParameter(
            f"Endpoint {endpoint} is not on this machine: the emulator posts to 127.0.0.1 only."
        )
    return _subscribe(backend, topic_arn, endpoint, protocol)


def keep_on_this_machine() -> None:
    """For moto's whole process: whichever of its services subscribes, it goes through here."""
    SNSBackend.subscribe = subscribe  # type: ignore[method-assign, assignment]
