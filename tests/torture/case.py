"""One torture message and what must come back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A message after the description of one section of RFC 4475 or RFC 5118; the words in it are ours."""

    name: str
    """The RFC's own name for it."""
    section: str
    data: bytes
    valid: bool
    """Whether `parse` reads it."""
    answers: tuple[int | None, ...] = ()
    """The statuses that may come back, None for silence; empty: what the layers above the stack decide."""


def lines(text: str, body: bytes = b"") -> bytes:
    """A message written over several lines: they end with CRLF; `{length}` stands for the body's."""
    head = text.lstrip("\n").replace("\n", "\r\n").replace("{length}", str(len(body)))
    return head.encode() + b"\r\n" + body


SDP = (
    b"v=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n"
    b"m=audio 49217 RTP/AVP 0 12\r\na=rtpmap:31 LPC\r\n"
)
