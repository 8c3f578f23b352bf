"""The client transaction of every request but INVITE (RFC 3261, 17.1.2)."""

from __future__ import annotations

from typing import Literal

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.transactions.effects import FINISH, Effects, Failure, Send, Start, Stop, Tell
from pbx.sip.transactions.timers import T1, T2, T4

State = Literal["trying", "proceeding", "completed", "terminated"]


class RequestClient:
    """Sends a request until its final response; tells that one only, as provisional ones mean nothing here.

    Timers: E repeats the request, F gives up, K absorbs copies of the response.
    """

    __slots__ = ("_interval", "flow", "request", "state")

    def __init__(self, request: Request, flow: Flow) -> None:
        self.request = request
        self.flow = flow
        self.state: State = "trying"
        self._interval = T1

    def start(self) -> Effects:
        """Send the request."""
        if self.flow.reliable:
            return (Send(self.request, self.flow), Start("F", 64 * T1))
        return (Send(self.request, self.flow), Start("E", T1), Start("F", 64 * T1))

    def receive_response(self, response: Response) -> Effects:
        """A response with our branch arrived."""
        if self.state not in ("trying", "proceeding"):
            return ()
        if response.status < 200:
            self.state = "proceeding"
            return ()
        if self.flow.reliable:
            self.state = "terminated"
            return (Tell(response), FINISH)
        self.state = "completed"
        return (Stop("E"), Stop("F"), Start("K", T4), Tell(response))

    def fire(self, timer: str) -> Effects:
        """A timer ran out."""
        if timer == "E" and self.state in ("trying", "proceeding"):
            self._interval = T2 if self.state == "proceeding" else min(2 * self._interval, T2)
            return (Send(self.request, self.flow), Start("E", self._interval))
        if timer == "F" and self.state in ("trying", "proceeding"):
            self.state = "terminated"
            return (Tell(Failure(408, "no answer at all")), FINISH)
        if timer == "K":
            self.state = "terminated"
            return (FINISH,)
        return ()

    def fail(self, reason: str) -> Effects:
        """The transport is broken. What is already answered does not mind."""
        if self.state in ("trying", "proceeding"):
            self.state = "terminated"
            return (Tell(Failure(503, reason)), FINISH)
        return ()
