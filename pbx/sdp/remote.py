"""Where media goes: the addresses a description names, as far as packets may be sent there (RFC 8866, RFC 3605)."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from pbx.sdp.description import Media, NotAcceptable, ip_version

_RTCP = re.compile(r"([0-9]{1,5})(?:\s+IN\s+IP[46]\s+([0-9A-Fa-f.:]+))?", re.ASCII)


@lru_cache(maxsize=1024)
def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The literal address, an IPv4 one also when written as IPv6 (::ffff:192.0.2.1); None for a name."""
    if ip_version(host) is None:
        return None
    address = ipaddress.ip_address(host)
    return getattr(address, "ipv4_mapped", None) or address


def _is_group(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_multicast or str(address) == "255.255.255.255"


def is_unspecified(host: str) -> bool:
    """Whether it is 0.0.0.0 or ::, which once meant hold (RFC 3264, 8.4)."""
    address = _ip(host)
    return address is not None and address.is_unspecified


def remote_of(local_host: str, host: str, port: int) -> tuple[str, int] | None:
    """Where to send. Names are not looked up and groups not sent to: media goes to one address or nowhere."""
    address, local = _ip(host), _ip(local_host)
    if address is None:
        raise NotAcceptable("The session description has no IP address to send to.")
    if address.is_unspecified:
        return None
    if _is_group(address):
        raise NotAcceptable("The session description asks for packets to a group of machines.")
    if local is not None and local.version != address.version:
        raise NotAcceptable("One side wants IPv4 packets and the other IPv6 packets.")
    return str(address), port


def rtcp_of(stream: Media, remote: tuple[str, int] | None) -> tuple[str, int] | None:
    """RTCP's address: a=rtcp (RFC 3605), else the next port (RFC 3550, section 11). Multiplexing is never agreed to."""
    if remote is None:
        return None
    host, port = remote[0], remote[1] + 1
    named = _RTCP.fullmatch(stream.attribute("rtcp") or "")
    if named and 0 < int(named[1]) < 65_536:
        port = int(named[1])
        address = _ip(named[2] or "")
        if address and not address.is_unspecified and not _is_group(address) and _same_version(address, host):
            host = str(address)
    return (host, port) if port < 65_536 else None


def _same_version(address: ipaddress.IPv4Address | ipaddress.IPv6Address, host: str) -> bool:
    return address.version == ip_version(host)
