"""Finds the session description in a body (RFC 3261, section 7.4.1; RFC 5621)."""

from __future__ import annotations

import re

SDP = "application/sdp"

_BOUNDARY = re.compile(r';[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]{1,70})"|([^ \t;,"]{1,70}))', re.IGNORECASE)
_TYPE = re.compile(rb"^(?:content-type|c)[ \t]*:[ \t]*application/sdp[ \t]*(?:;|\r|$)", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_MOST_PARTS = 32


def media_type(content_type: str) -> str:
    """The type and subtype of a Content-Type's value in lower case, without white space and parameters."""
    return content_type.partition(";")[0].lower().replace(" ", "").replace("\t", "")


def session_description(content_type: str, body: bytes) -> bytes:
    """The body if it is SDP, the first SDP part if it is a multipart, else b""."""
    kind = media_type(content_type)
    if kind == SDP:
        return body
    boundary = _BOUNDARY.search(content_type) if kind.startswith("multipart/") else None
    if boundary is None:
        return b""
    fence = b"--" + (boundary.group(1) or boundary.group(2)).encode()
    for part in body.split(fence, _MOST_PARTS)[1:]:
        head, found, content = _halves(part)
        if found and _TYPE.search(head):
            return content
    return b""


def _halves(part: bytes) -> tuple[bytes, bool, bytes]:
    """A part's header, whether it ends, and its content without the line break that belongs to the boundary."""
    blank = _BLANK_LINE.search(part)
    if blank is None:
        return b"", False, b""
    content = part[blank.end() :]
    return part[: blank.start()], True, content[: -2 if content.endswith(b"\r\n") else -1]
