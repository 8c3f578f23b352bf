"""A stack of ours and somebody who talks to it in plain text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypedDict, TypeVar

from pbx.sip.address import Address
from pbx.sip.digest import Credentials
from pbx.sip.events import Event, Invited
from pbx.sip.flow import Flow, TransportName
from pbx.sip.message import Request, Response, parse
from pbx.sip.session import Session
from pbx.sip.stack import Ids, SipLimits, Stack
from pbx.sip.transactions.timers import Timers
from pbx.sip.uri import Uri
from tests.line import Clock

OURS = ("127.0.0.1", 5060)
THEIRS = ("127.0.0.9", 5070)
STRANGER = Flow("udp", OURS, ("127.0.0.66", 5060))
SDP = "v=0\r\no=- 9 1 IN IP4 127.0.0.9\r\ns=theirs\r\n"
OUR_SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=ours\r\n"

E = TypeVar("E")


class Inside(TypedDict):
    """The fields by which a request names its dialog."""

    to: str
    from_: str
    call_id: str


class Wire:
    """The stack under test, time, and what it has told and sent so far."""

    def __init__(self, transport: TransportName = "udp", limits: SipLimits | None = None) -> None:
        self.clock = Clock()
        self.timers = Timers()
        ids = Ids(random.Random(1).randbytes)
        self.stack = Stack(clock=self.clock, timers=self.timers, ids=ids, agent="ours", limits=limits)
        self.flow = Flow(transport, OURS, THEIRS, 0 if transport == "udp" else 1)
        self.events: list[Event] = []
        self.sent: list[Request | Response] = []
        self.flows: list[Flow] = []
        self._number = 0

    # --- theirs ----------------------------------------------------------------------------------------------------

    def hear(self, text: str | bytes, flow: Flow | None = None) -> None:
        """Let the stack receive something."""
        self.stack.receive(text if isinstance(text, bytes) else text.encode(), flow or self.flow)
        self.collect()

    def request(
        self,
        method: str,
        *fields: str,
        body: str = "",
        cseq: int = 1,
        to: str = "<sip:ours@127.0.0.1>",
        from_: str = "<sip:theirs@127.0.0.9>;tag=their-tag",
        call_id: str = "their-call",
        branch: str = "",
        uri: str = "sip:ours@127.0.0.1",
        flow: Flow | None = None,
    ) -> str:
        """Send a request to the stack; its branch comes back."""
        self._number += 1
        branch = branch or f"z9hG4bKtheirs{self._number}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.9:5070;branch={branch};rport",
            f"From: {from_}",
            f"To: {to}",
            f"Call-ID: {call_id}",
            f"CSeq: {cseq} {method}",
            *fields,
        ]
        if method == "INVITE" and not any(field.startswith("Contact:") for field in fields):
            lines.append("Contact: <sip:theirs@127.0.0.9:5070>")
        if body == SDP and not any(field.startswith("Content-Type") for field in fields):
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.hear("\r\n".join(lines) + "\r\n\r\n" + body, flow)
        return branch

    def respond(
        self,
        request: Request,
        status: int,
        *fields: str,
        body: str = "",
        tag: str = "their-tag",
        flow: Flow | None = None,
    ) -> None:
        """Answer a request of the stack's."""
        headers = [(name, value) for name, _, value in (field.partition(": ") for field in fields)]
        response = request.reply(
            status, tag=tag, headers=headers, body=body.encode(), content_type="application/sdp" if body == SDP else ""
        )
        self.hear(bytes(response), flow)

    # --- ours ------------------------------------------------------------------------------------------------------

    def call(
        self,
        sdp: bytes = OUR_SDP,
        credentials: Credentials | None = None,
        headers: Sequence[tuple[str, str]] = (),
        routes: Sequence[str] = (),
        max_forwards: int = 70,
    ) -> Session:
        """Let the stack send an INVITE."""
        session = self.stack.invite(
            Uri.parse("sip:theirs@127.0.0.9"),
            self.flow,
            from_=Address.parse("<sip:ours@127.0.0.1>"),
            to=Address.parse("<sip:theirs@127.0.0.9>"),
            contact_user="ours",
            sdp=sdp,
            credentials=credentials,
            headers=headers,
            routes=routes,
            max_forwards=max_forwards,
        )
        self.collect()
        return session

    def answered(self, *fields: str) -> Session:
        """A call of ours that they took."""
        session = self.call()
        self.respond(self.newest("INVITE"), 200, "Contact: <sip:theirs@127.0.0.9:5070>", *fields, body=SDP)
        assert session.state == "confirmed"
        self.sent.clear()
        return session

    def took(self, *fields: str) -> Session:
        """A call of theirs that we took; what is sent later in its dialog needs `inside(session)`."""
        self.request("INVITE", *fields, body=SDP)
        session = self.last(Invited).session
        session.answer(OUR_SDP)
        self.collect()
        self.request("ACK", **self.inside(session))
        assert session.state == "confirmed"
        self.sent.clear()
        return session

    def inside(self, session: Session) -> Inside:
        """How a request of theirs names the session's dialog."""
        dialog = session.dialog
        return {"to": dialog.local, "from_": dialog.remote, "call_id": dialog.call_id}

    def collect(self) -> None:
        """Take what is in the outboxes; everything goes to whom it should."""
        while self.stack.outgoing:
            send = self.stack.outgoing.popleft()
            self.flows.append(send.flow)
            data = bytes(send.message)
            echoes = isinstance(send.message, Response) and send.message.status in (400, 505)
            self.sent.append(send.message if echoes else parse(data))
        self.events += self.stack.events
        self.stack.events.clear()
        assert not self.stack.counters["fault"]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds, self.timers)
        self.collect()

    # --- looking ---------------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """What was sent since the last look, in short: `180 INVITE`, `BYE`."""
        seen = [
            message.method if isinstance(message, Request) else f"{message.status} {message.cseq.method}"
            for message in self.sent
        ]
        self.sent.clear()
        return seen

    def newest(self, method: str) -> Request:
        """Our latest request of a method."""
        return [message for message in self.sent if isinstance(message, Request) and message.method == method][-1]

    def response(self, method: str = "") -> Response:
        """Our latest response (to that method)."""
        return [
            message for message in self.sent if isinstance(message, Response) and method in ("", message.cseq.method)
        ][-1]

    def last(self, kind: type[E]) -> E:
        """The latest event of a kind."""
        return self.all(kind)[-1]

    def all(self, kind: type[E]) -> list[E]:
        """All events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def ends(self) -> None:
        """After an hour or so nothing may be left."""
        self.wait(7200)
        stack = self.stack
        assert not stack.transactions
        assert not stack.sessions
        assert not stack._dialogs
        assert self.timers.next() is None
