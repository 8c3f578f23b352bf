"""All the sockets of SIP behind two verbs: what arrives is received, what is to leave is sent."""

import asyncio
import errno
import ssl
from collections.abc import Callable

from pbx.sip.flow import Flow, HostPort, TransportName
from pbx.sip.transport.hop import DEFAULT_PORT, Hop
from pbx.sip.transport.limits import ConnectionLimits
from pbx.sip.transport.tcp import Connections
from pbx.sip.transport.udp import UdpSocket, family_of, source_address

WILDCARDS = ("0.0.0.0", "::")
ROUTE_AGE = 60.0
"""Seconds that a route look-up is believed."""


class Transports:
    """UDP, TCP and TLS for one element (RFC 3261, section 18). Make it inside a running loop.

    `receive(data, flow)` gets every datagram and every framed message; `failed(flow, why)` hears of connections lost
    or never made and of ICMP errors, never from within `send`. `kept(flow)` tells whether somebody still needs an idle
    connection: a phone that registered over it, a session, a trunk.
    """

    def __init__(
        self,
        receive: Callable[[bytes, Flow], None],
        failed: Callable[[Flow, str], None],
        limits: ConnectionLimits | None = None,
        *,
        kept: Callable[[Flow], bool],
        tls_client: ssl.SSLContext | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._failed = failed
        self._udp: dict[HostPort, UdpSocket] = {}
        self._routed: dict[HostPort, UdpSocket | None] = {}
        self._sources: dict[str, tuple[float, str]] = {}
        self.connections = Connections(receive, failed, limits or ConnectionLimits(), kept, tls_client)
        self.listening: list[tuple[TransportName, HostPort]] = []
        """Every transport with the address it is bound to (which may be a wildcard), in order of `listen`."""

    async def listen(self, host: str, port: int) -> HostPort:
        """UDP and TCP at one port (0: any that is free in both), at `::` for IPv4 too. Raises OSError."""
        if host == "::":
            return await self._listen_both(port)
        for attempt in range(20):
            udp = UdpSocket(host, port, self._receive, self._failed_later)
            try:
                self.connections.listen(host, udp.local[1])
            except OSError as error:
                udp.close()
                if port or error.errno != errno.EADDRINUSE or attempt == 19:
                    raise
                continue
            break
        self._udp[udp.local] = udp
        self._routed.clear()
        self._loop.add_reader(udp.socket, udp.read)
        self.listening += [("udp", udp.local), ("tcp", udp.local)]
        return udp.local

    async def _listen_both(self, port: int) -> HostPort:
        _, port = await self.listen("0.0.0.0", port)
        if not has_ipv6():
            return "0.0.0.0", port
        udp = UdpSocket("::", port, self._receive, self._failed_later)
        self.connections.listen("::", port)
        self._udp[udp.local] = udp
        self._loop.add_reader(udp.socket, udp.read)
        self.listening += [("udp", udp.local), ("tcp", udp.local)]
        return udp.local

    async def listen_tls(self, host: str, port: int, context: ssl.SSLContext) -> HostPort:
        """TLS at one port, at `::` for IPv4 too. Raises OSError."""
        if host == "::":
            host, port = await self.listen_tls("0.0.0.0", port, context)
            if not has_ipv6():
                return host, port
            host = "::"
        local = self.connections.listen(host, port, context)
        self.listening.append(("tls", local))
        return local

    def send(self, data: bytes, flow: Flow) -> None:
        """Send, opening a connection if need be; never blocks, never raises: `failed` hears what went wrong."""
        if flow.transport == "udp":
            udp = self._routed.get(flow.local) or self._socket_of(flow.local)
            why = udp.send(data, flow) if udp else "no socket has this address"
        else:
            why = self.connections.send(data, flow)
        if why:
            self._failed_later(flow, why)

    def _socket_of(self, local: HostPort) -> UdpSocket | None:
        wildcard = "::" if ":" in local[0] else "0.0.0.0"
        udp = self._udp.get(local) or self._udp.get((wildcard, local[1]))
        if udp is not None and len(self._routed) < 256:
            self._routed[local] = udp
        return udp

    def _failed_later(self, flow: Flow, why: str) -> None:
        self._loop.call_soon(self._failed, flow, why)

    def flow_to(self, hop: Hop) -> Flow:
        """The flow to a hop: our address as the routing table has it, our listening port. Raises OSError: no way."""
        local = self._local_towards(hop)
        return Flow(hop.transport, local, (hop.host, hop.port), 0, hop.tls_name)

    def _local_towards(self, hop: Hop) -> HostPort:
        family = family_of(hop.host)
        ours = [(name, local) for name, local in self.listening if family_of(local[0]) == family]
        fitting = [local for name, local in ours if name == hop.transport]
        if not fitting and hop.transport != "udp":
            # no listener for it: the connection itself is the way back, any of our addresses may stand in Contact
            fitting = [local for _, local in ours]
        if not fitting:
            raise OSError(errno.EADDRNOTAVAIL, f"not listening for {hop.transport} towards {hop.host}")
        source = self._source_towards(hop.host, hop.port or DEFAULT_PORT[hop.transport])
        for local in fitting:
            if local[0] == source:
                return local
        for local in fitting:
            if local[0] in WILDCARDS:
                return source, local[1]
        return fitting[0]

    def _source_towards(self, host: str, port: int) -> str:
        age, source = self._sources.get(host, (-ROUTE_AGE, ""))
        if not source or self._loop.time() - age > ROUTE_AGE:
            source = source_address(host, port)
            if len(self._sources) > 1024:
                self._sources.clear()
            self._sources[host] = self._loop.time(), source
        return source

    async def close(self) -> None:
        """Close every socket; nothing is received or reported afterwards."""
        for udp in self._udp.values():
            self._loop.remove_reader(udp.socket)
            udp.close()
        self._udp.clear()
        self._routed.clear()
        await self.connections.close()


def has_ipv6() -> bool:
    """Whether this machine can bind IPv6 sockets at all."""
    try:
        UdpSocket("::", 0, lambda data, flow: None, lambda flow, why: None).close()
    except OSError:
        return False
    return True
