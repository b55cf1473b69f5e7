"""Shows each task of a DAG run as it ends: an Airflow listener."""

from __future__ import annotations

import time
from typing import Any

from airflow.listeners import hookimpl
from rich.console import Console

from local.status_line import StatusLine


class TaskProgress:
    """Writes to the console what ended; the status line says what runs."""

    def __init__(self, console: Console, status: StatusLine) -> None:
        self.console = console
        self.status = status
        self.dag_id, self.began, self.tasks = "", 0.0, 0

    def begin(self, dag_id: str) -> None:
        self.dag_id, self.began, self.tasks = dag_id, time.monotonic(), 0
        self.status.update(f"{dag_id}: running ...")

    def end(self, state: str) -> None:
        color = "green" if state == "success" else "red"
        seconds = time.monotonic() - self.began
        self.console.print(
            f"[{color}]{state:8}[/] {self.dag_id:16} {self.tasks:3} tasks {seconds:5.1f} s"
        )

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        self._ended(task_instance, "success")

    @hookimpl
    def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:
        self._ended(task_instance, "failed")
        message = getattr(error, "message", None) or str(error)
        self.console.print(f"[red]failed[/]   {self.dag_id}.{task_instance.task_id}: {message}")

    def _ended(self, task_instance: Any, state: str) -> None:
        self.tasks += 1
        index = task_instance.map_index
        which = task_instance.task_id + (f"[{index}]" if index >= 0 else "")
        self.status.update(f"{self.dag_id}: {which} {state}")
