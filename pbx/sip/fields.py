"""The header fields that the stack itself reads, typed, each read once and then kept (RFC 3261, section 20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, overload

from pbx.sip.address import Address
from pbx.sip.grammar import BLANK, MOST_VALUES, ParseError, is_token, number
from pbx.sip.headers import Headers
from pbx.sip.multipart import media_type, session_description
from pbx.sip.via import Via

DEFAULT_EXPIRES = 3600
"""Seconds that stand for an Expires that cannot be read (RFC 3261, section 20.10)."""

_LONG = 64
"""Characters of a value that is not worth remembering: strangers could fill the memory with them."""

T = TypeVar("T")


class kept(Generic[T]):
    """A property that is worked out at the first look, also on frozen dataclasses.

    Like functools.cached_property, without the lock that costs a microsecond in Python 3.11.
    """

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> kept[T]: ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object | None, kind: type) -> T | kept[T]:
        if owner is None:
            return self
        value = owner.__dict__[self._name] = self._work_out(owner)
        return value


@dataclass(frozen=True, slots=True)
class CSeq:
    """A request's place in its dialog's order (RFC 3261, section 20.16)."""

    number: int
    """Below 2**31."""
    method: str

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def read_cseq(text: str) -> CSeq:
    """Read a CSeq's value; raises ParseError."""
    return _cached_cseq(text) if len(text) <= _LONG else _read_cseq(text)


def _read_cseq(text: str) -> CSeq:
    digits, _, method = text.replace("\t", " ").partition(" ")
    method = method.strip(" ")
    if not is_token(method):
        raise ParseError(f"no CSeq: {text[:60]!r}")
    return CSeq(number(digits, 2**31 - 1), method)


_cached_cseq = lru_cache(1024)(_read_cseq)


class Fields:
    """What requests and responses have in common.

    None of these properties raises on a message that `parse` made, nor on what a ParseError lets recover. On one
    made by hand from wrong values they raise ParseError.
    """

    headers: Headers
    body: bytes

    @kept
    def vias(self) -> tuple[Via, ...]:
        """All Via values, the latest hop first."""
        vias = self._list("Via", Via.parse_list)
        if not vias:
            raise ParseError("Via is missing")
        return vias

    @property
    def via(self) -> Via:
        """The topmost Via: the latest hop."""
        return self.vias[0]

    @kept
    def from_(self) -> Address:
        """Who sends the request (RFC 3261, section 20.20)."""
        return Address.parse(self._one("From"))

    @kept
    def to(self) -> Address:
        """Who was meant to get the request (RFC 3261, section 20.39)."""
        return Address.parse(self._one("To"))

    @kept
    def call_id(self) -> str:
        """The call's or registration's name (RFC 3261, section 20.8)."""
        text = self._one("Call-ID").strip(BLANK)
        if not text or " " in text or "\t" in text:
            raise ParseError("Call-ID is no word")
        return text

    @kept
    def cseq(self) -> CSeq:
        """The request's number and method (RFC 3261, section 20.16)."""
        return read_cseq(self._one("CSeq"))

    @property
    def star(self) -> bool:
        """Whether Contact is `*`: remove all bindings (RFC 3261, section 10.2.2)."""
        lines = self.headers.lines("Contact")
        return len(lines) == 1 and lines[0] == "*"

    @kept
    def contacts(self) -> tuple[Address, ...]:
        """All Contact values; none for `*`."""
        return () if self.star else self._list("Contact", Address.parse_list)

    @kept
    def routes(self) -> tuple[Address, ...]:
        """All Route values, the next hop first."""
        return self._list("Route", Address.parse_list)

    @kept
    def record_routes(self) -> tuple[Address, ...]:
        """All Record-Route values, the latest hop first."""
        return self._list("Record-Route", Address.parse_list)

    @kept
    def max_forwards(self) -> int | None:
        """How many more hops the request may take (0 to 255); None from elements older than RFC 3261."""
        return number(self._one("Max-Forwards"), 255) if "Max-Forwards" in self.headers else None

    @kept
    def expires(self) -> int | None:
        """Seconds; 3600 for what cannot be read, the largest possible for what is larger."""
        text = self.headers.get("Expires")
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()):
            return DEFAULT_EXPIRES
        return min(int(text[:20]), 2**32 - 1)

    @kept
    def content_type(self) -> str:
        """The body's type in lower case and without parameters, or ""."""
        return media_type(self.headers.get("Content-Type") or "")

    @kept
    def sdp(self) -> bytes:
        """The body if it is SDP, the SDP part of a multipart body, else b""."""
        return session_description(self.headers.get("Content-Type") or "", self.body) if self.body else b""

    def _one(self, name: str) -> str:
        """The value of a header that must be there exactly once."""
        lines = self.headers.lines(name)
        if len(lines) != 1:
            raise ParseError(f"{name} is {'there twice' if lines else 'missing'}")
        return lines[0]

    def _list(self, name: str, parse: Callable[[str], tuple[T, ...]]) -> tuple[T, ...]:
        lines = self.headers.lines(name)
        if len(lines) == 1:
            return parse(lines[0])
        values = tuple(value for line in lines[: MOST_VALUES + 1] for value in parse(line))
        if len(values) > MOST_VALUES:
            raise ParseError(f"more than {MOST_VALUES} values of {name}")
        return values
