"""Two stacks of ours, back to back over a made-up line."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from pbx.sip.address import Address
from pbx.sip.digest import Credentials
from pbx.sip.events import Event, Invited
from pbx.sip.flow import Flow, TransportName
from pbx.sip.message import Request, Response, parse
from pbx.sip.session import Session
from pbx.sip.stack import Ids, SipLimits, Stack
from pbx.sip.transactions.timers import Timers
from pbx.sip.uri import Uri
from tests.line import Clock, Line

OFFER = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=offer\r\n"
ANSWER = b"v=0\r\no=- 2 1 IN IP4 127.0.0.2\r\ns=answer\r\n"
ALICE = ("127.0.0.1", 5060)
BOB = ("127.0.0.2", 5060)

E = TypeVar("E")


class End:
    """One side: a stack, what it told, and what it said on the wire."""

    def __init__(self, clock: Clock, seed: int, limits: SipLimits | None = None, **options: Any) -> None:
        self.timers = Timers()
        self.random = random.Random(seed)
        self.stack = Stack(
            clock=clock, timers=self.timers, ids=Ids(self.random.randbytes), agent="test", limits=limits, **options
        )
        self.events: list[Event] = []
        self.sent: list[Request | Response] = []
        self.react: Callable[[Event], None] = lambda event: None
        """What to do with each event, at once."""

    def hear(self) -> None:
        """Take the events off the stack."""
        while self.stack.events:
            event = self.stack.events.popleft()
            self.events.append(event)
            self.react(event)

    def last(self, kind: type[E]) -> E:
        """The latest event of a kind."""
        return [event for event in self.events if isinstance(event, kind)][-1]

    def all(self, kind: type[E]) -> list[E]:
        """All events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def session(self) -> Session:
        """The latest session that called."""
        return self.last(Invited).session

    @property
    def idle(self) -> bool:
        """Whether nothing is left: no transaction, session, dialog or timer."""
        stack = self.stack
        return not (stack.transactions or stack.sessions or stack._dialogs or self.timers.next() is not None)


class Pair:
    """Alice and Bob, and time."""

    def __init__(
        self,
        seed: int = 1,
        transport: TransportName = "udp",
        *,
        limits: SipLimits | None = None,
        **options: Any,
    ) -> None:
        self.clock = Clock()
        self.alice = End(self.clock, seed, limits, **options)
        self.bob = End(self.clock, seed + 1, limits, **options)
        self._way = Timers()
        self.line = Line(self.clock, self._way, seed)
        connection = 0 if transport == "udp" else 7
        self.to_bob = Flow(transport, ALICE, BOB, connection)
        self.to_alice = Flow(transport, BOB, ALICE, connection)
        self.lose: Callable[[Request | Response], bool] = lambda message: False
        """Which messages vanish, whoever sends them."""

    def call(self, sdp: bytes = OFFER, credentials: Credentials | None = None, **options: Any) -> Session:
        """Alice calls Bob."""
        return self.alice.stack.invite(
            Uri.parse("sip:bob@127.0.0.2"),
            self.to_bob,
            from_=Address.parse("<sip:alice@127.0.0.1>"),
            to=Address.parse("<sip:bob@127.0.0.2>"),
            contact_user="alice",
            sdp=sdp,
            credentials=credentials,
            **options,
        )

    def run(self, seconds: float = 0.0) -> None:
        """Let messages travel and time pass."""
        self._exchange()
        end = self.clock.now + seconds
        every = (self.alice.timers, self.bob.timers, self._way)
        while (due := min((at for each in every if (at := each.next()) is not None), default=end + 1)) <= end:
            self.clock.now = max(self.clock.now, due)
            for each in every:
                each.run(self.clock.now)
            self._exchange()
        self.clock.now = end

    def established(self, sdp: bytes = OFFER) -> tuple[Session, Session]:
        """A call that was answered: Alice's session and Bob's."""
        ours = self.call(sdp)
        self.run()
        theirs = self.bob.session
        theirs.ring()
        theirs.answer(ANSWER)
        self.run()
        if not sdp:
            ours.accept_offer(OFFER)
            self.run()
        assert (ours.state, theirs.state) == ("confirmed", "confirmed")
        return ours, theirs

    def ends(self) -> None:
        """After a while nothing may be left of anything."""
        self.run(4000)
        for end in (self.alice, self.bob):
            assert end.stack.counters["fault"] == 0
            assert end.idle

    def wire(self) -> Counter[str]:
        """How often each method and status was sent, by both."""
        return Counter(
            message.method if isinstance(message, Request) else f"{message.status} {message.cseq.method}"
            for end in (self.alice, self.bob)
            for message in end.sent
        )

    def _exchange(self) -> None:
        sides = ((self.alice, self.bob, self.to_alice), (self.bob, self.alice, self.to_bob))
        while any(end.stack.outgoing or end.stack.events for end in (self.alice, self.bob)):
            for sender, receiver, back in sides:
                sender.hear()
                while sender.stack.outgoing:
                    self._carry(sender, receiver, back)
            self._way.run(self.clock.now)

    def _carry(self, sender: End, receiver: End, back: Flow) -> None:
        send = sender.stack.outgoing.popleft()
        assert send.flow.remote == back.local, "nothing ever goes where it was not asked for"
        sender.sent.append(send.message)
        data = bytes(send.message)
        assert parse(data).headers == send.message.headers
        if not self.lose(send.message):
            self.line.carry(data, lambda arrived: receiver.stack.receive(arrived, back))
