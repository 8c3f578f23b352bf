"""Messages cut out of a stream of bytes (RFC 3261, section 18.3), and keep-alives (RFC 5626, section 3.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pbx.sip.message import LARGEST

_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*+:(.*(?:\n[ \t].*)*+)", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(rb"[!%'*+\-./0-9A-Z_`a-z~]*+(?: |\Z)")
_FIRST_LINE = re.compile(rb"(?=[!%'*+\-./0-9A-Z_`a-z~]*+ )(?:SIP/|[^ ]*+ .*SIP/)", re.IGNORECASE)
_DIGITS = re.compile(rb"[0-9]{1,10}")
_BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Ping:
    """The peer asks whether the connection still works (CRLF CRLF); the answer is one CRLF."""


class FramingError(ValueError):
    """Where the next message begins is not known any more: the connection has to be closed."""

    whole: Sequence[bytes | Ping] = ()
    """What had arrived whole before that, in order: it is to be answered all the same."""


class Framer:
    """Cuts one connection's bytes into messages; each begins with its start line and has its whole body."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._searched = 0
        self._due = 0
        self._begun = False
        """Whether the first line has come and may be one of SIP."""

    @property
    def halfway(self) -> bool:
        """Whether a message has begun and its end has not arrived: a slow client, if it stays so."""
        return bool(self._buffer.lstrip(b"\r\n"))

    def feed(self, data: bytes) -> list[bytes | Ping]:
        """What arrived whole with these bytes, in order.

        Raises FramingError if a message is larger than the limit, does not begin like one, or does not say exactly once
        how long its body is (Content-Length is mandatory on streams); the framer is of no use after that.
        """
        self._buffer += data
        found: list[bytes | Ping] = []
        try:
            while self._buffer and self._cut(found):
                pass
        except FramingError as error:
            error.whole = found
            raise
        return found

    def _cut(self, found: list[bytes | Ping]) -> bool:
        """Take what the buffer begins with; False if that is not all there."""
        if self._buffer[0] in b"\r\n":
            return self._keep_alive(found)
        message = self._message()
        if message is not None:
            found.append(message)
        return message is not None

    def _keep_alive(self, found: list[bytes | Ping]) -> bool:
        """Take the line ends between messages; whether something else follows them.

        A single CRLF is the answer to a ping of ours, or the first half of one of theirs: it stays until one knows.
        Several pings at once are one Ping, so that a flood of them makes no flood of answers.
        """
        rest = self._buffer.lstrip(b"\r\n")
        ends = self._buffer[: len(self._buffer) - len(rest)]
        if ends.startswith(b"\r\n\r\n"):
            found.append(Ping())
            ends = ends[len(ends) - len(ends) % 4 :]
        elif len(ends) > 4:
            ends = ends[:0]
        self._buffer = rest or ends
        return bool(rest)

    def _message(self) -> bytes | None:
        """The message at the start of the buffer, or None if it is not all there yet."""
        if not self._due:
            self._check_beginning()
            end = self._head_end()
            if end == 0:
                return None
            self._due = end + _content_length(bytes(self._buffer[:end]))
        if self._due > self._largest:
            raise FramingError(f"a message of more than {self._largest} bytes")
        if len(self._buffer) < self._due:
            return None
        message = bytes(self._buffer[: self._due])
        del self._buffer[: self._due]
        self._due = self._searched = 0
        self._begun = False
        return message

    def _check_beginning(self) -> None:
        """A first line, as far as it has come, is a word and a blank, and names SIP; nothing else ever ends."""
        if self._begun:
            return
        end = self._buffer.find(b"\n", self._searched)
        self._begun = end >= 0
        if not (_FIRST_LINE.match(self._buffer, 0, end) if self._begun else _WORD.match(self._buffer, 0, 100)):
            raise FramingError("it does not begin like a message")

    def _head_end(self) -> int:
        """Where the body begins, or 0 if the empty line has not come; no byte is searched over and over."""
        start = max(0, self._searched - 3)
        usual, bare = self._buffer.find(b"\n\r\n", start), self._buffer.find(b"\n\n", start)
        self._searched = len(self._buffer)
        if usual >= 0 and not 0 <= bare < usual:
            return usual + 3
        if bare >= 0:
            return bare + 2
        if len(self._buffer) > self._largest:
            raise FramingError(f"a header of more than {self._largest} bytes")
        return 0


def _content_length(head: bytes) -> int:
    values = {value.replace(b"\r", b"").strip(_BLANKS) for value in _LENGTH.findall(head)}
    if len(values) != 1 or not _DIGITS.fullmatch(value := values.pop()):
        raise FramingError("no Content-Length, or not one number")
    return int(value)
