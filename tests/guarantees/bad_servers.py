"""A tracking server that is well and fails at everything else, in the way that the first part of the path names."""

from __future__ import annotations

import http.server
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import HOST

BODIES = {
    "401": b"who are you?",
    "403": b'{"error_code": "PERMISSION_DENIED", "message": "no"}',
    "429": b"slow down",
    "500": b'{"error_code": "INTERNAL_ERROR", "message": "canary-4711"}',
    "garbage": b"{not JSON \xff",
    "empty": b"",
    "truncated": b'{"run": {"info"',
}
REDIRECTED = "redirected"  # for ever, to itself
CUT = "cut"  # reset in the middle of the request
SLOW = "slow"  # a byte now and then
QUICK_KINDS = (*BODIES, REDIRECTED, CUT)
SLOW_SECONDS = 0.2


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    released: threading.Event

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        if self.path == f"/{kind}/health":
            self._answer(200, b"OK")
        elif kind == CUT:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        elif kind == REDIRECTED:
            self.send_response(302)
            self.send_header("Location", self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif kind == SLOW:
            self._trickle()
        else:
            self._answer(int(kind) if kind.isdigit() else 200, BODIES[kind], promised=1_000 * (kind == "truncated"))

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def _answer(self, status: int, body: bytes, promised: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(promised or len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.released.wait(SLOW_SECONDS):
            self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def bad_servers() -> Iterator[str]:
    """The address before which the kind of failure goes: ``f"{address}/500"``."""
    handler = type("Handler", (_Handler,), {"released": threading.Event()})
    server = http.server.ThreadingHTTPServer((HOST, 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.server_port}"
    handler.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()
