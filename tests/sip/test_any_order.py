"""A peer that says anything in any order: a session survives it, ends once, and leaves nothing behind."""

from __future__ import annotations

import random

import pytest

from pbx.sip.digest import Credentials
from pbx.sip.events import Answered, Ended, Invited, Rejected
from pbx.sip.message import Request, Response
from pbx.sip.session import Session
from tests.sip.test_lossy_line import VERBS
from tests.sip.wire import SDP, STRANGER, Wire

STATUSES = (100, 180, 183, 200, 200, 200, 202, 302, 401, 407, 408, 422, 481, 486, 488, 491, 500, 501, 503, 603)
FIELDS = (
    "Require: 100rel",
    "RSeq: 1",
    "RSeq: 2",
    "RSeq: 99999999999999999999",
    "Session-Expires: 100;refresher=uac",
    "Session-Expires: 100;refresher=uas",
    "Session-Expires: ;;",
    "Min-SE: 200",
    "Min-SE: 99999999999",
    "Retry-After: 1",
    "Retry-After: 5 (busy);duration=3",
    "Allow: INVITE, BYE, UPDATE",
    "Supported: timer, 100rel",
    "Record-Route: <sip:proxy;lr>",
    "Record-Route: <sip:strict>, <tel:+49>",
    'WWW-Authenticate: Digest realm="r", nonce="n", stale=true',
    'Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"',
    "RAck: 1 1 INVITE",
    "RAck: 99999999999 -1 x",
    "Contact: <sip:moved@127.0.0.9>",
    "Contact: <tel:+4930>",
    "Reason: SIP;cause=200",
)
METHODS = ("INVITE", "ACK", "BYE", "UPDATE", "PRACK", "INFO", "OPTIONS", "REFER", "CANCEL")


class Madman:
    """Talks to a stack at random."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.wire = Wire(self.chance.choice(("udp", "udp", "tcp")))
        self.sessions: list[Session] = []
        self.asked: list[Request] = []
        self.branches: list[str] = []

    def step(self) -> None:
        """Do anything."""
        self.chance.choice((self.verb, self.respond, self.respond, self.ask, self.ask, self.invite, self.wait))()
        self.asked += [message for message in self.wire.sent if isinstance(message, Request)]
        self.wire.sent.clear()
        self.sessions = [event.session for event in self.wire.all(Invited)] + [
            session for session in self.sessions if not session.incoming
        ]

    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.chance.choices(FIELDS, k=self.chance.randrange(4))))

    def body(self) -> str:
        return self.chance.choice(("", SDP))

    def verb(self) -> None:
        if self.sessions:
            self.chance.choice(VERBS)(self.chance.choice(self.sessions), self.chance)
            self.wire.collect()

    def respond(self) -> None:
        if self.asked:
            request = self.chance.choice(self.asked[-6:])
            tag = self.chance.choice(("their-tag", "their-tag", "their-tag", "fork", ""))
            self.wire.respond(request, self.chance.choice(STATUSES), *self.fields(), body=self.body(), tag=tag)

    def ask(self) -> None:
        if not self.sessions:
            return
        session = self.chance.choice(self.sessions)
        names = self.wire.inside(session)
        branch = self.chance.choice(self.branches) if self.branches and self.chance.random() < 0.2 else ""
        flow = STRANGER if self.chance.random() < 0.1 else None
        method = self.chance.choice(METHODS)
        cseq = self.chance.choice((1, 2, 3, 50, session.dialog.remote_cseq or 1))
        self.branches.append(
            self.wire.request(method, *self.fields(), cseq=cseq, body=self.body(), branch=branch, flow=flow, **names)
        )

    def invite(self) -> None:
        if len(self.sessions) > 3:
            return
        if self.chance.random() < 0.5:
            credentials = self.chance.choice((None, Credentials("u", "p"), Credentials("u", "p", "r")))
            self.sessions.append(self.wire.call(self.chance.choice((b"", b"v=0 ours")), credentials))
        else:
            self.branches.append(
                self.wire.request("INVITE", *self.fields(), body=self.body(), call_id=f"call{self.chance.random()}")
            )

    def wait(self) -> None:
        self.wire.wait(self.chance.choice((0, 0.3, 1, 3, 10, 33, 60)))


@pytest.mark.parametrize("block", range(10))
def test_a_peer_that_says_anything_in_any_order_breaks_nothing(block: int) -> None:
    for seed in range(block * 30, block * 30 + 30):
        madman = Madman(seed)
        for _ in range(60):
            madman.step()
        for session in madman.sessions:
            session.hang_up()
        madman.wire.collect()
        madman.wire.ends()
        events = madman.wire.events
        for session in madman.sessions:
            last = [event for event in events if getattr(event, "session", None) is session]
            assert isinstance(last[-1], Ended | Rejected)
            assert sum(isinstance(event, Ended | Rejected) for event in last) == 1
            assert session.incoming or isinstance(last[-1], Rejected) or any(isinstance(e, Answered) for e in last)
        assert all(flow.remote[0] in ("127.0.0.9", "127.0.0.66") for flow in madman.wire.flows)


def test_responses_are_only_read_by_the_transaction_they_belong_to() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    other = Response(200, "OK", invite.reply(200, tag="x").headers.with_("CSeq", "1 BYE"))
    wire.hear(bytes(other))
    assert session.state == "calling"
    assert wire.stack.counters["stray response"] == 1
