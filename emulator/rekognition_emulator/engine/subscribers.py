"""SNS's subscribers: one that is dead or slow costs the others nothing, and no clock.

moto delivers to one subscription after the other, in the call or job that publishes. Here queues
are served in it, as moto does; whatever may wait for somebody else (HTTP, Lambda) has a thread of
its own. One attempt each: AWS would try again for an hour.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import moto.sns.models
import requests
from moto.sns.models import Subscription

log = logging.getLogger(__name__)
sns: Any = moto.sns.models
# https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html: SNS waits 15 seconds.
ANSWER_SECONDS = 15.0
_MAY_WAIT = frozenset({"http", "https", "lambda"})
Delivery = Callable[[], None]


class Subscribers:
    """Deliveries of one Emulator or mock, between `start` and `stop`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, queue.SimpleQueue[Delivery | None]] = {}
        self._before: tuple[Any, Any] | None = None

    def start(self) -> None:
        """Take moto's deliveries over."""
        deliver = Subscription.publish
        self._before = deliver, sns.requests

        def publish(subscription: Subscription, message: str, *args: Any, **options: Any) -> None:
            if options.get("message_structure") == "json":
                # What is wrong with the message is the publisher's error, not the subscriber's.
                subscription._parse_message_structure(message, subscription.protocol)

            def delivery() -> None:
                try:
                    deliver(subscription, message, *args, **options)
                except Exception as error:
                    log.warning("SNS did not reach %s: %s", subscription.endpoint, error)

            if subscription.protocol in _MAY_WAIT:
                self._queue_of(subscription.arn).put(delivery)
            else:
                delivery()

        _put(publish, SimpleNamespace(post=_post))

    def stop(self) -> None:
        """Give moto its deliveries back. What waits is dropped, what is on its way goes on."""
        if self._before is not None:
            _put(*self._before)
            self._before = None
        with self._lock:
            for waiting in self._waiting.values():
                with suppress(queue.Empty):
                    while True:
                        waiting.get_nowait()
                waiting.put(None)
            self._waiting.clear()

    def _queue_of(self, arn: str) -> queue.SimpleQueue[Delivery | None]:
        with self._lock:
            if arn not in self._waiting:
                waiting = self._waiting[arn] = queue.SimpleQueue()
                threading.Thread(
                    target=_serve, args=(waiting,), name=f"emulator-sns-{arn}", daemon=True
                ).start()
            return self._waiting[arn]


def _put(publish: Any, of_requests: Any) -> None:
    Subscription.publish = publish  # type: ignore[method-assign]
    sns.requests = of_requests


def _serve(waiting: queue.SimpleQueue[Delivery | None]) -> None:
    while (delivery := waiting.get()) is not None:
        delivery()


def _post(url: str, **options: Any) -> requests.Response:
    return requests.post(url, timeout=ANSWER_SECONDS, **options)
