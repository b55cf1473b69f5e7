"""Faults on demand: what goes wrong, how often, and seeded, so that a run can be repeated.

The verbs are methods here and `{"verb": ..., arguments}` at the control API; see README.md.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from rekognition_emulator.engine.arguments import one_of, whole
from rekognition_emulator.engine.arguments import seconds as real_time
from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.validation import service_model

ANY = "*"


@dataclass
class Fault:
    """One order. `times` is how often it still strikes (None: for ever), `share` how likely each
    time; `detail` is what the kind needs."""

    kind: str
    operation: str = ANY
    times: int | None = 1
    share: float = 1.0
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass
class Strike:
    """What goes wrong with one call. `delay` is in seconds, `error` is the answer in its place,
    `cut` says how the connection ends inside the body: "close" or "reset"."""

    delay: float = 0.0
    error: ServiceError | None = None
    cut: str | None = None
    in_progress: bool = False


class Faults:
    """The orders that stand. Verbs that name `times` strike that often, or for ever with None."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._random = random.Random(seed)

    def throttle(self, times: int | None = None, share: float = 1.0, operation: str = ANY) -> None:
        """ThrottlingException for the next `times` calls, or for a `share` (0 to 1) of all."""
        self.error("ThrottlingException", times=times, share=share, operation=operation)

    def internal_error(
        self, times: int | None = 1, share: float = 1.0, operation: str = ANY
    ) -> None:
        """InternalServerError, HTTP 500."""
        self.error("InternalServerError", times=times, share=share, operation=operation)

    def error(
        self,
        code: str,
        times: int | None = 1,
        share: float = 1.0,
        operation: str = ANY,
        message: str = "",
        members: dict[str, Any] | None = None,
    ) -> None:
        """Any error by its code; nothing is started or charged by the call that meets it."""
        detail = {"code": code, "message": message, "members": members}
        self._order(Fault("error", operation, times, share, detail))

    def cut_body(
        self,
        times: int | None = 1,
        share: float = 1.0,
        operation: str = ANY,
        reset: bool = False,
    ) -> None:
        """The connection ends in the middle of the answer's body; the call has taken effect.

        It ends in order, which boto3 takes for a whole answer without members, or with `reset`
        as a broken line does, which every client notices.
        """
        self._order(Fault("cut", operation, times, share, {"how": "reset" if reset else "close"}))

    def delay(
        self, seconds: float, times: int | None = 1, share: float = 1.0, operation: str = ANY
    ) -> None:
        """The answer comes `seconds` of real time later."""
        self._order(
            Fault("delay", operation, times, share, {"seconds": real_time("seconds", seconds)})
        )

    def dead_tokens(self, times: int | None = 1, share: float = 1.0, operation: str = ANY) -> None:
        """InvalidPaginationTokenException for calls that bring a NextToken."""
        self._order(Fault("dead_token", operation, times, share))

    def in_progress(self, times: int | None = 1, operation: str = ANY) -> None:
        """Get calls say IN_PROGRESS `times` more, ended or not."""
        self._order(Fault("in_progress", operation, times))

    def fail_job(
        self,
        code: str = "INTERNAL_ERROR",
        message: str = "The job failed.",
        notify_status: str = "FAILED",
        times: int | None = 1,
        operation: str = ANY,
    ) -> None:
        """The next jobs to be started end FAILED, with this FailureDetails code or StatusMessage.

        `notify_status` is what the SNS message says: FAILED or ERROR.
        """
        one_of("notify_status", notify_status, ("FAILED", "ERROR"))
        detail = {"fail": {"code": code, "message": message, "notify_status": notify_status}}
        self._order(Fault("job", operation, times, detail=detail))

    def notify(self, copies: int, times: int | None = 1, operation: str = ANY) -> None:
        """The next jobs to be started publish their completion `copies` times; 0: never."""
        self._order(Fault("job", operation, times, detail={"copies": whole("copies", copies)}))

    def break_result_line(self, times: int | None = 1) -> None:
        """The next bulk jobs' result manifests have one line cut in the middle."""
        self._order(Fault("job", "StartMediaAnalysisJob", times, detail={"broken_line": True}))

    def drop_result_lines(self, lines: int = 1, times: int | None = 1) -> None:
        """The next bulk jobs' result manifests lack `lines` lines that their summaries count."""
        self._order(
            Fault(
                "job", "StartMediaAnalysisJob", times, detail={"dropped": whole("lines", lines, 1)}
            )
        )

    def clear(self, seed: int | None = None) -> None:
        """Take back all orders; with a seed, begin its run of chances anew."""
        with self._lock:
            self._orders.clear()
            if seed is not None:
                self._random.seed(seed)

    def strike(self, operation: str, request: dict[str, Any]) -> Strike:
        """What goes wrong with this call; uses the orders up."""
        strike = Strike()
        for fault in self._take(operation, request):
            if fault.kind == "delay":
                strike.delay += fault.detail["seconds"]
            elif fault.kind == "cut":
                strike.cut = fault.detail["how"]
            elif fault.kind == "in_progress":
                strike.in_progress = True
            elif fault.kind == "dead_token":
                strike.error = ServiceError("InvalidPaginationTokenException")
            elif strike.error is None:
                strike.error = ServiceError(**fault.detail)
        return strike

    def job_orders(self, operation: str) -> dict[str, Any]:
        """What is to go wrong with a job that starts now; uses the orders up."""
        orders: dict[str, Any] = {}
        for fault in self._take(operation, None):
            orders.update(fault.detail)
        return orders

    def choose(self, count: int) -> int:
        """A number below `count`, from the same seeded chances."""
        with self._lock:
            return self._random.randrange(count)

    def _order(self, fault: Fault) -> None:
        one_of("operation", fault.operation, (ANY, *service_model().operation_names))
        if fault.times is not None:
            whole("times", fault.times, 1)
        if not isinstance(fault.share, (int, float)) or not 0 <= fault.share <= 1:
            raise ValueError(f"share must be a part from 0 to 1, not {fault.share!r}")
        with self._lock:
            self._orders.append(fault)

    def _take(self, operation: str, request: dict[str, Any] | None) -> list[Fault]:
        """The orders that strike now: one of each kind, those for jobs if there is no request."""
        taken: dict[str, Fault] = {}
        with self._lock:
            for fault in self._orders:
                kind = next(iter(fault.detail)) if fault.kind == "job" else fault.kind
                if kind in taken or not _applies(fault, operation, request):
                    continue
                if fault.share < 1.0 and self._random.random() >= fault.share:
                    continue
                taken[kind] = fault
                if fault.times is not None:
                    fault.times -= 1
            self._orders = [fault for fault in self._orders if fault.times != 0]
        return list(taken.values())


def _applies(fault: Fault, operation: str, request: dict[str, Any] | None) -> bool:
    if fault.operation not in (ANY, operation):
        return False
    if (fault.kind == "job") != (request is None):
        return False
    if fault.kind == "dead_token":
        return "NextToken" in (request or {})
    # Of the operations here, each Get asks for a job.
    return fault.kind != "in_progress" or operation.startswith("Get")
