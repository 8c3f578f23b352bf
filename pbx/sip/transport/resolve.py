"""From a name to the places to send to, in order: RFC 3263, with RFC 2782's choice among weights."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbx.sip.flow import TransportName
from pbx.sip.transport.hop import DEFAULT_PORT, Hop, Target, is_address

if TYPE_CHECKING:
    from dns.rdtypes.IN.NAPTR import NAPTR
    from dns.rdtypes.IN.SRV import SRV

SERVICES: dict[str, TransportName] = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
"""NAPTR services (RFC 3263, section 4.1)."""
SRV_NAMES: dict[TransportName, str] = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
PLAIN_ORDER: tuple[TransportName, ...] = ("udp", "tcp")
"""Tried without NAPTR and without a wish; TLS only when asked for, as a name must be checked then."""
LOOK_UP = 5.0
"""Seconds one question may take in all."""
SHORTEST, LONGEST, NEGATIVE = 10.0, 3600.0, 20.0
"""Bounds on how long an answer is believed, and how long nothing is, seconds."""
MOST_HOPS = 24
CACHE = 512


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What one question brought: the records of its type and their time to live, seconds."""

    records: tuple[Any, ...]
    ttl: float


Ask = Callable[[str, str], Awaitable[DnsAnswer | None]]
"""A name and a type (NAPTR, SRV, A, AAAA) to what DNS has of it; None when it did not answer. Never raises."""


class Resolver:
    """Finds hops by DNS, with the system's hosts file behind it; believes answers as long as they say.

    When DNS is silent, the last answer is taken again: a name server that restarts must not take the trunk down.
    `random` gives numbers in [0, 1) for the weights of SRV records, `ask` asks DNS.
    """

    def __init__(self, random: Callable[[], float], ask: Ask) -> None:
        self._random = random
        self._ask_dns = ask
        self._cache: dict[tuple[str, str], tuple[float, DnsAnswer]] = {}
        self._loop = asyncio.get_running_loop()

    async def resolve(self, target: Target) -> tuple[Hop, ...]:
        """Where `target` may be reached, best first; empty when it is unknown. Never raises for what DNS says."""
        name = target.host if target.transport == "tls" else ""
        if is_address(target.host):
            transport = target.transport or "udp"
            return (Hop(transport, target.host, target.port or DEFAULT_PORT[transport], name),)
        if target.port is not None or "." not in target.host:
            transport = target.transport or "udp"
            port = target.port or DEFAULT_PORT[transport]
            return await self._hops_of(target.host, target.host, transport, port)
        hops: list[Hop] = []
        for srv_name, transport in await self._services(target):
            hops.extend(await self._srv_hops(target.host, srv_name, transport))
        if not hops:
            transport = target.transport or "udp"
            return await self._hops_of(target.host, target.host, transport, DEFAULT_PORT[transport])
        return tuple(dict.fromkeys(hops))[:MOST_HOPS]

    async def _services(self, target: Target) -> list[tuple[str, TransportName]]:
        """SRV names to ask for, best first (RFC 3263, section 4.1)."""
        wanted: tuple[TransportName, ...] = (target.transport,) if target.transport else ("udp", "tcp", "tls")
        found = await self._ask(target.host, "NAPTR")
        named: list[tuple[str, TransportName]] = []
        records: Iterable[NAPTR] = found.records
        for record in sorted(records, key=lambda each: (each.order, each.preference)):
            transport = SERVICES.get(record.service.decode("ascii", "replace").upper())
            replacement = record.replacement.to_text(omit_final_dot=True)
            if transport is not None and transport in wanted and record.flags.lower() == b"s" and replacement:
                named.append((replacement, transport))
        if named:
            return named
        return [(SRV_NAMES[each] + target.host, each) for each in wanted if target.transport or each in PLAIN_ORDER]

    async def _srv_hops(self, domain: str, srv_name: str, transport: TransportName) -> list[Hop]:
        found = await self._ask(srv_name, "SRV")
        records: Sequence[SRV] = found.records[:MOST_HOPS]
        hops: list[Hop] = []
        for record in in_order(records, self._random):
            host = record.target.to_text(omit_final_dot=True)
            if host not in ("", "."):  # "." says: the service is not offered here (RFC 2782)
                hops.extend(await self._hops_of(domain, host, transport, record.port))
        return hops

    async def _hops_of(self, domain: str, host: str, transport: TransportName, port: int) -> tuple[Hop, ...]:
        name = domain if transport == "tls" else ""
        return tuple(Hop(transport, address, port, name, host.lower()) for address in await self._addresses(host))

    async def _addresses(self, host: str) -> list[str]:
        if "." in host.rstrip("."):
            four, six = await asyncio.gather(self._ask(host, "A"), self._ask(host, "AAAA"))
            addresses = [each.address for each in (*four.records, *six.records)]
            if addresses:
                return addresses[:MOST_HOPS]
        return await self._from_system(host)

    async def _from_system(self, host: str) -> list[str]:
        """The hosts file, mDNS and what else the system knows."""
        try:
            async with asyncio.timeout(LOOK_UP):
                found = await self._loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            return []
        addresses = dict.fromkeys(str(address[0]) for *_, address in found)
        return sorted(addresses, key=lambda each: ":" in each)

    async def _ask(self, name: str, kind: str) -> DnsAnswer:
        now = self._loop.time()
        until, known = self._cache.get((name, kind), (0.0, None))
        if known is not None and now < until:
            return known
        found = await self._ask_dns(name, kind)
        if found is None:
            found = DnsAnswer(known.records if known else (), NEGATIVE)
        if len(self._cache) >= CACHE:
            self._cache.clear()
        self._cache[name, kind] = now + min(max(found.ttl, SHORTEST), LONGEST), found
        return found


def in_order(records: Sequence[SRV], random: Callable[[], float]) -> list[SRV]:
    """RFC 2782: lower priority first; within one, drawn by weight."""
    ordered: list[SRV] = []
    for priority in sorted({record.priority for record in records}):
        left = sorted((record for record in records if record.priority == priority), key=lambda each: each.weight)
        while left:
            ordered.append(left.pop(_draw([record.weight for record in left], random)))
    return ordered


def _draw(weights: Sequence[int], random: Callable[[], float]) -> int:
    if not sum(weights):
        return int(random() * len(weights))
    mark = random() * sum(weights)
    for index, weight in enumerate(weights):
        mark -= weight
        if mark <= 0 and weight:
            return index
    return len(weights) - 1
