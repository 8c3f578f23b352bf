"""Questions to DNS (RFC 1035), for `resolve`; apart from it, as an exchange without a name to find need not load it."""

from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.resolver

from pbx.sip.transport.resolve import NEGATIVE, DnsAnswer

LOOK_UP = 5.0
"""Seconds one question may take in all."""


class NameServers:
    """Those of the system, or those that are given."""

    def __init__(self, addresses: Sequence[str] | None = None, port: int = 53) -> None:
        self._resolver = _resolver(addresses, port)

    async def ask(self, name: str, kind: str) -> DnsAnswer | None:
        """What they have of a name; None when they did not answer. Never raises for what they say."""
        if self._resolver is None:
            return None
        try:
            answer = await self._resolver.resolve(name, kind, search=False, lifetime=LOOK_UP)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return DnsAnswer((), NEGATIVE)
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return DnsAnswer(tuple(answer.rrset or ()), answer.rrset.ttl if answer.rrset else NEGATIVE)


def _resolver(addresses: Sequence[str] | None, port: int) -> dns.asyncresolver.Resolver | None:
    if addresses is None:
        try:
            return dns.asyncresolver.Resolver()
        except (dns.exception.DNSException, OSError):
            return None  # a machine without name servers still knows its hosts file
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = list(addresses)
    resolver.port = port
    return resolver
