"""A file from somebody's computer, handed on to the exchange: whole as a form sends it, or in a script's pieces."""

import base64
import json
from collections.abc import Callable
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.request import Request

GENTLE = 256 * 1024
"""Bytes handed over at once: reading a line of more keeps a Pi from the voices for too long."""


def brought(request: Request, verb: str, missing: str, page: Callable[[Any], str]) -> HTTPResponse:
    """Hand on what was sent; at the end the browser goes to the `page` that the last answer leads to.

    `missing` is said when nothing was chosen. Raises Refused, which a script gets as JSON instead.
    """
    sent = request.uploads.get("file")
    content = sent.content if sent else b""
    in_pieces = request.sent("piece") == "1"
    last = not in_pieces or request.sent("last") == "1"
    size = _number(request, "size") if in_pieces else len(content)
    try:
        if not content:
            raise Refused(missing, field="file")
        answer = _handed_on(request, verb, content, request.sent("upload"), _number(request, "at"), size, last)
    except Refused as refusal:
        if not in_pieces:
            raise
        answer = json.dumps({"error": request.said(refusal.said)})
        return HTTPResponse(answer, 422, [("Content-Type", "application/json")])
    if in_pieces:
        return request.json({"upload": answer["upload"], "page": page(answer) if last else ""})
    return request.see_other(page(answer))


def _handed_on(request: Request, verb: str, content: bytes, upload: str, at: int, size: int, last: bool) -> Any:
    """The exchange's answer to the last of the smaller pieces."""
    answer: Any = {"upload": upload}
    for start in range(0, len(content), GENTLE):
        data = base64.b64encode(content[start : start + GENTLE]).decode()
        is_last = last and start + GENTLE >= len(content)
        answer = request.ask(verb, data=data, upload=answer["upload"], at=at + start, size=size, last=is_last)
    return answer


def _number(request: Request, name: str) -> int:
    sent = request.sent(name)
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 16 else 0
