"""TCP and TLS connections (RFC 3261, section 18; RFC 5626 keep-alives; RFC 5923 in spirit: connections are reused)."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from pbx.sip.flow import Flow, HostPort, TransportName
from pbx.sip.framing import Framer, FramingError, Ping
from pbx.sip.transport.hop import is_address
from pbx.sip.transport.limits import ConnectionLimits
from pbx.sip.transport.tls import client_context, words_for
from pbx.sip.transport.udp import family_of, socket_address

SWEEP = 5.0
"""Seconds between two looks at who is idle."""
FAREWELL = 5.0
"""Seconds in which a peer that is parted from has to take what was said to it."""
TCP_USER_TIMEOUT = 18
log = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """One TCP or TLS connection, from either side."""

    def __init__(self, table: Connections, flow: Flow, *, ours: bool) -> None:
        self.flow = flow
        self.ours = ours
        self.asked: dict[Flow, None] = {}
        """The flows under which it was asked for; they fail with it."""
        self.heard_at: float | None = None
        """When the last whole message came (seconds of the loop's clock); None: none so far."""
        self.began_at = table.now()
        self.half_since: float | None = None
        self.pinged_at = self.began_at
        self.reason = ""
        self.making: asyncio.Task[None] | None = None
        """What makes the connection, TLS included."""
        self._table = table
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._farewell: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection, TLS included, is made."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self.reason:  # it was given up while it was being made
            transport.abort()
        self.began_at = self._table.now()
        transport.writelines(self._waiting)
        self._waiting = []

    def data_received(self, data: bytes) -> None:
        """Cut the stream into messages and hand them on."""
        if self.reason:
            return
        trouble = ""
        try:
            found = self._framer.feed(data)
        except FramingError as error:
            found, trouble = list(error.whole), f"not SIP: {error}"
        now = self._table.now()
        if not self._framer.halfway:
            self.half_since = None
        elif found or self.half_since is None:
            self.half_since = now
        for item in found:
            if isinstance(item, Ping):
                self.write(b"\r\n")
            else:
                self.heard_at = now
                self._table.receive(item, self.flow)
        if trouble:
            self.part(trouble)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, by whomever."""
        if self._farewell is not None:
            self._farewell.cancel()
        self._table.gone(self, self.reason or (words_for(exc) if exc else "the connection was closed"))

    def write(self, data: bytes) -> str:
        """Send, now or when the connection is made; the answer says why it cannot be, or is empty."""
        if self._transport is None:
            self._waiting_size += len(data)
            if self._waiting_size > self._table.limits.unsent:
                return "too much waits for the connection"
            self._waiting.append(data)
            return ""
        if self._transport.is_closing():
            return "the connection is closing"
        if self._transport.get_write_buffer_size() + len(data) > self._table.limits.unsent:
            self.close("the peer does not read")
            return "the peer does not read"
        self._transport.write(data)
        return ""

    def part(self, reason: str) -> None:
        """Hear nothing more, and end it once what was said is sent, or after a while; the table hears of it."""
        if self._transport is None or self._transport.is_closing():
            self.close(reason)
            return
        self.reason = self.reason or reason
        self._transport.close()
        self._farewell = self._table.later(FAREWELL, self._transport.abort)

    def close(self, reason: str) -> None:
        """End it at once; the table hears of it."""
        self.reason = self.reason or reason
        if self._transport is not None:
            self._transport.abort()
        elif self.making is not None:
            self.making.cancel()

    def overdue(self, now: float) -> str:
        """Why its peer has used up our patience, or nothing."""
        patience = self._table.limits.patience
        if not self.ours and self.heard_at is None and now - self.began_at > patience:
            return "no message came"
        if self.half_since is not None and now - self.half_since > patience:
            return "half a message came"
        if now - (self.heard_at or self.began_at) > self._table.limits.idle and not self._table.kept(self.flow):
            return "nobody needs the connection"
        return ""


class Connections:
    """All TCP and TLS connections, and the sockets that accept them."""

    def __init__(
        self,
        receive: Callable[[bytes, Flow], None],
        failed: Callable[[Flow, str], None],
        limits: ConnectionLimits,
        kept: Callable[[Flow], bool],
        tls_client: ssl.SSLContext | None = None,
    ) -> None:
        self.receive = receive
        self.limits = limits
        self.kept = kept
        self._failed = failed
        self._tls_client = tls_client
        self._open: dict[int, Connection] = {}
        self._by_peer: dict[tuple[TransportName, HostPort, str], Connection] = {}
        self._per_source: Counter[str] = Counter()
        self._listening: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0
        self._closing = False
        self._loop = asyncio.get_running_loop()
        self._sweeping = self._loop.call_later(SWEEP, self._sweep)

    def _demands(self) -> ssl.SSLContext:
        """What providers must show. The system's authorities are read when the first is called: most boxes never do."""
        if self._tls_client is None:
            self._tls_client = client_context()
        return self._tls_client

    def now(self) -> float:
        """The loop's clock, seconds."""
        return self._loop.time()

    def later(self, seconds: float, act: Callable[[], None]) -> asyncio.TimerHandle:
        """Do something after so many seconds."""
        return self._loop.call_later(seconds, act)

    def listen(self, host: str, port: int, context: ssl.SSLContext | None = None) -> HostPort:
        """Accept connections; over TLS when a context is given. Raises OSError."""
        sock = socket.socket(family_of(host), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if sock.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((host, port))
            sock.listen(256)
        except OSError:
            sock.close()
            raise
        self._listening.append(sock)
        self._loop.add_reader(sock, self._accept, sock, context)
        return socket_address(sock.getsockname())

    def __len__(self) -> int:
        return len(self._open)

    def _accept(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        for _ in range(32):
            try:
                sock, address = listening.accept()
            except BlockingIOError:
                return
            except ConnectionError:
                continue  # gone again already
            except OSError as error:
                # out of file descriptors: let others finish first, or this would spin
                log.warning("cannot accept a connection: %s", error)
                self._loop.remove_reader(listening)
                self._loop.call_later(1.0, self._accept_again, listening, context)
                return
            sock.setblocking(False)
            remote = socket_address(address)
            if self._per_source[remote[0]] >= self.limits.per_source or not self._make_room():
                sock.close()
                continue
            local = socket_address(sock.getsockname())
            connection = self._add(Flow("tls" if context else "tcp", local, remote), ours=False)
            self._make(connection, sock, self._take(connection, sock, context))

    def _accept_again(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        if not self._closing:
            self._loop.add_reader(listening, self._accept, listening, context)

    def _make_room(self) -> bool:
        if len(self._open) < self.limits.connections:
            return True
        idle = [each for each in self._open.values() if not each.ours and not self.kept(each.flow)]
        if not idle:
            return False
        victim = min(idle, key=lambda each: (each.heard_at is not None, each.heard_at or each.began_at))
        victim.close("others need the place")
        self._forget(victim)
        return True

    def _add(self, flow: Flow, *, ours: bool) -> Connection:
        self._number += 1
        flow = Flow(flow.transport, flow.local, flow.remote, self._number, flow.tls_name)
        connection = Connection(self, flow, ours=ours)
        self._open[self._number] = connection
        self._by_peer[flow.transport, flow.remote, flow.tls_name] = connection
        self._per_source[flow.remote[0]] += 1
        return connection

    def _make(self, connection: Connection, sock: socket.socket, work: Coroutine[Any, Any, None]) -> None:
        task = connection.making = self._loop.create_task(work)
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if task.cancelled():  # perhaps before it began: nobody else closes the socket then
                sock.close()
                self.gone(connection, connection.reason)

        task.add_done_callback(ended)

    async def _take(self, connection: Connection, sock: socket.socket, context: ssl.SSLContext | None) -> None:
        _set_options(sock)
        timeout = self.limits.patience if context else None
        try:
            await self._loop.connect_accepted_socket(
                lambda: connection, sock, ssl=context, ssl_handshake_timeout=timeout
            )
        except (OSError, EOFError) as error:  # ssl.SSLError and time-outs are OSErrors
            sock.close()
            self.gone(connection, words_for(error))

    async def _connect(self, connection: Connection, sock: socket.socket) -> None:
        flow = connection.flow
        try:
            _set_options(sock)
            sock.bind((flow.local[0], 0))
            async with asyncio.timeout(self.limits.opening):
                await self._loop.sock_connect(sock, flow.remote)
                await self._loop.create_connection(
                    lambda: connection,
                    sock=sock,
                    ssl=self._demands() if flow.transport == "tls" else None,
                    server_hostname=flow.tls_name if flow.transport == "tls" else None,
                )
        except (OSError, EOFError, ValueError, OverflowError) as error:
            sock.close()
            self.gone(connection, words_for(error))

    def send(self, data: bytes, flow: Flow) -> str:
        """Send on the flow's connection, or on an open or new one to its peer; says why not, or nothing."""
        if flow.connection:
            connection = self._open.get(flow.connection)
            return connection.write(data) if connection else "the connection is closed"
        connection = self._by_peer.get((flow.transport, flow.remote, flow.tls_name))
        if connection is None:
            if flow.transport == "tls" and not flow.tls_name:
                return "no name to check the certificate against"
            if not is_address(flow.remote[0]):
                return "not an address"
            if not self._make_room():
                return "too many connections"
            try:
                sock = socket.socket(family_of(flow.remote[0]), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            except OSError as error:
                return words_for(error)
            connection = self._add(flow, ours=True)
            self._make(connection, sock, self._connect(connection, sock))
        connection.asked[flow] = None
        return connection.write(data)

    def gone(self, connection: Connection, reason: str) -> None:
        """A connection was lost or could not be made: everybody who counted on it hears why."""
        self._forget(connection)
        if self._closing:
            return
        self._failed(connection.flow, reason)
        for flow in connection.asked:
            self._failed(flow, reason)

    def _forget(self, connection: Connection) -> None:
        flow = connection.flow
        if self._open.pop(flow.connection, None) is None:
            return
        peer = (flow.transport, flow.remote, flow.tls_name)
        if self._by_peer.get(peer) is connection:
            del self._by_peer[peer]
        self._per_source[flow.remote[0]] -= 1
        if not self._per_source[flow.remote[0]]:
            del self._per_source[flow.remote[0]]

    def _sweep(self) -> None:
        now = self.now()
        for connection in list(self._open.values()):
            if reason := connection.overdue(now):
                connection.close(reason)
            elif connection.ours and now - connection.pinged_at > self.limits.ping:
                connection.pinged_at = now
                connection.write(b"\r\n\r\n")
        self._sweeping = self._loop.call_later(SWEEP, self._sweep)

    async def close(self) -> None:
        """Stop accepting, end every connection."""
        self._closing = True
        self._sweeping.cancel()
        for sock in self._listening:
            self._loop.remove_reader(sock)
            sock.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._open.values()):
            connection.close("this side stops")
            self._forget(connection)
        await asyncio.sleep(0)


def _set_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # a peer that vanished while nothing was said is noticed within a minute: the system's own patience is two hours
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    # a peer that vanished is noticed within half a minute of the next message, not after a quarter of an hour
    sock.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 30_000)
