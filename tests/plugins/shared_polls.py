"""Triggers as the triggerer runs them: those with the same key read one stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from airflow.triggers.base import BaseEventTrigger
from airflow.triggers.shared_stream import SharedStreamManager

MOST_SECONDS = 60


async def _event(manager: SharedStreamManager, number: int, trigger: BaseEventTrigger) -> Any:
    key = trigger.shared_stream_key()
    stream = manager.subscribe(trigger_id=number, trigger=trigger, key=key)
    try:
        async for event in trigger.filter_shared_stream(stream):
            return event.payload
    finally:
        await manager.unsubscribe(number, key)


def events(triggers: Sequence[Any], meanwhile: Awaitable[None] | None = None) -> list[Any]:
    """The event of each trigger; `meanwhile` runs beside them."""

    async def all_of_them() -> list[Any]:
        manager = SharedStreamManager()
        waits = [_event(manager, number, one) for number, one in enumerate(triggers)]
        async with asyncio.timeout(MOST_SECONDS):
            found = await asyncio.gather(*waits, *([meanwhile] if meanwhile else []))
        await manager.stop_all()
        return found[: len(triggers)]

    return asyncio.run(all_of_them())
