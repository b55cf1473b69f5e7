"""A line that says what runs now, with a spinner, while everything else may print to a file."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text


class StatusLine:
    """rich's own status takes what is printed meanwhile to the console; Airflow prints a lot."""

    def __init__(self, console: Console, text: str) -> None:
        self.spinner = Spinner("dots", Text(text))
        self.live = Live(
            self.spinner,
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def update(self, text: str) -> None:
        self.spinner.update(text=Text(text))

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()
