"""The INVITE client transaction (RFC 3261, 17.1.1, with RFC 6026, 7.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.message import Request, Response
from pbx.sip.transactions.effects import FINISH, Effects, Failure, Send, Start, Stop, Tell
from pbx.sip.transactions.timers import T1

TIMER_D = 32.0
"""How long copies of a final response are acknowledged on UDP, seconds."""

State = Literal["calling", "proceeding", "completed", "accepted", "terminated"]


class InviteClient:
    """Sends an INVITE until something comes back, acknowledges refusals, and passes on every 2xx.

    Timers: A repeats the INVITE, B gives up, C gives up on a peer that only rings (a proxy's timer, 16.6, but nothing
    may live for ever here), D absorbs copies of a refusal, M waits for 2xx of other forks.
    """

    __slots__ = ("_ack", "_interval", "_patience", "flow", "request", "state")

    def __init__(self, request: Request, flow: Flow, patience: float = 180.0) -> None:
        self.request = request
        self.flow = flow
        self.state: State = "calling"
        self._patience = patience
        """Timer C: how long provisional responses may fail to come or to become a final one, seconds."""
        self._interval = T1
        self._ack: Request | None = None

    def start(self) -> Effects:
        """Send the INVITE."""
        if self.flow.reliable:
            return (Send(self.request, self.flow), Start("B", 64 * T1))
        return (Send(self.request, self.flow), Start("A", T1), Start("B", 64 * T1))

    def receive_response(self, response: Response) -> Effects:
        """A response with our branch arrived."""
        status = response.status
        if self.state in ("calling", "proceeding"):
            waiting: Effects = (Stop("A"), Stop("B")) if self.state == "calling" else (Stop("C"),)
            if status < 200:
                self.state = "proceeding"
                return (*waiting, Start("C", self._patience), Tell(response))
            if status < 300:
                self.state = "accepted"
                return (*waiting, Start("M", 64 * T1), Tell(response))
            return (*waiting, *self._refused(response))
        if self.state == "accepted" and 200 <= status < 300:
            return (Tell(response),)
        if self.state == "completed" and status >= 300 and self._ack is not None:
            return (Send(self._ack, self.flow),)
        return ()

    def fire(self, timer: str) -> Effects:
        """A timer ran out."""
        if timer == "A" and self.state == "calling":
            self._interval *= 2
            return (Send(self.request, self.flow), Start("A", self._interval))
        if (timer == "B" and self.state == "calling") or (timer == "C" and self.state == "proceeding"):
            self.state = "terminated"
            return (Tell(Failure(408, "no answer at all")), FINISH)
        if timer in ("D", "M"):
            self.state = "terminated"
            return (FINISH,)
        return ()

    def fail(self, reason: str) -> Effects:
        """The transport is broken. What is already answered does not mind."""
        if self.state == "calling" or (self.state == "proceeding" and self.flow.reliable):
            self.state = "terminated"
            return (Tell(Failure(503, reason)), FINISH)
        return ()

    def _refused(self, response: Response) -> Effects:
        self._ack = acknowledgement(self.request, response)
        if self.flow.reliable:
            self.state = "terminated"
            return (Send(self._ack, self.flow), Tell(response), FINISH)
        self.state = "completed"
        return (Send(self._ack, self.flow), Start("D", TIMER_D), Tell(response))


def acknowledgement(request: Request, response: Response) -> Request:
    """The ACK to a response of 300 or more (RFC 3261, 17.1.1.3)."""
    ack = copied(request, "ACK")
    return ack.with_headers(ack.headers.with_("To", response.headers.get("To") or ""))


def copied(request: Request, method: str, headers: Iterable[tuple[str, str]] = ()) -> Request:
    """An ACK or CANCEL of the same transaction: what names and routes it is the INVITE's (RFC 3261, 9.1, 17.1.1.3)."""
    sent = request.headers
    kept = [("Via", sent.all("Via")[0]), ("Max-Forwards", "70")]
    kept += [("Route", route) for route in sent.all("Route")]
    kept += [(name, sent.get(name) or "") for name in ("From", "To", "Call-ID")]
    kept += [("CSeq", f"{request.cseq.number} {method}"), *headers]
    return Request(method, request.uri, Headers(kept))
