"""Calls over a bad line with a trunk that is sloppy, hostile or dying, and names whom it likes in its dialogs.

No call hangs, none leaks, no packet reaches a stranger, and who withholds their number is not named to a phone.
"""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.sip.message import Message, Request
from pbx.sip.transport.hop import Hop
from tests.exchange.peers import BOX, Line, Peer, polite
from tests.exchange.rig import Rig
from tests.exchange.test_bad_voices import BadLine
from tests.line import play

HERE, ALSO, VICTIM = "127.0.0.50", "127.0.0.55", "127.7.7.7"
CALLER = "+498912345678"
CONTACTS = [
    f"sip:x@{HERE}:5060", f"sip:x@{HERE}:5080", f"sip:x@{ALSO}:5060", f"sip:x@{ALSO}", f"sip:x@{HERE}:9;transport=tcp",
    f"sip:x@{VICTIM}:5060", f"sip:x@{HERE};maddr={VICTIM}", f"sips:x@{HERE}", "sip:x@edge.test:5080", "sip:x@evil.test",
    f"sip:{BOX[0]}:{BOX[1]}", "tel:+4989", f"sip:x@{HERE}:5099",
]  # fmt: skip
ROUTES = [
    "", "", f"<sip:{HERE}:5080;lr>", f"<sip:{VICTIM};lr>", f"<sip:{VICTIM}>, <sip:{HERE};lr>", f"<sip:{HERE}:5080>",
    f"<sip:edge.test;lr>, <sip:{VICTIM};lr>", f'"a, b" <sip:{ALSO};lr>',
]  # fmt: skip
PRIVACY = ["id", "header; id", "x-new", "none,user"]
DEAF = 5099
"""Nobody listens at this port of the trunk's."""


class Watched(Rig):
    """A rig that notes where packets go; the trunk listens at all ports of its hosts but two."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        super().__init__()

    def peer_at(self, address: tuple[str, int]) -> Peer | None:
        self.asked.add(address[0])
        if address[0] in (HERE, ALSO):
            return self.peers["provider"] if address[1] not in (DEAF, 9) else None
        return super().peer_at(address)


class Trunk:
    """A provider that takes whatever call, each time by another Contact and route set."""

    def __init__(self, rig: Rig, dice: random.Random) -> None:
        self.peer, self.dice = rig.peers["provider"], dice
        polite([self.peer])
        self.courteous = self.peer.react
        self.peer.react = self.react

    def names(self) -> list[str]:
        """What its next message says of where it is."""
        self.peer.contact = self.dice.choice(CONTACTS)
        route = self.dice.choice(ROUTES)
        return [f"Record-Route: {route}"] if route else []

    def react(self, line: Line, message: Message) -> None:
        if not isinstance(message, Request) or message.method != "INVITE":
            self.courteous(line, message)
            return
        for status in self.dice.choice([(180, 200), (183, 200), (200,), (200,), (486,), (180,), ()]):
            line.reply(status, *self.names(), method="INVITE")

    def act(self, line: Line) -> None:
        """Something inside a call."""
        match self.dice.randint(0, 5):
            case 0:
                self.names()
                line.ask("INVITE", body=line.description(version=self.dice.randint(2, 99)))
            case 1:
                self.names()
                line.ask("UPDATE")
            case 2:
                line.ask("INFO", body="Signal=5", kind="application/dtmf-relay")
            case 3:
                line.ask("INVITE", "Accept: text/plain", body=line.description())
            case 4:
                self.peer.there = False
            case _:
                line.ask("OPTIONS")


async def call(seed: int) -> None:
    dice = random.Random(seed)
    rig = Watched()
    await rig.open("anna", "bert")
    rig.trunks.resolved("provider", (Hop("udp", HERE, 5060, name="edge.test"), Hop("udp", ALSO, 5060)))
    polite(rig.peers.values(), anna=200)
    trunk = Trunk(rig, dice)
    heard: list[bytes] = []
    phone = rig.peers["anna"]
    take = phone.take
    phone.take = lambda data: (heard.append(data), take(data))[1]  # type: ignore[method-assign,func-returns-value]
    for peer in (trunk.peer, phone):
        BadLine(dice, peer)
    if dice.random() < 0.5:
        fields = [*trunk.names(), f"Privacy: {dice.choice(PRIVACY)}", f"P-Asserted-Identity: <tel:{CALLER}>"]
        lines = [rig.call("provider", "4930123450", *fields, caller=CALLER)]
        await rig.settle(8.0)
        if any(ear.local[1] == lines[0].port for ear in rig.pump.endpoints):
            rig.endpoint(lines[0]).hears("21")
    else:
        lines = [rig.call("anna", "04012345678")]
    await rig.settle(dice.choice([1.0, 8.0]))
    for _ in range(dice.randint(0, 5)):
        for line in trunk.peer.lines[-1:]:
            trunk.act(line)
        await rig.settle(dice.uniform(0.0, 3.0))
    end(dice, [*lines, *trunk.peer.lines[-1:]])
    await rig.settle(240)
    for ear in list(rig.pump.endpoints):
        ear.is_silent(1000)
    await rig.quiet()
    assert rig.asked <= {HERE, ALSO, "127.0.0.51", *(f"127.0.0.{60 + number}" for number in range(9))}
    assert not [data for data in heard if CALLER[3:].encode() in data]


def end(dice: random.Random, lines: list[Line]) -> None:
    """Somebody hangs up, everybody does, or nobody is there any more."""
    for line in dice.choice([lines[:1], lines[-1:], lines]):
        if line.called_us or line.theirs:
            line.ask("BYE")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_a_trunk_names_in_its_dialogs_calls_end_and_strangers_hear_nothing(seed: int) -> None:
    play(call(seed))
