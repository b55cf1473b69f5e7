"""benchmarks/RESULTS.md: one section a benchmark, replaced by the next run of it."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# Measured\n"


def machine() -> str:
    """The processor, its cores, how busy they are, the system, Python and the day."""
    try:
        known = Path("/proc/cpuinfo").read_text()
    except FileNotFoundError:
        known = ""
    named = re.search(r"model name\s*: (.*)", known)
    processor = named[1] if named else platform.processor() or platform.machine()
    return (
        f"{processor}, {os.cpu_count()} cores (load {os.getloadavg()[1]:.1f} of them "
        f"over five minutes, this benchmark included), {platform.system()}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}."
    )


def put_section(name: str, text: str) -> None:
    """Put a section in the place of the one of the same name, or at the end."""
    page = RESULTS.read_text() if RESULTS.exists() else TITLE
    heads = page.split("\n## ")
    sections = {head.partition("\n")[0]: head for head in heads[1:]}
    sections[name] = f"{name}\n{text}\n"
    RESULTS.write_text("\n## ".join([heads[0], *sections.values()]))
