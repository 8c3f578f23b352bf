"""Values of RFC 3263: whom to find, and one place where they may be."""

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Literal

from pbx.sip.flow import TransportName

DEFAULT_PORT = {"udp": 5060, "tcp": 5060, "tls": 5061}
"""RFC 3261, section 19.1.2."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to find: what a setting or a URI says, before any look-up (RFC 3263, section 4)."""

    host: str
    """A name, or an IP address without brackets."""
    port: int | None = None
    transport: TransportName | Literal[""] = ""
    """Empty: as DNS says, else UDP."""

    @classmethod
    def parse(cls, text: str, transport: TransportName | Literal[""] = "") -> "Target":
        """Read `HOST`, `HOST:PORT`, `IPV6` or `[IPV6]:PORT`. Raises ValueError with a sentence."""
        host, port = split_host_port(text.strip())
        if not host or len(host) > 253 or any(char.isspace() or char in "/@,;?#[]" for char in host):
            raise ValueError(f"{text!r} is not a host name or an address")
        return cls(host.lower(), port, transport)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Hop:
    """One place to send to, the result of RFC 3263's look-ups."""

    transport: TransportName
    host: str
    """An IP address as text, no brackets."""
    port: int
    tls_name: str = ""
    """The name the certificate must carry: what was looked up, never what DNS made of it (RFC 5922, section 4)."""
    name: str = field(default="", compare=False)
    """The host name that has this address, in lower case; empty for an address."""


def split_host_port(text: str) -> tuple[str, int | None]:
    """Split `HOST:PORT`; a bare IPv6 address has no port. Raises ValueError with a sentence for a bad port."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or not _is_ipv6(host):
            raise ValueError(f"{text!r} is not an address in brackets")
        return host, _port(rest[1:]) if rest else None
    if text.count(":") != 1:
        if ":" in text and not _is_ipv6(text):
            raise ValueError(f"{text!r} is not an address")
        return text, None
    host, _, digits = text.partition(":")
    return host, _port(digits)


def is_address(host: str) -> bool:
    """Whether `host` is an IP address (an IPv6 scope may follow it), not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _port(digits: str) -> int:
    # int() alone also takes "+5", " 5" and digits of other scripts
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and 0 < int(digits) < 65536):
        raise ValueError(f"{digits!r} is not a port")
    return int(digits)
