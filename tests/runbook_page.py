"""docs/runbook.md in parts: its sections, and each command with the service in which it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "runbook.md").read_text()
SECTIONS = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]
}
ALERTS = [
    line.removeprefix("### ")
    for line in PAGE.partition("\n## Alerts\n")[2].partition("\n## ")[0].splitlines()
    if line.startswith("### ")
]


@dataclass(frozen=True)
class Command:
    """One line of a block; `service` is named by the block's first line."""

    section: str
    service: str
    line: str
    status: int

    @property
    def is_airflows(self) -> bool:
        return self.line.startswith("airflow ")


def _commands(section: str, text: str) -> list[Command]:
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        first, *lines = block.splitlines()
        named = re.fullmatch(r"# in (\S+)", first)
        assert named, f"{section}: a block does not begin with its service: {first}"
        for line in lines:
            command, _, status = line.partition("  # exit status ")
            found.append(Command(section, named[1], command, int(status or 0)))
    return found


COMMANDS = {section: _commands(section, text) for section, text in SECTIONS.items()}
AIRFLOWS = [command for some in COMMANDS.values() for command in some if command.is_airflows]
