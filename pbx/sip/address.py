"""Addresses of From, To, Contact, Route and their like: name-addr or addr-spec with parameters (RFC 3261, 20.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import lru_cache

from pbx.sip.grammar import (
    BLANK,
    Params,
    ParseError,
    few,
    find,
    harmless,
    print_params,
    quote,
    read_params,
    replace,
    split,
    unquote,
)
from pbx.sip.uri import Uri

_NAME_ADDR = re.compile(r'[ \t]*+(?:("(?:[^"\\]|\\.)*+")[ \t]*+|([^"<>,]*+))<([^<>]*+)>')
_LONG = 512


@dataclass(frozen=True, slots=True)
class Address:
    """A URI, the name shown for it, and the header's own parameters (such as the tag)."""

    uri: Uri
    display: str = ""
    """Without quotes; control characters were replaced by U+FFFD."""
    params: Params = ()

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read one address; raises ParseError. Parameters behind a URI without <> are the header's."""
        return _cached(text) if len(text) <= _LONG else _parse(text)

    @classmethod
    def parse_list(cls, text: str) -> tuple[Address, ...]:
        """Read addresses separated by commas; raises ParseError."""
        if "," not in text:
            return (cls.parse(text),)
        return tuple(cls.parse(item) for item in few(split(text)))

    def __str__(self) -> str:
        """As it goes on the wire, always with <>."""
        name = quote(self.display) + " " if self.display else ""
        return f"{name}<{self.uri}>{print_params(self.params)}"

    @property
    def tag(self) -> str:
        """The tag parameter, or ""."""
        return find(self.params, "tag") or ""

    def param(self, name: str) -> str | None:
        """A header parameter's value: "" if it has none, None if it is not there."""
        return find(self.params, name)

    def with_param(self, name: str, value: str | None = None) -> Address:
        """The same address with a header parameter set (or, with None, present without a value)."""
        return changed(self, params=replace(self.params, name, value))


def _parse(text: str) -> Address:
    match = _NAME_ADDR.match(text)
    if match is not None:
        quoted, bare, uri = match.groups()
        display = unquote(quoted) if quoted else harmless(bare.strip(BLANK))
        return Address(Uri.parse(uri), display, read_params(text, match.end()))
    uri, semicolon, params = text.partition(";")
    if "?" in uri or "," in uri:  # RFC 3261, 20: such a URI must stand in <>
        raise ParseError(f"not in brackets: {uri[:60]!r}")
    return Address(Uri.parse(uri.strip(BLANK)), "", read_params(semicolon + params))


_cached = lru_cache(1024)(_parse)
