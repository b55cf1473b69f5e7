"""CPU seconds of a running Airflow by role, children that have ended included.

Read from /proc, so Linux only: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
EMULATOR = "local Amazon"
# What a command line has in it, in this order, and the role of its process.
ROLES = {
    "rekognition_emulator": EMULATOR,
    "scheduler": "scheduler",
    "dag-processor": "DAG processor",
    "dag_processor": "DAG processor",
    "triggerer": "triggerer",
    "api-server": "api-server",
    "api_server": "api-server",
}
TASKS, REST = "task processes", "standalone and make up"


@dataclass(frozen=True)
class Process:
    """`own` and `waited` (children that ended and were waited for) are seconds, user and system."""

    parent: int
    own: float
    waited: float
    command: str


def cpu_by_role(root: int) -> dict[str, float]:
    """CPU seconds since their start of the process `root` and all below it.

    A scheduler's children are its LocalExecutor's workers, which start the tasks. Its server of
    logs is one of them too: it idles.
    """
    found = processes()
    below = {pid: role for pid in found if (role := _role(pid, root, found))}
    seconds: dict[str, float] = defaultdict(float)
    for pid, role in below.items():
        seconds[role] += found[pid].own
        # Those of standalone and of make up ended before a service began to work.
        seconds[TASKS if role == "scheduler" else role] += found[pid].waited
    return dict(seconds)


def processes() -> dict[int, Process]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            _, parent, *rest = stat.rpartition(") ")[2].split()
            user, system, users, systems = (int(ticks) / TICK for ticks in rest[9:13])
            found[int(folder.name)] = Process(int(parent), user + system, users + systems, command)
    return found


def _role(pid: int, root: int, found: dict[int, Process]) -> str | None:
    """The role of the highest process above this one that has one; None outside of `root`."""
    line = [pid]
    while line[-1] != root:
        above = found[line[-1]].parent
        if above not in found:
            return None
        line.append(above)
    for one in reversed(line):
        for word, role in ROLES.items():
            if word in found[one].command:
                return TASKS if role == "scheduler" and one != pid else role
    return REST
