"""The INVITE server transaction (RFC 3261, 17.2.1, with RFC 6026, 7.1)."""

from __future__ import annotations

from typing import Literal

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.transactions.effects import FINISH, Effects, Send, Start, Stop, Tell
from pbx.sip.transactions.timers import T1, T2, T4

State = Literal["proceeding", "accepted", "completed", "confirmed", "terminated"]


class InviteServer:
    """Answers copies of an INVITE with the latest response and repeats a refusal until its ACK.

    Repeating a 2xx is its user's business: each copy comes in by `reply` again. Timers: G repeats a refusal, H gives
    up waiting for its ACK, I absorbs copies of the ACK, L absorbs copies of an INVITE that was answered.
    """

    __slots__ = ("_interval", "_response", "flow", "state")

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.state: State = "proceeding"
        self._interval = T1
        self._response: Response | None = None

    @property
    def trying(self) -> Response | None:
        """The 100, as long as it is all that was answered."""
        return self._response if self._response is not None and self._response.status == 100 else None

    def receive_request(self, request: Request) -> Effects:
        """A copy of the INVITE, or its ACK."""
        if request.method == "ACK":
            return self._acknowledged(request)
        if self.state in ("proceeding", "completed") and self._response is not None:
            return (Send(self._response, self.flow),)
        return ()

    def reply(self, response: Response) -> Effects:
        """The user's response, or another copy of its 2xx; what no longer fits is not sent."""
        status = response.status
        if self.state == "accepted" and 200 <= status < 300:
            return (Send(response, self.flow),)
        if self.state != "proceeding":
            return ()
        if status < 200:
            self._response = response
            return (Send(response, self.flow),)
        if status < 300:
            self.state, self._response = "accepted", None
            return (Send(response, self.flow), Start("L", 64 * T1))
        self.state, self._response = "completed", response
        if self.flow.reliable:
            return (Send(response, self.flow), Start("H", 64 * T1))
        return (Send(response, self.flow), Start("G", T1), Start("H", 64 * T1))

    def fire(self, timer: str) -> Effects:
        """A timer ran out."""
        if timer == "G":
            if self.state != "completed" or self._response is None:
                return ()
            self._interval = min(2 * self._interval, T2)
            return (Send(self._response, self.flow), Start("G", self._interval))
        self.state = "terminated"
        return (FINISH,)

    def _acknowledged(self, ack: Request) -> Effects:
        if self.state == "accepted":
            return (Tell(ack),)
        if self.state != "completed":
            return ()
        if self.flow.reliable:
            self.state = "terminated"
            return (FINISH,)
        self.state, self._response = "confirmed", None
        return (Stop("G"), Stop("H"), Start("I", T4))
