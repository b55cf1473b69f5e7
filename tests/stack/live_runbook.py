"""What docs/runbook.md does with Airflow, on the running system, and what no log of it may hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

from processes import Stack
from runbook_page import Command

from local.env_file import EXAMPLE, SECRET


def said(stack: Stack, command: Command, **variables: str) -> str:
    """The command's output; it runs as in a shell of the service that the page names."""
    service = stack.services[command.service]
    instance = service.instances[0]
    done = subprocess.run(
        ["sh", "-c", command.line],
        env=stack.environment(service, instance) | variables,
        cwd=stack.at.working_dir(service, instance),
        capture_output=True,
        text=True,
    )
    assert done.returncode == command.status, (command, done.stdout, done.stderr)
    return done.stdout


def secrets(env_file: Path) -> dict[str, bytes]:
    """What `make env` made, by variable."""
    lines = dict(line.split("=", 1) for line in env_file.read_text().splitlines() if "=" in line)
    return {name: lines[name].encode() for name in SECRET.findall(EXAMPLE.read_text())}


def written(values: dict[str, bytes], folder: Path) -> set[tuple[str, str]]:
    """Each secret that a file below the folder holds, and the file."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            held = path.read_bytes()
            named = str(path.relative_to(folder))
            found |= {(name, named) for name, value in values.items() if value in held}
    return found
