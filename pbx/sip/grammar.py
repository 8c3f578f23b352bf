"""Words that all of SIP's fields are made of: tokens, quoted strings, parameters, numbers (RFC 3261, section 25).

What is read here is strict where leniency has been an attack (numbers, control characters) and lenient where
telephones are sloppy (white space, characters that a parameter's value may not hold).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbx.sip.message import Request

Params = tuple[tuple[str, str | None], ...]
"""Parameters in order: names in lower case, None as the value of one that has none."""

MOST_VALUES = 100
"""Vias, Contacts or Routes in one message: more is an attack or a loop."""

BLANK = " \t"
"""All the white space there is; `str.strip()` without it would also take U+0085 and U+2028."""

_TOKEN = r"[!%'*+\-.0-9A-Z_`a-z~]++"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_BARE_VALUE = r'[^\x00-\x20;,"<>?\x7f-\xa0\u2028\u2029]*+'
_BRACKETED = r'<[^\x00-\x20"<>\x7f-\xa0\u2028\u2029]*+>'  # an instance-id that lacks its quotes
_PARAM = re.compile(rf"[ \t]*+;[ \t]*+({_TOKEN})(?:[ \t]*+=[ \t]*+({_QUOTED}|{_BRACKETED}|{_BARE_VALUE}))?+")
_VALUE = re.compile(rf'(?:{_QUOTED}|<[^>]*+>|[^,"<]++)*')
"""Not possessive as a whole: before Python 3.11.5 (Debian 12 has 3.11.2) such a group goes on behind what did not
match, so that an unclosed quote passed. No two of its branches begin alike, so nothing is tried twice."""
_BARE = re.compile(r"[!%'*+\-.0-9A-Z_`a-z~\[\]:=/]+")
_PAIR = re.compile(r"\\(.)")
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_THREE_COLONS = re.compile(r":::(?=[0-9]+\.)")  # what RFC 3261's grammar allowed before IPv4 (RFC 5118, section 4.10)
_MOST_DIGITS = 20

is_token = re.compile(_TOKEN).fullmatch
"""Whether a whole text is one token (a method, a header's name); truthy or None."""


class ParseError(ValueError):
    """What was received is not SIP; the only exception that leaves a parser of this package."""

    def __init__(self, reason: str, status: int = 400, recoverable: Request | None = None) -> None:
        super().__init__(reason)
        self.status = status
        """What to answer if an answer is possible: 400, or 505 for another version of SIP."""
        self.recoverable = recoverable
        """Enough of the request to `reply` to it (Via, From, Call-ID and CSeq were there), or None: drop it.

        Always None for responses and ACKs, which are never answered.
        """


def number(text: str, limit: int = 2**32 - 1) -> int:
    """A number of ASCII digits up to `limit`; raises ParseError ('+5', ' 5', Arabic digits and 5,000 digits do)."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS) or (value := int(text)) > limit:
        raise ParseError(f"no number up to {limit}: {text[:30]!r}")
    return value


def host(text: str) -> str:
    """A host in lower case, an IPv6 reference without its brackets; raises ParseError if that is no address."""
    if text[0] != "[":
        return text.lower()
    address = _THREE_COLONS.sub("::", text[1:-1].lower(), count=1)
    try:
        IPv6Address(address)
    except ValueError:
        raise ParseError(f"no IPv6 address: {text[:60]!r}") from None
    return address


def harmless(text: str) -> str:
    """The text with each control character and line separator replaced by U+FFFD."""
    return _HIDDEN.sub("\ufffd", text)


def quote(text: str) -> str:
    """The text as a quoted string; control characters do not survive it."""
    return '"' + harmless(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """What a quoted string (with its quotes) says, made harmless."""
    inner = text[1:-1]
    return harmless(_PAIR.sub(r"\1", inner) if "\\" in inner else inner)


def split(text: str) -> Iterator[str]:
    """The stripped items of a comma-separated list; commas inside quotes and <> do not count.

    Empty items are yielded too; raises ParseError for a quote or bracket that is never closed.
    """
    if '"' not in text and "<" not in text:
        yield from (item.strip(BLANK) for item in text.split(","))
        return
    start = 0
    while match := _VALUE.match(text, start):
        yield match.group().strip(BLANK)
        start = match.end() + 1
        if start > len(text):
            return
        if text[start - 1] != ",":
            raise ParseError("a quote or bracket is not closed")


def few(items: Iterable[str]) -> Iterator[str]:
    """The items; raises ParseError at the one that is too many."""
    for count, item in enumerate(items):
        if count == MOST_VALUES:
            raise ParseError(f"more than {MOST_VALUES} values")
        yield item


def read_params(text: str, start: int = 0) -> Params:
    """The `;name=value` parameters from `start` to the end of the text; raises ParseError.

    Quoted values come without their quotes. One semicolon too many at the end is forgiven.
    """
    params: list[tuple[str, str | None]] = []
    while match := _PARAM.match(text, start):
        name, value = match.groups()
        params.append((name.lower(), unquote(value) if value and value[0] == '"' else value))
        start = match.end()
    if start < len(text) and text[start:].strip(BLANK) not in ("", ";"):
        raise ParseError(f"no parameter: {text[start : start + 30]!r}")
    return tuple(params)


def print_params(params: Iterable[tuple[str, str | None]]) -> str:
    """Parameters as they are written, each with its leading semicolon; quoted where they must be."""
    return "".join(
        f";{name}" if value is None else f";{name}={value if _BARE.fullmatch(value) else quote(value)}"
        for name, value in params
    )


def find(params: Params, name: str) -> str | None:
    """The value of the first parameter of that (lower-case) name: "" if it has none, None if it is not there."""
    for key, value in params:
        if key == name:
            return value or ""
    return None


def replace(params: Params, name: str, value: str | None) -> Params:
    """The parameters with one set: in its old place, or at the end."""
    if all(key != name for key, _ in params):
        return (*params, (name, value))
    return tuple((key, value if key == name else old) for key, old in params)
