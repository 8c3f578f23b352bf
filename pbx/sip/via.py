"""One hop of a message's way (RFC 3261, section 20.42; RFC 3581)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pbx.sip.grammar import Params, ParseError, few, find, print_params, read_params, split
from pbx.sip.grammar import host as read_host

COOKIE = "z9hG4bK"
"""How every branch of an element of RFC 3261 begins (section 8.1.1.7)."""

_VIA = re.compile(
    r"[ \t]*+(?i:SIP)[ \t]*+/[ \t]*+2\.0[ \t]*+/[ \t]*+([!%'*+\-.0-9A-Z_`a-z~]++)[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9_.\-]++)[ \t]*+(?::[ \t]*+([0-9]{1,5}))?+"
)
_LONG = 256


@dataclass(frozen=True, slots=True)
class Via:
    """Where a request was sent from and by which transport; responses follow it back."""

    transport: str
    """In upper case: UDP, TCP, TLS, ..."""
    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int | None = None
    params: Params = ()

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one value; raises ParseError."""
        return _cached(text) if len(text) <= _LONG else _parse(text)

    @classmethod
    def parse_list(cls, text: str) -> tuple[Via, ...]:
        """Read values separated by commas, the latest hop first; raises ParseError."""
        if "," not in text:
            return (cls.parse(text),)
        return tuple(cls.parse(item) for item in few(split(text)))

    def __str__(self) -> str:
        """As it goes on the wire."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {host}{port}{print_params(self.params)}"

    @property
    def branch(self) -> str:
        """The transaction's name, or ""; one without the magic cookie names nothing by itself."""
        return find(self.params, "branch") or ""

    @property
    def received(self) -> str:
        """The address the request came from, as the next hop saw it (no brackets), or ""."""
        return (find(self.params, "received") or "").strip("[]")

    @property
    def wants_rport(self) -> bool:
        """Whether an rport parameter is there, with a value or without (RFC 3581, section 4)."""
        return find(self.params, "rport") is not None

    @property
    def rport(self) -> int | None:
        """The port the request came from, as the next hop saw it; None if not filled in, or nonsense."""
        text = find(self.params, "rport")
        return int(text) if text and len(text) < 6 and text.isascii() and text.isdigit() else None


def _parse(text: str) -> Via:
    match = _VIA.match(text)
    if match is None:
        raise ParseError(f"no Via: {text[:60]!r}")
    transport, host, port = match.groups()
    if port is not None and not 0 < int(port) < 65536:
        raise ParseError(f"no port: {port}")
    return Via(transport.upper(), read_host(host), int(port) if port else None, read_params(text, match.end()))


_cached = lru_cache(1024)(_parse)
