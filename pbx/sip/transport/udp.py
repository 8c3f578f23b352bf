"""UDP: one non-blocking socket, drained in a tight loop (RFC 3261, section 18)."""

import errno
import os
import socket
import struct
from collections.abc import Callable
from typing import Any

from pbx.sip.flow import Flow, HostPort
from pbx.sip.transport.hop import is_address

LARGEST = 65507
"""Bytes of payload a UDP datagram over IPv4 can carry."""
BURST = 32
"""Datagrams read before everybody else gets a turn: about 5 ms of work, as the voice must not wait."""
CACHE = 4096
"""Remote addresses remembered; past that all are forgotten and learnt again."""

# Of linux/in.h and linux/in6.h; the socket module of Python 3.11 does not name them all.
IP_PKTINFO = 8
IP_RECVERR = 11
IP_MTU_DISCOVER = 10
IP_PMTUDISC_DONT = 0
IPV6_RECVERR = 25
ANCILLARY_SPACE = 256
BUFFER = 4 << 20


def socket_address(address: tuple[Any, ...]) -> HostPort:
    """What the kernel calls an address, as text and port; a link-local one keeps its scope."""
    if len(address) == 4 and address[3]:
        return f"{address[0]}%{address[3]}", address[1]
    return address[0], address[1]


def family_of(host: str) -> socket.AddressFamily:
    """The address family of an IP address given as text."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def source_address(host: str, port: int) -> str:
    """The address of this machine from which the kernel would send to `host`. Raises OSError when it would not."""
    with socket.socket(family_of(host), socket.SOCK_DGRAM) as probe:
        probe.connect((host, port))
        return socket_address(probe.getsockname())[0]


class UdpSocket:
    """A bound socket; `read` whenever it is readable.

    Bound to a wildcard address, it asks the kernel to which address each datagram came, and answers from that one: a
    phone drops answers from an address it did not write to. Raises OSError when it cannot be bound.
    """

    def __init__(
        self, host: str, port: int, receive: Callable[[bytes, Flow], None], failed: Callable[[Flow, str], None]
    ) -> None:
        self._receive = receive
        self._failed = failed
        self._family = family_of(host)
        self.socket = socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.wildcard = host in ("0.0.0.0", "::")
        try:
            self._set_options()
            self.socket.bind((host, port))
        except OSError:
            self.socket.close()
            raise
        self.local: HostPort = socket_address(self.socket.getsockname())
        self._flows: dict[tuple[Any, ...], Flow] = {}
        self._sent: dict[HostPort, Flow] = {}
        self._sources: dict[str, list[tuple[int, int, bytes]]] = {}

    def _set_options(self) -> None:
        if self._family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
            if self.wildcard:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            # A large INVITE may be fragmented on its way: better late than lost.
            self.socket.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
            if self.wildcard:
                self.socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.socket.setsockopt(socket.SOL_SOCKET, option, BUFFER)

    def close(self) -> None:
        """Give the port back."""
        self.socket.close()

    def read(self) -> None:
        """Hand on what has arrived, at most `BURST` datagrams."""
        if self._drain() == 0:
            self._read_errors()

    def _drain(self) -> int:
        one = self._read_to_wildcard if self.wildcard else self._read_one
        for count in range(BURST):
            try:
                one()
            except BlockingIOError:
                return count
            except OSError:
                # what the network said about a datagram of ours; the details are in the error queue
                self._read_errors()
        return BURST

    def _read_one(self) -> None:
        data, sender = self.socket.recvfrom(65535)
        flow = self._flows.get(sender)
        if flow is None:
            flow = self._learn(sender, Flow("udp", self.local, socket_address(sender)))
        if len(data) > 4:  # shorter ones only keep a NAT open
            self._receive(data, flow)

    def _read_to_wildcard(self) -> None:
        data, ancillary, _, sender = self.socket.recvmsg(65535, ANCILLARY_SPACE)
        key = (sender, ancillary[0][2] if ancillary else b"")
        flow = self._flows.get(key)
        if flow is None:
            local = self._arrived_at(ancillary) or source_address(*socket_address(sender))
            flow = self._learn(key, Flow("udp", (local, self.local[1]), socket_address(sender)))
        if len(data) > 4:
            self._receive(data, flow)

    def _learn(self, key: tuple[Any, ...], flow: Flow) -> Flow:
        if len(self._flows) >= CACHE:
            self._flows.clear()
        self._flows[key] = flow
        return flow

    def _arrived_at(self, ancillary: list[tuple[int, int, bytes]]) -> str:
        for level, kind, data in ancillary:
            if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
                return socket.inet_ntop(socket.AF_INET, data[4:8])
            if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
                host, scope = socket.inet_ntop(socket.AF_INET6, data[:16]), struct.unpack_from("=I", data, 16)[0]
                return f"{host}%{scope}" if host.startswith("fe80:") else host
        return ""

    def send(self, data: bytes, flow: Flow) -> str:
        """Send `data` on `flow`; the answer says why it could not be sent, or is empty. Never blocks or raises."""
        if len(data) > LARGEST:
            return "the message is too long for UDP"
        if flow.remote not in self._sent:
            if not is_address(flow.remote[0]):
                return "not an address"  # a name would be looked up, and everybody would wait for that
            if len(self._sent) >= CACHE:
                self._sent.clear()
        self._sent[flow.remote] = flow
        for _ in range(3):
            try:
                self._send(data, flow)
            except BlockingIOError:
                return ""  # the card is busy: like a loss on the way, the transaction repeats it
            except OSError as error:
                # the error may be about an earlier datagram to somebody else: ask, then try again
                if not self._read_errors() or error.errno == errno.EMSGSIZE:
                    return _words(error)
            except (ValueError, OverflowError, UnicodeError):
                return "not an address"
            else:
                return ""
        return "the network refuses it"

    def _send(self, data: bytes, flow: Flow) -> None:
        if not self.wildcard:
            self.socket.sendto(data, flow.remote)
            return
        host = flow.local[0]
        source = self._sources.get(host)
        if source is None:
            source = self._source(host)
            if len(self._sources) < CACHE:
                self._sources[host] = source
        self.socket.sendmsg([data], source, 0, flow.remote)

    def _source(self, host: str) -> list[tuple[int, int, bytes]]:
        address, _, scope = host.partition("%")
        packed = socket.inet_pton(self._family, address)
        if self._family == socket.AF_INET:
            return [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=i4s4s", 0, packed, bytes(4)))]
        return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, struct.pack("=16si", packed, int(scope or 0)))]

    def _read_errors(self) -> bool:
        """Report what ICMP said about datagrams of ours; whether it had said anything."""
        found = False
        for _ in range(BURST):
            try:
                _, ancillary, _, remote = self.socket.recvmsg(64, ANCILLARY_SPACE, socket.MSG_ERRQUEUE)
            except OSError:
                return found
            found = True
            number = next((struct.unpack_from("=I", data)[0] for _, kind, data in ancillary if kind in RECVERR), 0)
            flow = self._sent.get(socket_address(remote)) if remote else None
            if flow is not None and number not in (0, errno.EMSGSIZE):
                self._failed(flow, os.strerror(number))
        return found


RECVERR = (IP_RECVERR, IPV6_RECVERR)


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
