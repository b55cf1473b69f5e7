"""A progress bar on standard error, when a person is looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counted(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar fed with (done, total); None when standard error is no terminal, or `quiet`."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def flowing(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A line fed with (records, bytes) of work whose end is not known; None as above."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        began = time.monotonic()
        yield lambda records, size: bar.update(
            task, description=f"{what}: {speed(records, size, time.monotonic() - began)}"
        )


def speed(records: int, size: int, seconds: float) -> str:
    """So many records and bytes until now, and a second."""
    each = max(seconds, 1e-3)
    return (
        f"{records:,} records, {size / 1e6:,.1f} MB "
        f"({records / each:,.0f} records/s, {size / 1e6 / each:,.1f} MB/s)"
    )
