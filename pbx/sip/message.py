"""Requests and responses: read from and written to bytes (RFC 3261, section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pbx.sip.address import Address
from pbx.sip.fields import CSeq, Fields, kept
from pbx.sip.grammar import BLANK, ParseError, is_token, number
from pbx.sip.headers import FIELD_NAMES, Headers, field_name
from pbx.sip.reasons import REASONS
from pbx.sip.uri import Uri
from pbx.sip.via import COOKIE

__all__ = ["LARGEST", "CSeq", "Message", "ParseError", "Request", "Response", "parse"]

LARGEST = 65_535
"""Bytes of the largest message that is read."""

_DIALOG_MAKERS = frozenset({"INVITE", "SUBSCRIBE", "REFER", "NOTIFY"})
_CONTROLS = bytes(code for code in range(32) if code not in b"\t") + b"\x7f"
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_LONE_CONTROL = re.compile(rb"\r|(?<!\\)(?:\\\\)*+[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = re.compile("[\r\n]+")
_VERSION = re.compile(r"SIP/[0-9]+\.[0-9]+", re.IGNORECASE)
_STATUS = re.compile(r"([1-6][0-9]{2})(?: (.*))?")
_COUNTED = re.compile(r"[0-9]++[ \t]++([^ \t]++)")
_NOBODY = Uri("sip", host="anonymous.invalid")
"""Stands for an address that could not be read in a request that is answered with 400."""


@dataclass(frozen=True)
class Request(Fields):
    """A request (RFC 3261, section 7.1); a value: `with_headers` makes another."""

    method: str
    """Case matters: `invite` is not INVITE."""
    uri: Uri
    headers: Headers
    body: bytes = field(default=b"", repr=False)

    def __bytes__(self) -> bytes:
        """As it goes on the wire, with the right Content-Length."""
        return self._printed

    @kept
    def _printed(self) -> bytes:
        return _print(f"{self.method} {self.uri} SIP/2.0", self.headers, self.body)

    def with_headers(self, headers: Headers) -> Request:
        """The same request with other headers."""
        return Request(self.method, self.uri, headers, self.body)

    def reply(
        self,
        status: int,
        reason: str = "",
        *,
        tag: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        content_type: str = "",
    ) -> Response:
        """A response to this request (RFC 3261, sections 8.2.6 and 12.1.1).

        Via, From, Call-ID, CSeq and Timestamp are copied, To gets `tag` if it has none, Record-Route is copied where
        a dialog begins. The usual reason phrase stands in for an empty one.
        """
        lines = self.headers.lines
        items = [("Via", value) for value in lines("Via")]
        if 100 < status < 300 and self.method in _DIALOG_MAKERS:
            items += [("Record-Route", value) for value in lines("Record-Route")]
        items += [("From", value) for value in lines("From")[:1]]
        items += [("To", self._tagged(value, tag)) for value in lines("To")[:1]]
        items += [(name, value) for name in ("Call-ID", "CSeq", "Timestamp") for value in lines(name)[:1]]
        items += headers
        if content_type:
            items.append(("Content-Type", content_type))
        return Response(status, reason or REASONS.get(status, "Unknown"), Headers(items), body)

    def _tagged(self, to: str, tag: str) -> str:
        """To's value with our tag, unless it has one or cannot be read."""
        try:
            return to if not tag or self.to.tag else f"{to.rstrip(BLANK + ';')};tag={tag}"
        except ParseError:
            return to


@dataclass(frozen=True)
class Response(Fields):
    """A response (RFC 3261, section 7.2); a value: `with_headers` makes another."""

    status: int
    reason: str
    headers: Headers
    body: bytes = field(default=b"", repr=False)

    def __bytes__(self) -> bytes:
        """As it goes on the wire, with the right Content-Length."""
        return self._printed

    @kept
    def _printed(self) -> bytes:
        return _print(f"SIP/2.0 {self.status} {self.reason}", self.headers, self.body)

    def with_headers(self, headers: Headers) -> Response:
        """The same response with other headers."""
        return Response(self.status, self.reason, headers, self.body)


Message = Request | Response


def parse(data: bytes) -> Message:
    """Read one message: a datagram, or what `framing` cut out of a stream; raises ParseError and nothing else.

    Folded lines, compact names, lines that end with LF alone and Latin-1 text are understood. Content-Length may be
    missing; what is behind it is cut off. All fields that `Fields` types are checked, but for Expires.
    """
    lines, body, flaw = _lines(data)
    first = lines.pop(0)
    headers, index, broken = _headers(lines)
    if broken and any(line[:1] in BLANK for line in lines):
        headers, index, broken = _headers(_unfolded(lines))
    try:
        if flaw or broken:
            raise ParseError(flaw or broken)
        message = _started(first, headers, _measured(body, index.pop("Content-Length", ())))
        _check(message, index)
    except ParseError as error:
        error.recoverable = _recovered(first, headers)
        raise
    return message


def _lines(data: bytes) -> tuple[list[str], bytes, str]:
    """The lines before the first empty one, what is behind it, and what is wrong, or ""."""
    if len(data) > LARGEST:
        raise ParseError(f"more than {LARGEST} bytes", 513)
    if data[:1] in (b"\r", b"\n"):  # RFC 3261, 7.5
        data = data.lstrip(b"\r\n")
    head, end, body = data.partition(b"\r\n\r\n")
    lines = _text(head).split("\r\n")
    if end and len(head.translate(None, _CONTROLS)) + 2 * (len(lines) - 1) == len(head):
        return lines, body, ""
    # Lines that end with LF alone, control characters (some are allowed in quoted pairs), or no end.
    empty = _EMPTY_LINE.search(data)
    if empty is not None:
        head, body = data[: empty.start()], data[empty.end() :]
    head = head.replace(b"\r\n", b"\n")
    flaw = "" if empty else "the header does not end"
    if _LONE_CONTROL.search(head):
        flaw = "a control character, or a CR that ends no line"
    return _text(head).split("\n"), body, flaw


def _text(head: bytes) -> str:
    try:
        return head.decode()
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _unfolded(lines: list[str]) -> list[str]:
    """The lines with those that begin with white space joined to the ones before them (RFC 3261, 7.3.1)."""
    groups: list[list[str]] = []
    for line in lines:
        if groups and line[:1] in BLANK:
            groups[-1].append(line.strip(BLANK))
        else:
            groups.append([line])
    return [" ".join(group) for group in groups]


def _headers(lines: list[str]) -> tuple[Headers, dict[str, list[str]], str]:
    """The header fields, their values by name with those of Content-Length, and what is wrong with a line, or ""."""
    items: list[tuple[str, str]] = []
    index: dict[str, list[str]] = {}
    known = FIELD_NAMES.get
    broken = ""
    for line in lines:
        name, colon, value = line.partition(":")
        key = known(name) or field_name(name)
        if not (key and colon):
            broken = f"no header field: {line[:60]!r}"
            continue
        value = value.strip(BLANK)
        if key in index:
            index[key].append(value)
        else:
            index[key] = [value]
        items.append((key, value))
    if "Content-Length" in index:
        items = [item for item in items if item[0] != "Content-Length"]
    return Headers.indexed(tuple(items), index), index, broken


def _started(first: str, headers: Headers, body: bytes) -> Message:
    """The message that a start line begins; raises ParseError."""
    if first[:8].upper() == "SIP/2.0 ":
        match = _STATUS.fullmatch(first, 8)
        if match is None:
            raise ParseError(f"no status line: {first[:60]!r}")
        return Response(int(match.group(1)), match.group(2) or "", headers, body)
    method, _, rest = first.partition(" ")
    uri, _, version = rest.rpartition(" ")
    if version.upper() != "SIP/2.0":
        raise ParseError(f"no start line: {first[:60]!r}", 505 if _VERSION.fullmatch(version) else 400)
    if not is_token(method):
        raise ParseError(f"no method: {method[:60]!r}")
    request = Request(method, Uri.parse(uri), headers, body)
    if request.uri.headers:  # they are not allowed there (RFC 3261, table 1) and would be a way to smuggle a Route
        raise ParseError("the Request-URI has headers")
    return request


def _measured(body: bytes, lengths: Sequence[str]) -> bytes:
    """As much of the body as Content-Length says; raises ParseError if it is not all there."""
    if not lengths:
        return body
    length = number(lengths[0])
    if any(number(other) != length for other in lengths[1:]):
        raise ParseError("two values of Content-Length")
    if length > len(body):
        raise ParseError("the body is shorter than Content-Length")
    return body[:length]


def _check(message: Message, index: dict[str, list[str]]) -> None:
    """Look at every typed field, so that no later look can fail; raises ParseError."""
    _ = message.vias, message.from_, message.to, message.call_id
    method = message.cseq.method
    if isinstance(message, Request):
        if method != message.method:
            raise ParseError("CSeq names another method")
        if message.via.branch == COOKIE:
            raise ParseError("the branch is empty")
    if "Max-Forwards" in index:
        _ = message.max_forwards
    if "Contact" in index:
        _ = message.contacts
    if "Route" in index:
        _ = message.routes
    if "Record-Route" in index:
        _ = message.record_routes


def _recovered(first: str, headers: Headers) -> Request | None:
    """What can be answered of a request that is broken somewhere, or None."""
    counted = _COUNTED.fullmatch(headers.get("CSeq") or "")
    if counted is None or first[:4].upper() == "SIP/":
        return None
    method = first.partition(" ")[0]
    if not is_token(method):
        method = counted.group(1)
    if "ACK" in (method, counted.group(1)) or not is_token(method):
        return None
    if not headers.get("From") or not headers.get("Call-ID"):
        return None
    once = [(name, headers.get(name) or "") for name in ("From", "To", "Call-ID", "CSeq") if name in headers]
    request = Request(method, _NOBODY, Headers([*(("Via", value) for value in headers.all("Via")), *once]))
    try:
        _ = request.vias
    except ParseError:
        return None
    for name, instead in (
        ("from_", Address(_NOBODY)),
        ("to", Address(_NOBODY)),
        ("cseq", CSeq(0, method)),
        ("call_id", headers.get("Call-ID")),
    ):
        try:
            getattr(request, name)
        except ParseError:
            request.__dict__[name] = instead
    return request


def _print(first: str, headers: Headers, body: bytes) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers if name != "Content-Length")]
    lines.append(f"Content-Length: {len(body)}")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or text.count("\r") != len(lines) - 1:
        text = "\r\n".join(_BREAKS.sub(" ", line) for line in lines)  # a value of ours must not become a header
    return text.encode(errors="replace") + b"\r\n\r\n" + body
