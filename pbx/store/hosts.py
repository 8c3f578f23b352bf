"""Hosts and ports, as people write them into settings and on the command line."""

import ipaddress
import re

_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63})*\.?")


def host_port(text: str) -> tuple[str, int | None] | None:
    """Host (IPv6 without brackets) and port of HOST[:PORT]; None when it is none."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not is_address(host, 6) or (rest and not rest.startswith(":")):
            return None
        port = rest[1:] if rest else None
    else:
        host, colon, after = text.partition(":")
        port = after if colon else None
        if not is_host(host):
            return None
    if port is None:
        return host, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        return None
    return host, int(port)


def is_host(text: str) -> bool:
    """Whether it is a host name or an IPv4 address (IPv6 needs brackets next to a port)."""
    if re.fullmatch(r"[0-9.]+", text):
        return is_address(text, 4)
    return _HOST_NAME.fullmatch(text) is not None


def is_address(text: str, version: int) -> bool:
    """Whether it is an IP address of this version, 4 or 6."""
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False
