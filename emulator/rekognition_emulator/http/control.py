"""The control API: everything a test can do with the Python object, over HTTP.

GET    /_emulator/health             {"status": "ok"}
GET    /_emulator/counters           what was called, started and paid for
POST   /_emulator/faults             {"verb": "throttle", "times": 3, ...}: a method of Faults
DELETE /_emulator/faults             take back all faults; {"seed": 7} begins the chances anew
POST   /_emulator/clock              {"advance": seconds}, with a manual clock only
POST   /_emulator/adapters           {"project_version": ARN, "ready": true}
POST   /_emulator/restart            {"memory": true}: jobs forgotten with false
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from rekognition_emulator.engine.clock import Clock
from rekognition_emulator.engine.counters import Counters
from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.faults import Faults
from rekognition_emulator.service import Service
from rekognition_emulator.storage.state import State
from rekognition_emulator.world import Adapters

PREFIX = "/_emulator/"
VERBS = (
    "break_result_line",
    "cut_body",
    "dead_tokens",
    "delay",
    "drop_result_lines",
    "error",
    "fail_job",
    "in_progress",
    "internal_error",
    "notify",
    "throttle",
)


class Controlled(Protocol):
    """What the control API works on: an Emulator."""

    clock: Clock
    faults: Faults
    counters: Counters
    adapters: Adapters

    @property
    def service(self) -> Service: ...

    @property
    def state(self) -> State | None: ...

    def restart(self, memory: bool = True) -> None:
        """Begin anew, with the jobs or without."""


def handle(
    emulator: Controlled, method: str, path: str, body: Callable[[], bytes]
) -> tuple[int, bytes]:
    """An HTTP status and a JSON body; 400 with {"error"} for what cannot be done."""
    route = _ROUTES.get((method, path.removeprefix(PREFIX).rstrip("/")))
    if route is None:
        return 404, msgspec.json.encode({"error": f"no such call: {method} {path}"})
    try:
        answer = route(emulator, msgspec.json.decode(body() or b"{}", type=dict[str, Any]))
    except (TypeError, ValueError, KeyError, RuntimeError, ServiceError) as error:
        return 400, msgspec.json.encode({"error": f"{type(error).__name__}: {error}"})
    return 200, msgspec.json.encode(answer)


def _order(emulator: Controlled, order: dict[str, Any]) -> dict[str, Any]:
    verb = order.pop("verb", None)
    if verb not in VERBS:
        raise ValueError(f"no such verb: {verb!r}; there are {', '.join(VERBS)}")
    getattr(emulator.faults, verb)(**order)
    return {"ordered": verb}


def _clear(emulator: Controlled, order: dict[str, Any]) -> dict[str, Any]:
    emulator.faults.clear(**order)
    return {"cleared": True}


def _advance(emulator: Controlled, order: dict[str, Any]) -> dict[str, Any]:
    return {"now": emulator.clock.advance(order["advance"])}


def _declare(emulator: Controlled, order: dict[str, Any]) -> dict[str, Any]:
    emulator.adapters.declare(**order)
    return {"declared": order["project_version"]}


def _restart(emulator: Controlled, order: dict[str, Any]) -> dict[str, Any]:
    emulator.restart(**order)
    return {"restarted": True}


_ROUTES: dict[tuple[str, str], Callable[[Controlled, dict[str, Any]], dict[str, Any]]] = {
    ("GET", "health"): lambda emulator, _: {"status": "ok"},
    ("GET", "counters"): lambda emulator, _: emulator.counters.snapshot(),
    ("POST", "faults"): _order,
    ("DELETE", "faults"): _clear,
    ("POST", "clock"): _advance,
    ("POST", "adapters"): _declare,
    ("POST", "restart"): _restart,
}
