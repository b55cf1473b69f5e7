"""A web server as a process group of its own: its port, its start, its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from urllib.error import URLError
from urllib.request import urlopen


def is_free(port: int) -> bool:
    """Whether a server can listen on this port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_until_up(process: subprocess.Popen[bytes], health: str, seconds: float) -> bool:
    """Ask the URL `health` until it answers; False when the process ended or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(health, timeout=5):
                return True
        except (URLError, OSError):
            time.sleep(0.5)
    return False


def stop_group(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Stop the process with all of its group: a signal to a parent alone orphans the rest."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
