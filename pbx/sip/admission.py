"""The checks that every new request must pass before anything is done for it (RFC 3261, 8.2)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from pbx.sip.accept import accepts
from pbx.sip.flow import Flow
from pbx.sip.grammar import ParseError
from pbx.sip.message import Request, Response
from pbx.sip.multipart import SDP

METHODS = (
    "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "UPDATE", "PRACK", "INFO",
    "REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "REFER",
)  # fmt: skip
"""What `Allow` names; the layer above may still refuse those it gets."""

EXTENSIONS = ("100rel", "timer")
"""What `Supported` names (RFC 3262, RFC 4028)."""

SESSION_METHODS = frozenset({"INVITE", "ACK", "BYE", "UPDATE", "PRACK", "INFO", "OPTIONS"})
"""What an INVITE session deals with itself."""

_WITH_OFFERS = frozenset({"INVITE", "UPDATE", "PRACK", "ACK"})
_WITH_ANSWERS = frozenset({"UPDATE", "PRACK"})
"""Methods whose answers describe a session if the request does; answers to INVITE always may."""
_SCHEMES = frozenset({"sip", "sips", "tel"})
_UNREQUIRED = frozenset({"ACK", "CANCEL"})


RETRY = "5"
"""Seconds after which a sender we put off may try again, and before which it must send nothing (RFC 3261, 20.33)."""


class Verdict(Enum):
    """What becomes of a request before anything is done for it."""

    TAKEN = "taken"
    PUT_OFF = "put off"
    """Answered 503, without any state."""
    DROPPED = "dropped"


class RateLimiter(Protocol):
    """Decides who sends too many requests."""

    def judge(self, request: Request, flow: Flow, *, known: bool) -> Verdict:
        """What becomes of a request; `known` if it belongs to a dialog or a transaction of ours."""


class NoRateLimiter:
    """Takes everything."""

    def judge(self, request: Request, flow: Flow, *, known: bool) -> Verdict:
        """Take it."""
        return Verdict.TAKEN


def refusal(request: Request, methods: Sequence[str], extensions: Sequence[str]) -> Response | None:
    """The response to a request that goes no further, or None; in the RFC's order, from 8.2.1 to 8.2.3."""
    if request.cseq.method != request.method:
        return request.reply(400, "CSeq Method Mismatch")
    if request.method not in methods:
        return request.reply(405, headers=(("Allow", ", ".join(methods)),))
    if request.uri.scheme not in _SCHEMES:
        return request.reply(416)
    if request.max_forwards == 0 and not request.to.tag:
        return request.reply(483)
    if "Require" in request.headers and request.method not in _UNREQUIRED:
        try:
            unknown = [word for word in request.headers.values("Require") if word.lower() not in extensions]
        except ParseError:
            return request.reply(400, "Require Cannot Be Read")
        if unknown:
            return request.reply(420, headers=(("Unsupported", ", ".join(unknown)),))
    if request.method == "INVITE" and len(request.contacts) != 1:
        return request.reply(400, "One Contact Expected")
    if request.body and request.method in _WITH_OFFERS and (response := _body_refusal(request)) is not None:
        return response
    described = request.method == "INVITE" or (request.method in _WITH_ANSWERS and request.sdp)
    if described and not accepts(request.headers, SDP):
        return request.reply(406, headers=(("Accept", SDP),))
    return None


def _body_refusal(request: Request) -> Response | None:
    """A body where only SDP makes sense must be SDP, or optional (8.2.3)."""
    headers = request.headers
    if "handling=optional" in (headers.get("Content-Disposition") or "").lower().replace(" ", ""):
        return None
    if any(coding != "identity" for coding in headers.words("Content-Encoding")):
        return request.reply(415, headers=(("Accept-Encoding", "identity"),))
    if request.content_type == SDP or request.sdp:
        return None
    if not request.content_type:
        return request.reply(400, "Content-Type Is Missing")
    return request.reply(415, headers=(("Accept", SDP),))
