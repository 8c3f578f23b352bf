"""Phones behind NAT stay within reach, and one that is dead is not waited for."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.exchange.phones import keepalive
from pbx.exchange.phones.bound import Bound, Unbound
from pbx.exchange.phones.devices import came_through_nat
from pbx.exchange.phones.keepalive import Keepalive
from pbx.sip.events import Replied, Unanswered
from pbx.sip.flow import Flow, TransportName
from pbx.sip.ids import Ids
from pbx.sip.message import Request, parse
from pbx.sip.stack import Stack
from pbx.store.models import Office, Phone
from pbx.store.rows import Binding
from tests.exchange.nat import PUBLIC, RigBehindNat
from tests.exchange.peers import polite, said
from tests.exchange.registrar_rig import BOX, RegistrarRig
from tests.line import play


async def opened(
    timeout: float = 30.0, *, inbound: bool = False, keeps: bool = False, answers: int = 200, anna: int = 486
) -> RigBehindNat:
    """An exchange at which Bert, in the office, and Anna, at home, are registered."""
    rig = RigBehindNat(timeout, inbound=inbound, keeps=keeps)
    rig.anna.answers = answers
    await rig.open("anna", "bert")
    polite(rig.peers.values(), anna=anna)
    return rig


async def is_reached(rig: RigBehindNat) -> bool:
    """Whether a call to Anna rings at her."""
    rig.anna.lines.clear()
    rig.call("bert", "21")
    await rig.settle(1)
    return rig.rings


@pytest.mark.parametrize("timeout", [30.0, 60.0, 300.0])
@pytest.mark.parametrize("answers", [200, 405, 404, 486, 500, 600])
def test_a_phone_behind_a_nat_is_reached_all_the_time_whatever_it_answers(timeout: float, answers: int) -> None:
    async def script() -> None:
        rig = await opened(timeout, answers=answers)
        await rig.settle(75)
        assert await is_reached(rig)
        await rig.settle(40)
        assert await is_reached(rig)
        assert len(rig.anna.asked_at) <= 8, "the cost is bounded"

    play(script())


def test_a_registration_behind_a_nat_is_short_and_in_the_office_it_is_not() -> None:
    async def script() -> None:
        rig = await opened()
        assert rig.anna.granted is not None
        assert (rig.anna.granted.headers.get("Contact") or "").endswith(";expires=120")
        (bert,) = rig.registrar.bindings("bert")
        assert bert.expires - rig.wall() > 3500
        await rig.settle(200)
        assert rig.anna.asked_at
        assert said(rig.peers["bert"].line()) == []

    play(script())


@pytest.mark.parametrize("inbound", [True, False])
def test_a_phone_that_answers_no_questions_is_not_lost_for_that(inbound: bool) -> None:
    async def script() -> None:
        rig = await opened(inbound=inbound, answers=0)
        await rig.settle(110)
        assert rig.registrar.troubles() == ()
        assert len(rig.registrar.bindings("anna")) == 1
        assert await is_reached(rig) is inbound, "what comes in keeps such a NAT open as well"

    play(script())


def test_a_phone_that_stops_answering_is_not_waited_for_and_rings_again_when_it_is_heard_from() -> None:
    async def script() -> None:
        for comes in ("answers", "registers"):
            rig = await opened(300.0)
            await rig.settle(40)
            rig.anna.there = False
            await rig.settle(45)
            ((_, why),) = rig.registrar.troubles()
            assert why == "silent"
            line = rig.call("bert", "21")
            await rig.settle(0.5)
            assert "200" in said(line), "the announcement answers at once"
            line.ask("BYE")
            rig.anna.there = True
            if comes == "registers":
                rig._register(rig.anna)
            await rig.settle(1 if comes == "registers" else 25)
            assert rig.registrar.troubles() == ()
            assert await is_reached(rig)

    play(script())


@pytest.mark.parametrize("keeps", [True, False])
def test_the_interval_is_learned_to_suffice_for_a_nat_that_forgets_soon(keeps: bool) -> None:
    async def script() -> None:
        rig = await opened(14.0, keeps=keeps)
        rig._register(rig.anna)
        for _ in range(6):  # the phone does what it was granted to: it registers again in time
            await rig.settle(100)
            rig.refresh()
        await rig.settle()
        assert rig.keepalive.interval(PUBLIC) <= 14
        rig.anna.asked_at.clear()
        await rig.settle(90)
        gaps = [later - earlier for earlier, later in pairwise(rig.anna.asked_at)]
        assert max(gaps) <= 14
        assert min(gaps) > 5
        assert await is_reached(rig)

    play(script())


@pytest.mark.parametrize(
    ("contact", "sent_by", "remote", "transport", "path", "nat"),
    [
        ("sip:a@192.168.1.5", "192.168.1.5", "203.0.113.7", "udp", (), True),
        ("sip:a@203.0.113.7:4000", "192.168.1.5", "203.0.113.7", "udp", (), True),  # it asked STUN
        ("sip:a@192.168.1.5", "phone.local", "203.0.113.7", "udp", (), True),
        ("sip:a@[2001:db8::5]", "2001:db8::5", "2001:db8::7", "udp", (), True),
        ("sip:a@[2001:DB8:0:0::5]", "2001:db8::5", "2001:db8::5", "udp", (), False),
        ("sip:a@192.0.2.5:5060", "192.0.2.5", "192.0.2.5", "udp", (), False),
        ("sip:a@phone.local", "phone.local", "192.0.2.5", "udp", (), False),
        ("sip:a@192.168.1.5", "192.168.1.5", "203.0.113.7", "tcp", (), False),
        ("sip:a@192.168.1.5", "192.168.1.5", "203.0.113.7", "tls", (), False),
        ("sip:a@192.168.1.5", "192.168.1.5", "203.0.113.7", "udp", ("<sip:edge.example;lr>",), False),
    ],
)
def test_who_came_through_a_nat(
    contact: str, sent_by: str, remote: str, transport: TransportName, path: tuple[str, ...], nat: bool
) -> None:
    binding = Binding("a", contact, "c", 1, 0.0, transport, BOX, (remote, 4000), path=path, sent_by=sent_by)
    assert came_through_nat(binding) is nat


OUTER = "<sip:anna@203.0.113.7:40001>"


@pytest.mark.parametrize(
    "contacts",
    [(OUTER,), ("<sip:anna@10.0.0.5>;expires=0", OUTER), (f"{OUTER}, <sip:anna@10.0.0.5>;expires=0",)],
)
def test_a_phone_that_learned_its_nat_s_address_is_still_behind_it(contacts: tuple[str, ...]) -> None:
    rig, flow, other = RegistrarRig(), Flow("udp", BOX, (PUBLIC, 40001)), Flow("udp", BOX, ("203.0.113.8", 40001))
    rig.send("<sip:anna@10.0.0.5>", flow=flow, sent_by="10.0.0.5")
    for _ in range(3):
        rig.send(*contacts, flow=flow, sent_by=PUBLIC)
    bindings, now = rig.registrar.bindings("anna"), rig.clock.now + rig.wall_offset
    assert bindings
    assert all(binding.nat and binding.expires - now <= 120 for binding in bindings)
    rig.send("<sip:anna@203.0.113.8:40001>", flow=other, sent_by="203.0.113.8", more=("Expires: 3600",))
    (moved,) = (each for each in rig.registrar.bindings("anna") if each.remote == other.remote)
    assert not moved.nat


def test_after_an_update_a_phone_behind_a_nat_is_kept_alive_as_before() -> None:
    before, after = RegistrarRig(), RegistrarRig()
    before.send("<sip:anna@10.0.0.5>", flow=Flow("udp", BOX, (PUBLIC, 40001)))
    (binding,) = before.registrar.bindings("anna")
    after.registrar.restore([replace(binding, nat=False)])  # as an older version wrote it down
    assert after.registrar.bindings("anna") == (binding,)


class Asking(RegistrarRig):
    """A registrar whose phones behind NAT are asked; `answered` tells whether the one at a port answers."""

    def __init__(self, phones: int = 1) -> None:
        super().__init__()
        names = [f"p{number}" for number in range(phones)]
        self.office = Office(phones={name: Phone(name, "21", "secret of " + name) for name in names})
        ids = Ids(random.Random(5).randbytes)
        self.stack = Stack(clock=self.clock, timers=self.timers, ids=ids, agent="ours")
        self.keepalive = Keepalive(
            self.registrar, self.stack, self.timers, ids, clock=self.clock, chance=random.Random(6).random
        )
        self.asked: list[tuple[float, Flow]] = []
        """When questions were sent, copies included."""
        self.dead: set[int] = set()

    def register(self, number: int, *, call_id: str = "") -> None:
        flow = Flow("udp", BOX, (PUBLIC, 40000 + number))
        self.send(
            f"<sip:p{number}@10.0.0.{number % 250}>", user=f"p{number}", flow=flow, call_id=call_id or f"c{number}"
        )
        self.turn()

    def turn(self) -> None:
        """As the exchange does: changes to whom they concern, questions out, answers in."""
        while self.registrar.changes or self.stack.outgoing or self.stack.events:
            while self.registrar.changes:
                change = self.registrar.changes.popleft()
                if isinstance(change, Bound):
                    self.keepalive.bound(change.binding)
                elif isinstance(change, Unbound):
                    self.keepalive.unbound(change.binding)
            while self.stack.outgoing:
                send = self.stack.outgoing.popleft()
                self.asked.append((self.clock.now, send.flow))
                request = parse(bytes(send.message))
                assert isinstance(request, Request)
                self.arrives(request, send.flow)
            while self.stack.events:
                event = self.stack.events.popleft()
                if isinstance(event, Replied):
                    self.keepalive.replied(event.token, event.flow)
                elif isinstance(event, Unanswered):
                    self.keepalive.unanswered(event.token)

    def arrives(self, request: Request, flow: Flow) -> None:
        if flow.remote[1] not in self.dead:
            self.stack.receive(bytes(request.reply(200, tag="t")), flow)

    def pass_time(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while (due := self.timers.next()) is not None and due <= end:
            self.clock.advance(max(0.0, due - self.clock.now), self.timers)
            self.turn()
        self.clock.advance(max(0.0, end - self.clock.now), self.timers)
        self.turn()


def test_a_thousand_phones_behind_nat_make_no_storm() -> None:
    rig = Asking(1000)
    for number in range(1000):
        rig.register(number)
    rig.pass_time(100)
    seconds = Counter(int(at) for at, _ in rig.asked)
    assert max(seconds.values()) <= keepalive.PACE + 1
    assert 1000 * 100 / keepalive.FIRST * 0.9 < len(rig.asked) < 1000 * 100 / keepalive.FIRST * 1.25
    assert len(rig.keepalive._asked) == 0
    waits = [later - earlier for port in (40001, 40999) for earlier, later in _gaps(rig, port)]
    assert max(waits) < 28, "and each is asked in time all the same"


def _gaps(rig: Asking, port: int) -> list[tuple[float, float]]:
    times = [at for at, flow in rig.asked if flow.remote[1] == port]
    return list(pairwise(times))


def test_after_a_restart_phones_behind_nat_are_asked_soon() -> None:
    before, after = Asking(3), Asking(3)
    for number in range(3):
        before.register(number)
    after.registrar.restore(before.registrar.all_bindings())
    after.keepalive.begin()
    after.pass_time(20)
    assert {flow.remote for _, flow in after.asked} == {(PUBLIC, 40000 + number) for number in range(3)}


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.2, 0.5]), st.integers(1, 30))
def test_on_any_line_nothing_is_left_behind_and_who_answers_at_last_is_rung(seed: int, loss: float, steps: int) -> None:
    """Questions and answers are lost, doubled and late; phones die, come back, move, and leave."""

    class Sloppy(Asking):
        def arrives(self, request: Request, flow: Flow) -> None:
            answer = bytes(request.reply(dice.choice([200, 405, 500, 100]), tag="t"))
            for _ in range(dice.choice([0, 1, 1, 2]) if flow.remote[1] not in self.dead else 0):
                if dice.random() < loss:
                    continue
                delay = dice.choice([0.0, 0.0, 3.0, 9.0])
                self.timers.at(self.clock.now + delay, lambda: self.stack.receive(answer, flow))

    dice = random.Random(seed)
    rig = Sloppy(3)
    for _ in range(steps):
        number = dice.randrange(3)
        match dice.randrange(5):
            case 0 | 1:
                rig.register(number, call_id=dice.choice(["", "", f"again{number}"]))
            case 2:
                rig.dead ^= {40000 + number}
            case 3:
                rig.send("*", user=f"p{number}", more=("Expires: 0",), call_id=f"c{number}")
                rig.turn()
        rig.pass_time(dice.choice([0.1, 7.0, 20.0, 45.0]))
        assert len(rig.keepalive._phones) <= 3
        assert len(rig.keepalive._asked) <= 3 * 8
    rig.dead = set()
    loss = 0.0
    rig._number += 1000
    for number in range(3):
        rig.register(number, call_id=f"last{number}")
    rig.pass_time(119)
    for number in range(3):
        rig.register(number, call_id=f"last{number}")
    assert all(len(rig.registrar.bindings(f"p{number}")) == 1 for number in range(3))
    rig.dead = {40000, 40001, 40002}
    rig.pass_time(300)
    assert not rig.keepalive._phones
    assert not rig.keepalive._asked
    assert rig.timers.next() is None
