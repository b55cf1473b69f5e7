"""The HTTP server: werkzeug's, threaded, quiet, and able to let go of its connections."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer, select_address_family


class _Handler(MotoRequestHandler):
    """Keeps connections open and answers at once."""

    protocol_version = "HTTP/1.1"
    # Header and body are two writes; Nagle's algorithm would hold the second back for 40 ms.
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of calls that went well."""


class Server(ThreadedWSGIServer):
    """One listening socket; a thread a connection."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], app: Any) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        # Bound here: werkzeug ends the process when a port is taken.
        family = select_address_family(*address)
        with socket.create_server(address, family=family, backlog=128) as listening:
            super().__init__(*address, app, handler=_Handler, fd=listening.fileno())

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> None:
        """Serve on a thread."""
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.05,), name="emulator-http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Take no more calls and end the connections that clients hold open."""
        self.shutdown()
        if self._thread is not None:
            self._thread.join()
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        """Give the port back."""
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection and hand it to a thread."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._open_lock:
            self._open.discard(request)
        if _is_broken(request):
            # No orderly end before the close: that is what makes the system send a reset.
            request.close()
        else:
            super().shutdown_request(request)


_NO_LINGER = struct.pack("ii", 1, 0)


def break_connection(connection: socket.socket) -> None:
    """End the connection with a reset once its call is over."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


def _is_broken(connection: socket.socket) -> bool:
    size = len(_NO_LINGER)
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, size) == _NO_LINGER
