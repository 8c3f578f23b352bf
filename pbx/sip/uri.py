"""SIP and SIPS URIs (RFC 3261, section 19.1), and other URIs kept whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from dataclasses import replace as changed
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from pbx.sip.grammar import Params, ParseError, find, replace
from pbx.sip.grammar import host as read_host

_NEVER = '\\x00-\\x20\\x7f-\\xa0\\u2028\\u2029<>"'
_SIP = re.compile(
    rf"(?:([^@:{_NEVER}]++)(?::([^@{_NEVER}]*+))?@)?"  # user:password@
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9_.\-]++)(?::([0-9]{1,5}))?"  # host:port
    rf"((?:;[^;?@{_NEVER}]++)*+)(?:\?([^{_NEVER}]*+))?"  # ;parameters?headers
)
_OTHER = re.compile(rf"([A-Za-z][A-Za-z0-9+.\-]*+):([^{_NEVER}]++)")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_ASCII = re.compile(r"%([2-6][0-9A-Fa-f]|7[0-9A-Ea-e])")
_KEPT = re.compile(r"%25(?=0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[Ff]|[89A-Fa-f][0-9A-Fa-f])")
_MATTERS = ("user", "ttl", "method", "maddr", "transport")
_LONG = 512


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI; compare with `==` for the same spelling of parts, with `matches` for RFC 3261's equality.

    A parsed one prints exactly as it was written, because peers compare their own URIs byte by byte.
    """

    scheme: str = "sip"
    """In lower case."""
    user: str | None = None
    """Unescaped, except that escapes of control characters and of no valid UTF-8 stay as they are (`%00`)."""
    password: str | None = field(default=None, repr=False)
    host: str = ""
    """In lower case; an IPv6 address without its brackets."""
    port: int | None = None
    params: Params = ()
    """Unescaped; names in lower case, None for one without a value."""
    headers: Params = ()
    """What follows the question mark, unescaped."""
    opaque: str = ""
    """All that follows the scheme, if that is neither sip nor sips."""
    _text: str = field(default="", init=False, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read an addr-spec or an absolute URI without any white space; raises ParseError."""
        return _cached(text) if len(text) <= _LONG else _parse(text)

    def __str__(self) -> str:
        """As it goes on the wire."""
        return self._text or self._written()

    def param(self, name: str) -> str | None:
        """A parameter's value: "" if it has none, None if it is not there."""
        return find(self.params, name)

    def with_param(self, name: str, value: str | None = None) -> Uri:
        """The same URI with a parameter set (or, with None, present without a value)."""
        return changed(self, params=replace(self.params, name, value))

    def matches(self, other: Uri) -> bool:
        """Whether both name the same resource (RFC 3261, section 19.1.4)."""
        if (self.scheme, self.user, self.password, self.host, self.port, self.opaque) != (
            other.scheme,
            other.user,
            other.password,
            other.host,
            other.port,
            other.opaque,
        ):
            return False
        mine, theirs = _folded(self.params), _folded(other.params)
        both = (mine.keys() & theirs.keys()) | {name for name in _MATTERS if name in mine or name in theirs}
        return all(mine.get(name, ...) == theirs.get(name, ...) for name in both) and sorted(
            _folded(self.headers).items()
        ) == sorted(_folded(other.headers).items())

    def _written(self) -> str:
        if self.opaque:
            return f"{self.scheme}:{self.opaque}"
        user = "" if self.user is None else _escape(self.user, "!~*'()&=+$/")
        if self.password is not None:
            user += ":" + _escape(self.password, "!~*'()&=+$,")
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        params = "".join(";" + _pair(name, value, "!~*'()[]/:&+$") for name, value in self.params)
        headers = "&".join(_pair(name, value or "", "!~*'()[]/?:+$") for name, value in self.headers)
        return f"{self.scheme}:{user}{'@' if user else ''}{host}{port}{params}{'?' if headers else ''}{headers}"


def _parse(text: str) -> Uri:
    scheme, _, rest = text.partition(":")
    scheme = scheme.lower()
    uri = _sip(scheme, rest) if scheme in ("sip", "sips") else _other(text)
    object.__setattr__(uri, "_text", text)  # not an init field, so that dataclasses.replace() forgets it
    return uri


_cached = lru_cache(1024)(_parse)


def _sip(scheme: str, rest: str) -> Uri:
    match = _SIP.fullmatch(rest)
    if match is None:
        raise ParseError(f"no SIP URI: {rest[:60]!r}")
    user, password, host, port, params, headers = match.groups()
    if port is not None and not 0 < int(port) < 65536:
        raise ParseError(f"no port: {port}")
    return Uri(
        scheme,
        user and unescape(user),
        password and unescape(password),
        read_host(host),
        None if port is None else int(port),
        tuple(_parted(item, lower=True) for item in params[1:].split(";")) if params else (),
        tuple(_parted(item) for item in headers.split("&") if item) if headers else (),
    )


def _other(text: str) -> Uri:
    match = _OTHER.fullmatch(text)
    if match is None:
        raise ParseError(f"no URI: {text[:60]!r}")
    return Uri(match.group(1).lower(), opaque=match.group(2))


def _parted(item: str, lower: bool = False) -> tuple[str, str | None]:
    name, equals, value = item.partition("=")
    name = unescape(name)
    return name.lower() if lower else name, unescape(value) if equals else None


def unescape(text: str) -> str:
    """The text with its escapes read, but for those of control characters and of no valid UTF-8."""
    return _ESCAPES.sub(_meaning, text) if "%" in text else text


def _meaning(escapes: re.Match[str]) -> str:
    """What a run of escapes says; only its ASCII if it hides a control character or is not UTF-8."""
    try:
        said = unquote_to_bytes(escapes.group()).decode()
    except UnicodeDecodeError:
        said = "\0"
    return said if said.isprintable() else _ASCII.sub(lambda pair: chr(int(pair.group(1), 16)), escapes.group())


def _escape(text: str, safe: str) -> str:
    return _KEPT.sub("%", quote(text, safe, errors="replace"))


def _pair(name: str, value: str | None, safe: str) -> str:
    return _escape(name, safe) + ("" if value is None else "=" + _escape(value, safe))


def _folded(params: Params) -> dict[str, str]:
    return {name.lower(): (value or "").lower() for name, value in params}
