"""Run every command of a checkout's README, block by block, as it is written there.

    python3 .ci/readme.py CHECKOUT

A command that serves a web page is stopped by Ctrl-C once the page answers.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

SERVERS = ("make up", "make bi")


def main() -> int:
    checkout = Path(sys.argv[1]).resolve()
    text = (checkout / "README.md").read_text(encoding="utf-8")
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    blocks = [block for kind, block in fenced if kind != "mermaid"]
    if not any("make demo" in block for block in blocks):
        raise SystemExit("README.md names no `make demo`: are its blocks still found?")
    for block in blocks:
        lines = [line.partition("  #")[0].strip() for line in block.splitlines()]
        script = [line for line in lines if line and line not in SERVERS]
        run("\n".join(script), checkout)
        for line in lines:
            if line in SERVERS:
                serve(line, checkout)
    return 0


def run(script: str, checkout: Path) -> None:
    print(f"--- README\n{script}", flush=True)
    subprocess.run(["/bin/bash", "-e", "-c", script], cwd=checkout, check=True)


def serve(command: str, checkout: Path) -> None:
    """PORT in the environment is what `make up PORT=` sets: nobody else's port is taken."""
    print(f"--- README\n{command}", flush=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["/bin/bash", "-c", f"exec {command}"],
        cwd=checkout,
        env=os.environ | {"PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            if f"http://127.0.0.1:{port}" in line:
                break
        with urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            assert page.status == 200
            assert b"<html" in page.read()
        print(f"{command}: the page answers", flush=True)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=120)
    if alive := group(process.pid):
        raise SystemExit(f"{command} left processes behind after Ctrl-C: {alive}")


def group(pid: int) -> list[str]:
    """The processes of a group, given a moment to end."""
    for _ in range(60):
        listed = subprocess.run(
            ["ps", "-e", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        found = [
            line for line in listed if line.split()[0] == str(pid) and "Z" not in line.split()[1]
        ]
        if not found:
            break
        time.sleep(0.5)
    return found


if __name__ == "__main__":
    sys.exit(main())
