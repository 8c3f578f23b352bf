"""The server transaction of every request but INVITE and ACK (RFC 3261, 17.2.2, with RFC 4320)."""

from __future__ import annotations

from typing import Literal

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.transactions.effects import FINISH, Effects, Send, Start, Stop
from pbx.sip.transactions.timers import T1

State = Literal["trying", "proceeding", "completed", "terminated"]


class RequestServer:
    """Answers copies of a request with the response that was given.

    Timers: J absorbs copies of an answered request; N, our own, ends a transaction that its user never answers: by
    then the client gave up (RFC 4320, 4.1), and nothing here may live for ever.
    """

    __slots__ = ("_response", "flow", "state")

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.state: State = "trying"
        self._response: Response | None = None

    def start(self) -> Effects:
        """Begin to wait for the user's response."""
        return (Start("N", 64 * T1),)

    def receive_request(self, request: Request) -> Effects:
        """A copy of the request."""
        return () if self._response is None else (Send(self._response, self.flow),)

    def reply(self, response: Response) -> Effects:
        """The user's response; what no longer fits is not sent."""
        if self.state not in ("trying", "proceeding"):
            return ()
        self._response = response
        if response.status < 200:
            self.state = "proceeding"
            return (Send(response, self.flow),)
        if self.flow.reliable:
            self.state = "terminated"
            return (Send(response, self.flow), FINISH)
        self.state = "completed"
        return (Send(response, self.flow), Stop("N"), Start("J", 64 * T1))

    def fire(self, timer: str) -> Effects:
        """A timer ran out."""
        if timer not in ("J", "N"):
            return ()
        self.state = "terminated"
        return (FINISH,)
