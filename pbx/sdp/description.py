"""Session descriptions as values: read what phones send, print what they understand (RFC 8866)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Attribute = tuple[str, str | None]
"""Name and value of an `a=` line; None for a bare flag."""

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

MAX_BYTES = 65_536
MAX_MEDIA = 32
MAX_FORMATS = 128

_REMEMBERED = 4096
"""Bytes; longer descriptions are read anew each time, so that remembering them costs no memory."""

_LONGEST_RTPMAP = 64

_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANKS = re.compile(r"[ \t]+")
_HOST = re.compile(r"[0-9A-Za-z.:\-]+", re.ASCII)
_RTPMAP = re.compile(r"([0-9]{1,3})\s+([^\s/]+)/([0-9]{1,6})(?:/([0-9]{1,2}))?\s*", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_TOKEN = re.compile(r"[!#$%&'*+\-./0-9A-Z^_`a-z{|}~]+", re.ASCII)
_DIRECTIONS: dict[str, Direction] = {
    "sendrecv": "sendrecv", "sendonly": "sendonly", "recvonly": "recvonly", "inactive": "inactive",
}  # fmt: skip


class SdpError(ValueError):
    """The text is no session description; the argument says why."""


class NotAcceptable(SdpError):
    """No stream both sides can do: 488 is due. The argument is the reason as a sentence."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The `o=` line: who made the session, and which version of it this is (RFC 8866, section 5.2)."""

    username: str = "-"
    session_id: int = 0
    version: int = 0
    host: str = "0.0.0.0"


@dataclass(frozen=True, slots=True)
class RtpMap:
    """An `a=rtpmap` line: what a payload type stands for (RFC 8866, section 6.6)."""

    payload_type: int
    name: str
    """Encoding name, upper case, as names are compared without case."""
    clock_rate: int
    """Hertz."""
    channels: int = 1


@dataclass(frozen=True, slots=True)
class Media:
    """One `m=` line and what stands below it (RFC 8866, section 5.14)."""

    kind: str
    """audio, video, image ..."""
    port: int
    """0: this stream is refused or switched off (RFC 3264, section 6)."""
    protocol: str
    """RTP/AVP, RTP/SAVP, udptl ..."""
    formats: tuple[str, ...]
    host: str = ""
    """Address of its own `c=` line; empty: the session's holds."""
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, name: str) -> str | None:
        """The first value of the attribute; an empty string for a flag, None if it is not there."""
        return next(self.values(name), None)

    def values(self, name: str) -> Iterator[str]:
        """All values of the attribute, in order."""
        return (value or "" for key, value in self.attributes if key == name)

    @property
    def direction(self) -> Direction | None:
        """The stream's own direction attribute; the last one counts when a sloppy peer wrote two."""
        return _direction(self.attributes)

    @property
    def rtpmaps(self) -> dict[int, RtpMap]:
        """The readable rtpmap lines by payload type."""
        maps = (_rtpmap(value) for value in self.values("rtpmap") if len(value) <= _LONGEST_RTPMAP)
        return {found.payload_type: found for found in maps if found}


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description. Lines that the exchange has no use for (b=, i=, k=, e= ...) are not kept."""

    origin: Origin
    media: tuple[Media, ...] = ()
    host: str = ""
    """Address of the session's `c=` line; empty when only streams have one."""
    attributes: tuple[Attribute, ...] = ()
    name: str = "-"

    def host_of(self, media: Media) -> str:
        """Where the stream's packets are wanted: its own `c=`, else the session's."""
        return media.host or self.host

    def direction_of(self, media: Media) -> Direction:
        """The stream's direction, else the session's, else sendrecv (RFC 8866, section 6.7)."""
        return media.direction or _direction(self.attributes) or "sendrecv"

    def __bytes__(self) -> bytes:
        """The text as it goes into a message body."""
        origin = self.origin
        lines = [
            "v=0",
            f"o={origin.username} {origin.session_id} {origin.version} {_printed_host(origin.host)}",
            f"s={self.name}",
        ]
        lines += [f"c={_printed_host(self.host)}"] if self.host else []
        lines += ["t=0 0", *_printed_attributes(self.attributes)]
        for media in self.media:
            lines.append(f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}")
            lines += [f"c={_printed_host(media.host)}"] if media.host else []
            lines += _printed_attributes(media.attributes)
        return "".join(f"{line}\r\n" for line in lines).encode()


def parse(data: bytes) -> SessionDescription:
    """Read a session description; SdpError is the only thing it raises.

    Strict where a wrong reading would do harm (ports, payload types, addresses of voice are plain ASCII digits),
    tolerant of what phones get wrong: line ends, unknown lines, missing `s=` or `t=`, port counts, attributes nobody
    can read; and of all that nobody here needs: `o=`, and streams that are off or no audio, whatever their lines say.
    """
    if len(data) > MAX_BYTES:
        raise SdpError("the session description is longer than 64 kB")
    return _read_before(data) if len(data) <= _REMEMBERED else _read(data)


def _read(data: bytes) -> SessionDescription:
    if b"\0" in data:
        raise SdpError("the session description holds a NUL")
    lines = _lines(data.decode("utf-8", "replace"))
    if next(lines, None) != ("v", "0"):
        raise SdpError("a session description begins with v=0")
    session, streams = _sections(lines)
    media = tuple(_media(section) for section in streams)
    origin = next((_origin(value) for key, value in session if key == "o"), None)
    if origin is None:
        raise SdpError("the o= line is missing")
    return SessionDescription(
        origin=origin,
        media=media,
        host=_host(session, needed=any(each.kind == "audio" and each.port and not each.host for each in media)),
        attributes=_attributes(session),
        name=next((value for key, value in session if key == "s" and value), "-"),
    )


_read_before = lru_cache(maxsize=256)(_read)
"""Each description is looked at several times in a row while a call is set up."""

_Line = tuple[str, str]


def _lines(text: str) -> Iterator[_Line]:
    """Type and value of each line. Only CR and LF end a line: str.splitlines() knows too many others."""
    for raw in _LINE_END.split(text):
        line = raw.strip(" \t")
        if len(line) > 1 and line[1] == "=":
            yield line[0], line[2:].strip(" \t")
        elif line:
            raise SdpError("a line of the session description is not of the form x=value")


def _fields(value: str) -> list[str]:
    """Split at blanks only: str.split() also takes separators of Unicode, which then are printed back as others."""
    return _BLANKS.split(value)


def _sections(lines: Iterable[_Line]) -> tuple[list[_Line], list[list[_Line]]]:
    """The session's own lines, and one list of lines for each stream."""
    session: list[_Line] = []
    streams: list[list[_Line]] = []
    current = session
    for line in lines:
        if line[0] == "m":
            if len(streams) == MAX_MEDIA:
                raise SdpError(f"there are more than {MAX_MEDIA} m= lines")
            current = []
            streams.append(current)
        current.append(line)
    return session, streams


def _origin(value: str) -> Origin:
    """What is readable of it: nobody here compares sessions or versions."""
    fields = _fields(value)
    if len(fields) < 6:
        return Origin()
    session_id, version, _, _, host = fields[-5:]  # some devices write a user name with blanks
    numbers = [int(text) if _NUMBER.fullmatch(text) else 0 for text in (session_id, version)]
    return Origin(fields[0], numbers[0], numbers[1], host)


def _media(section: list[_Line]) -> Media:
    kind, port, protocol, *formats = [*_fields(section[0][1]), "", "", ""][: MAX_FORMATS + 3]
    formats = [name for name in formats if name]
    port = port.partition("/")[0]
    if kind.lower() != "audio" or (port and not port.strip("0")):
        return _unneeded(section, kind, port, protocol, formats)
    if not formats or not all(_TOKEN.fullmatch(field) for field in (protocol, *formats)):
        raise SdpError("an m= line cannot be read")
    return Media(
        kind="audio",
        port=number(port, 65_535),
        protocol=protocol,
        formats=tuple(formats),
        host=_host(section),
        attributes=_attributes(section),
    )


def _unneeded(section: list[_Line], kind: str, port: str, protocol: str, formats: list[str]) -> Media:
    """A stream that is off, or will be refused: it keeps its place, and what cannot be read of it does not matter."""
    return Media(
        kind=kind.lower() if _TOKEN.fullmatch(kind) else "application",
        port=int(port) if _PORT.fullmatch(port) and int(port) < 65_536 else 0,
        protocol=protocol if _TOKEN.fullmatch(protocol) else "RTP/AVP",
        formats=tuple(name for name in formats if _TOKEN.fullmatch(name)),
        host=_host(section, needed=False),
        attributes=_attributes(section),
    )


def _host(section: list[_Line], *, needed: bool = True) -> str:
    """The address of the section's first `c=` line, without a multicast TTL; empty if it is not there.

    One that cannot be read raises SdpError if it is `needed`.
    """
    value = next((value for key, value in section if key == "c"), None)
    if value is None:
        return ""
    fields = [*_fields(value), "", "", ""]
    host = fields[2].partition("/")[0]
    known = fields[0].upper() == "IN" and fields[1].upper() in ("IP4", "IP6") and not any(fields[3:])
    if known and _HOST.fullmatch(host):
        return host
    if needed:
        raise SdpError("a c= line cannot be read")
    return ""


def _attributes(section: list[_Line]) -> tuple[Attribute, ...]:
    found: list[Attribute] = []
    for key, line in section:
        if key != "a":
            continue
        name, colon, value = line.partition(":")
        if _TOKEN.fullmatch(name):  # RFC 8866, section 5.13: an attribute that is not understood is ignored
            found.append((name, value.strip(" \t") if colon else None))
    return tuple(found)


def _direction(attributes: tuple[Attribute, ...]) -> Direction | None:
    named = [_DIRECTIONS[key] for key, _ in attributes if key in _DIRECTIONS]
    return named[-1] if named else None


@lru_cache(maxsize=512)
def _rtpmap(value: str) -> RtpMap | None:
    """A readable rtpmap, else None: one wrong line must not cost the call."""
    match = _RTPMAP.fullmatch(value)
    if not match or int(match[1]) > 127:
        return None
    return RtpMap(int(match[1]), match[2].upper(), int(match[3]), int(match[4] or 1))


def number(text: str, largest: int) -> int:
    """Plain ASCII digits as a number up to `largest`: int() alone also takes signs, spaces, other scripts' digits.

    Raises SdpError.
    """
    if not _NUMBER.fullmatch(text) or int(text) > largest:
        raise SdpError("a number of the session description cannot be read")
    return int(text)


def ip_version(host: str) -> int | None:
    """4 or 6 for a literal address, None for a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


def _printed_host(host: str) -> str:
    return f"IN IP{6 if ':' in host else 4} {host}"


def _printed_attributes(attributes: tuple[Attribute, ...]) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]
