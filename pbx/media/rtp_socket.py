"""The two sockets of an endpoint, and which address behind them is the peer's."""

import ctypes
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from pbx.media.format import Format, HostPort, reachable
from pbx.media.latch import Latch

BUFFER = 2048
"""Bytes of the longest datagram that is looked at; voice packets have a few hundred."""
_UNSPECIFIED = bytes(16)
"""A socket address of the family AF_UNSPEC: to connect to it is to let a UDP socket loose (connect(2))."""
_WAITING = 1000
"""Datagrams at most that are looked through when the peer is found."""


class Watch(Protocol):
    """What an RTP socket needs of the pump."""

    @property
    def clock(self) -> Callable[[], float]: ...
    @property
    def buffer(self) -> bytearray: ...
    @property
    def view(self) -> memoryview: ...
    @property
    def unheard(self) -> float:
        """Seconds for which packets are sent to an address that was not heard from."""

    def watch(self, sock: socket.socket, act: Callable[[float], None]) -> None: ...
    def unwatch(self, sock: socket.socket) -> None: ...


def _nowhere(datagram: bytes | memoryview) -> int:
    return 0


def _nobody(size: int = 0, now: float = 0.0) -> None:
    """Stands for the endpoint once it is closed."""


class RtpSocket:
    """Finds the peer (symmetric RTP, RFC 4961) and holds on to it.

    Once the peer is found where its SDP said, the socket is connected: the kernel keeps strangers out, and no
    address needs to be looked at any more.
    """

    def __init__(
        self,
        loop: Watch,
        sockets: tuple[socket.socket, socket.socket],
        take: Callable[[int, float], None],
        found: Callable[[], None],
        moved: Callable[[], None],
    ) -> None:
        """`take` gets the size of each datagram of the peer's, which is in the loop's buffer, and the time; `found`
        is called at the first one, `moved` whenever packets go or come another way from now on."""
        self._loop = loop
        self.rtp, self.rtcp = sockets
        self._take, self._found, self._moved = take, found, moved
        self.local: HostPort = self.rtp.getsockname()[:2]
        self.send: Callable[[bytes | memoryview], int] = _nowhere
        """Sends one RTP packet, or does nothing while there is nobody to send to; raises OSError."""
        self.errors = 0
        """Of sending, those that came back as ICMP included."""
        self.connected = False
        self.heard = False
        """Whether anything came from the peer since it was last looked for."""
        self._format: Format | None = None
        self._latch: Latch | None = None
        self._since = 0.0
        self._aimed: tuple[socket.socket, HostPort | None, bool] | None = None
        self._rtcp_source: HostPort | None = None
        self._strangers = 0

    @property
    def speaks(self) -> bool:
        """Whether what is sent goes anywhere at the moment."""
        return self.send is not _nowhere

    @property
    def strangers(self) -> int:
        """Datagrams that were not the peer's."""
        return self._strangers + (self._latch.strangers if self._latch else 0)

    def agree(self, format: Format) -> None:
        """The peer is where `format` says. It is looked for anew when that is another place than before or other
        hosts are trusted; else the lock on it holds."""
        before, self._format = self._format, format
        if before is None or (before.remote, before.trusted) != (format.remote, format.trusted):
            self._strangers = self.strangers
            self._latch = Latch(format)
            self.heard = False
            self._rtcp_source = None
            self._since = self._loop.clock()
            self._let_loose()
        self.aim()

    def doubt(self, last: float) -> None:
        """The peer was last heard at `last`: let other ports of its host be heard as well, until it speaks again."""
        if self.connected and self._latch:
            self._latch.silent_since(last)
            self._let_loose()
            self.aim()

    def _let_loose(self) -> None:
        if self.connected:
            ctypes.CDLL(None).connect(self.rtp.fileno(), _UNSPECIFIED, len(_UNSPECIFIED))  # not to be had from Python
            self.connected = False

    def _worth_sending(self, format: Format) -> bool:
        """Whether somebody may be listening: heard already, known from the signalling, or not yet given up.

        Silent callers hear the greeting too, if the address they gave is their own.
        """
        if self.heard or format.remote[0] in format.trusted:
            return True
        return self._loop.clock() - self._since < self._loop.unheard

    def aim(self) -> None:
        """Decide whether and where packets go."""
        format, latch = self._format, self._latch
        target = latch.target if latch else None
        if format is None or not format.sends or not self._worth_sending(format):
            target = None
        aimed = (self.rtp, target, self.connected)
        if aimed == self._aimed:
            return
        self._aimed = aimed
        if target is None:
            self.send = _nowhere
        elif self.connected:
            self.send = self.rtp.send
        else:
            sendto = self.rtp.sendto
            self.send = lambda datagram: sendto(datagram, target)
        self._moved()

    # -- receiving, as long as there is no quicker way

    def read(self, now: float) -> None:
        """Take one datagram from the RTP socket, whatever state the search for the peer is in."""
        try:
            if self.connected:
                self._take(self.rtp.recv_into(self._loop.buffer), now)
                return
            size, address = self.rtp.recvfrom_into(self._loop.buffer)
        except OSError:
            self.errors += 1
            return
        latch = self._latch
        if latch is None:
            self._strangers += 1
        elif latch.admits(address[:2], now):
            if latch.exact:
                self._connect(latch, size, now)
            else:
                self._hear()
                self._take(size, now)
                self.aim()

    def _connect(self, latch: Latch, size: int, now: float) -> None:
        """Let the kernel keep strangers out from now on, and take only the peer's of what is already waiting."""
        assert latch.source
        datagrams = [bytes(self._loop.view[:size])]
        try:
            self.rtp.connect(latch.source)
            while len(datagrams) < _WAITING:
                size, address = self.rtp.recvfrom_into(self._loop.buffer)
                if latch.admits(address[:2], now):
                    datagrams.append(bytes(self._loop.view[:size]))
        except BlockingIOError:
            self.connected = True
        except OSError:
            self.errors += 1
        self._hear()
        self.aim()
        for datagram in datagrams:
            self._loop.buffer[: len(datagram)] = datagram
            self._take(len(datagram), now)

    def _hear(self) -> None:
        if not self.heard:
            self.heard = True
            self.aim()
            self._found()

    # -- RTCP

    def read_report(self) -> bytes | None:
        """Take one datagram from the RTCP socket; None if it is not the peer's."""
        try:
            data, address = self.rtcp.recvfrom(BUFFER)
        except OSError:
            return None
        if not self._latch or not self._latch.admits_report(address[:2]):
            self._strangers += 1
            return None
        self._rtcp_source = address[:2]
        if not self.heard and self._format and address[0] == self._format.remote[0]:
            self.heard = True  # somebody is there, even if it only listens
            self.aim()
        return data

    def send_report(self, report: bytes) -> None:
        """Send RTCP to where the peer's comes from, else to where it should be."""
        target = self._rtcp_source
        if target is None and self._format and self._format.rtcp:
            target = reachable(self._format.rtcp)
        elif target is None and self._latch and self._latch.target:
            host, port = self._latch.target
            target = (host, port + 1)
        if self.speaks and target and target[1] < 65536:
            with suppress(OSError):
                self.rtcp.sendto(report, target)

    def close(self) -> None:
        """Free the ports."""
        self.send = _nowhere
        for sock in (self.rtp, self.rtcp):
            self._loop.unwatch(sock)
            sock.close()
        self._take = self._found = self._moved = _nobody
