"""What a form sent, read by rules of our own: cheap whatever is sent, also for a browser that means harm.

Bottle's reader takes minutes for 32 MB of nothing but line ends or tiny parts, and believes whatever charset a part
claims to have. Browsers send forms in UTF-8 (HTML, "Multipart form data") and parts as RFC 7578 has them.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from bottle import HTTPError

from webui.form import FormBody, Upload

MOST_FIELDS = 1000
_HEAD = 4096
"""Bytes of what stands above a part."""
_BOUNDARY = re.compile(r'multipart/form-data\s*;(?:[^"]*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.I | re.A)
_DISPOSITION = re.compile(rb"content-disposition:[ \t]*form-data[ \t]*;(.*)", re.I)
_PARAMETER = re.compile(rb'([a-z*]{1,20})="((?:[^"\\]|\\.)*)"', re.I | re.S)


def posted(request: Any) -> FormBody:
    """Fields and files of a POST. Raises bottle.HTTPError (400) when they did not arrive whole."""
    kind = request.get_header("Content-Type", "")
    body = request.body.read()
    if len(body) < request.content_length:
        raise HTTPError(400)
    if kind.lower().startswith("multipart/"):
        found = _BOUNDARY.match(kind)
        if found is None:
            raise HTTPError(400)
        return _parts(body, (found[1] or found[2]).encode("latin-1", "replace"))
    if kind.lower().partition(";")[0].strip() == "application/x-www-form-urlencoded":
        return _pairs(body)
    return FormBody({}, {})


def _pairs(body: bytes) -> FormBody:
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPError(400) from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return FormBody(values, {})


def _parts(body: bytes, boundary: bytes) -> FormBody:
    values: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for head, content in _cut(body, boundary):
        disposition = _disposition(head)
        if "name" not in disposition:
            raise HTTPError(400)
        if "filename" not in disposition:
            values.setdefault(disposition["name"], []).append(content.decode(errors="replace"))
        elif disposition["filename"]:  # else a file could have been chosen, and was not
            files[disposition["name"]] = Upload(disposition["filename"][-200:], content)
    return FormBody(values, files)


def _cut(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What stands above each part, and the part; without a second copy of the whole. Raises bottle.HTTPError."""
    seam = b"\r\n--" + boundary
    start = len(seam) - 2 if body.startswith(seam[2:]) else len(body)
    for _ in range(MOST_FIELDS):
        if body[start : start + 2] == b"--":
            return
        end = body.find(seam, start)
        split = body.find(b"\r\n\r\n", start, min(end, start + _HEAD))
        if end < 0 or split < 0:
            break
        yield body[start:split], body[split + 4 : end]
        start = end + len(seam)
    raise HTTPError(400)


def _disposition(head: bytes) -> dict[str, str]:
    """Name and file name in the lines above a part."""
    found = next((match for line in head.split(b"\r\n") if (match := _DISPOSITION.fullmatch(line))), None)
    pairs = _PARAMETER.findall(found[1]) if found else ()
    return {
        name.decode().lower(): re.sub(rb'\\(["\\])', rb"\1", value).decode(errors="replace") for name, value in pairs
    }
