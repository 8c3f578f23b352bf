"""The web server: cheroot, hardened against silent, slow and too many clients."""

import contextlib
import io
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.wsgi import Gateway_10
from cheroot.wsgi import Server as Cheroot

from webui.serving import access_rule
from webui.serving.per_address_limit import PerAddressLimit
from webui.serving.threads import Threads
from webui.serving.tls import Tls

log = logging.getLogger(__name__)

THREADS = 108
"""At most: 60 for pages that listen, the rest for requests."""
BUSY, OPEN, IN_ALL = 12, 64, 400
"""Threads and connections one address may hold (pages that listen are counted elsewhere); connections in all."""
SILENCE = 20.0
"""Seconds after which a connection that says nothing is closed."""
HEAD = 20.0
"""Seconds for the handshake and the headers."""
BODY = 40.0
"""Seconds for a form, and ..."""
PACE = 32 * 1024
"""... for each so many bytes of it a second more; the same when we send."""


class Request(HTTPRequest):  # type: ignore[misc]
    """A request whose sending and receiving must come to an end."""

    def respond(self) -> None:
        super().respond()
        if getattr(self.rfile, "remaining", 0):
            self.conn.drain()

    def send_headers(self) -> None:
        # An unwanted body is not read into memory just to keep the connection.
        if getattr(self.rfile, "remaining", 0) or self.chunked_read:
            self.close_connection = True
        super().send_headers()

    def write(self, chunk: bytes) -> None:
        with self.conn.within(HEAD + len(chunk) / PACE):
            super().write(chunk)


class Connection(HTTPConnection):  # type: ignore[misc]
    """A connection with a deadline."""

    RequestHandlerClass = Request
    deadline: float | None = None
    """Monotonic time at which it is cut off."""
    _counted = False
    _shaken = False
    _busy = False

    @property
    def source(self) -> str:
        """The other side's address."""
        return str(access_rule.address(str(self.remote_addr)) or self.remote_addr)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What is done in here must finish in time, or the connection is cut off."""
        before, self.deadline = self.deadline, time.monotonic() + seconds
        try:
            yield
        finally:
            self.deadline = before

    def arrive(self, limit: PerAddressLimit["Connection"]) -> bool:
        """Whether there is room for the connection."""
        self._counted = limit.arrive(self.source)
        return self._counted

    def communicate(self) -> bool:
        """Read and answer one request; returns whether the connection is kept. In a thread of the pool."""
        self._busy = True
        self.server.busy.add(self)
        self.deadline = time.monotonic() + HEAD
        try:
            return self._shake_hands() and bool(super().communicate())
        except OSError:  # the other side is gone and cannot even be told that something is wrong
            return False
        finally:
            self.server.busy.discard(self)
            self.deadline = None
            self.stays()

    def stays(self) -> None:
        """From now on it does not count as busy: the page only listens, or its request has been answered."""
        if self._busy:
            self._busy = False
            self.server.limit.leave(self.source)

    def drain(self) -> None:
        """Let the other side read our answer although it is still sending something unwanted."""
        with contextlib.suppress(OSError), self.within(5.0):
            self.socket.shutdown(socket.SHUT_WR)
            while self.socket.recv(65536):
                pass

    def cut(self) -> None:
        """Make everything that waits for the other side fail. Any thread may call."""
        with contextlib.suppress(OSError):
            # An SSLSocket's own shutdown would pull the state from under the thread that reads.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        if self._counted:
            self._counted = False
            self.server.limit.depart(self.source)

    def _shake_hands(self) -> bool:
        """The TLS handshake, where there is one, before the first request."""
        if self.server.ssl_adapter is not None and not self._shaken:
            try:
                self.socket.do_handshake()
            except (OSError, ValueError):
                return False
            self._shaken = True
        return True


class Gateway(Gateway_10):  # type: ignore[misc]
    """Between cheroot and the application."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        # Which of our addresses a visitor came in at tells whether they are in the same network.
        environ["SERVER_NAME"] = self.req.conn.socket.getsockname()[0]
        environ["wsgi.input"] = Body(self.req)
        return environ

    def respond(self) -> None:
        self.req.conn.deadline = None
        super().respond()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if ("Content-Type", "text/event-stream") in headers:
            self.req.conn.stays()
        return super().start_response(status, headers, exc_info)


class Body(io.RawIOBase):
    """The body of a form, read in time or not at all."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request
        self._end = time.monotonic() + BODY + getattr(request.rfile, "remaining", 0) / PACE

    def read(self, size: int = -1) -> bytes:
        with self._request.conn.within(self._end - time.monotonic()):
            return bytes(self._request.rfile.read(None if size < 0 else size))


class Server(Cheroot):  # type: ignore[misc]
    """One port. `prepare` and `serve` it, or use it as a thread by `start_thread`; `stop` ends it."""

    ConnectionClass = Connection

    def __init__(self, bind: tuple[str, int], app: Any, tls: Tls | None = None, beside: "Server | None" = None) -> None:
        """`beside` is the server whose threads and limits this one shares."""
        super().__init__(bind, app, server_name="Durchwahl", timeout=SILENCE, shutdown_timeout=2, request_queue_size=64)
        self.gateway = Gateway
        self.ssl_adapter = self.tls = tls
        self.max_request_header_size = 32 * 1024
        self.requests: Threads = beside.requests if beside else Threads(self, THREADS)
        self.limit: PerAddressLimit[Connection] = (
            beside.limit if beside else PerAddressLimit(self.requests.put, BUSY, OPEN, IN_ALL)
        )
        self.busy: set[Connection] = beside.busy if beside else set()
        self._own_threads = beside is None

    def start_thread(self) -> None:
        """Listen and serve in a thread of its own. Raises OSError when the port is taken."""
        self.prepare()
        threading.Thread(target=self.serve, name=f"port {self.bind_addr[1]}", daemon=True).start()

    def process_conn(self, conn: Connection) -> None:
        """A connection is new or has sent something: only then does it take a thread."""
        if conn.last_used is not None:
            self.limit.enter(conn, conn.source)
        elif conn.arrive(self.limit):
            self._connections.put(conn)
        else:
            conn.close()

    def put_conn(self, conn: Connection) -> None:
        """A request has been answered and its connection is kept. The thread may be another server's."""
        if conn.server is not self:
            conn.server.put_conn(conn)
        elif self.ready and self.ssl_adapter is not None and conn.socket.pending():
            self.process_conn(conn)
        else:
            super().put_conn(conn)

    def cut_off(self, now: float) -> None:
        """Cut off connections that take too long; every second or so. `now` is monotonic."""
        for conn in tuple(self.busy):
            if conn.deadline is not None and conn.deadline < now:
                conn.cut()

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        log.log(logging.DEBUG if level <= logging.INFO else level, "%s", msg, exc_info=traceback)
