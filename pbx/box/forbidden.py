"""Addresses that nobody outside may lead the box to: its own, link-local ones, and those that are nobody's."""

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address


def may_be_meant(host: str, listening: Collection[str]) -> bool:
    """Whether a name may mean the address, whatever DNS says; `listening` are the exchange's own hosts.

    One that listens on loopback only is in a world of its own: there loopback is the network.
    """
    return not is_forbidden(host) or (is_loopback(host) and all(is_loopback(each) for each in listening))


def is_loopback(host: str) -> bool:
    """Whether an IP address stays on this machine by its nature."""
    return _plain(host).is_loopback


def is_forbidden(host: str) -> bool:
    """Whether an IP address is the box's own, link-local, or nobody's in particular."""
    address = _plain(host)
    nobody = address.is_unspecified or address.is_multicast or address == IPv4Address("255.255.255.255")
    return nobody or address.is_loopback or address.is_link_local or _is_own(address)


def _plain(host: str) -> IPv4Address | IPv6Address:
    """The address without scope; an IPv4 address in IPv6 clothes is what it is."""
    address = ip_address(host.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    """Whether packets to it would stay on this machine: then they come from the same address. Nothing is sent."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False
