"""A phone that registers again is one phone, and two phones of one account are two."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.phones.bound import Doubted
from pbx.exchange.phones.devices import instance_of
from pbx.exchange.phones.registering import PER_PHONE
from pbx.sip.address import Address
from pbx.sip.flow import Flow
from pbx.store.rows import Binding
from tests.exchange.peers import Peer, polite, said
from tests.exchange.registrar_rig import BOX, DESK, OTHER, RegistrarRig
from tests.exchange.rig import Rig
from tests.line import play

ELSEWHERE = Flow("udp", BOX, ("192.0.2.20", 40002))
"""Another port of the same host."""
CONNECTED = Flow("tcp", BOX, ("192.0.2.20", 40003), 3)
UUID = "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF"
DEVICE = f';+sip.instance="<{UUID}>"'
TWIN = ';+sip.instance="<urn:uuid:11111111-0000-1000-8000-AABBCCDDEEFF>"'


@pytest.fixture
def rig() -> RegistrarRig:
    return RegistrarRig()


AGAIN = [
    (f"<sip:a@10.0.0.5:5062>{DEVICE}", f"<sip:a@10.0.0.5:5064>{DEVICE}", ELSEWHERE),
    (f"<sip:a@10.0.0.5:5062>{DEVICE}", f"<sip:b@203.0.113.5>{DEVICE.lower()}", OTHER),
    (f"<sip:a@10.0.0.5>{DEVICE};reg-id=1", f"<sip:a@10.0.0.6>{DEVICE};reg-id=1", OTHER),
    (f"<sip:a@10.0.0.5>{DEVICE};reg-id=1", f"<sip:a@10.0.0.6>{DEVICE}", OTHER),
    (f"<sip:a@10.0.0.5>{DEVICE}", f"<sip:a@10.0.0.5:40003;transport=tcp>{DEVICE}", CONNECTED),
    (f"<sip:a@10.0.0.5>{DEVICE}", f"<sip:a@10.0.0.5>{TWIN}", ELSEWHERE),  # after a factory reset
    ("<sip:a@10.0.0.5>", f"<sip:a@10.0.0.5>{DEVICE}", ELSEWHERE),  # after a new firmware
    (f"<sip:a@10.0.0.5>{DEVICE}", "<sip:a@10.0.0.5:5060>", ELSEWHERE),
    ("<sip:a@10.0.0.5>", "<sip:a@10.0.0.5:5060>", DESK),
    ("<sip:a@10.0.0.5:5060>", "<sip:a@10.0.0.5>", ELSEWHERE),
    ("<sip:a@10.0.0.5:5061;transport=tls>", "<sip:a@10.0.0.5;transport=tls>", CONNECTED),
    ("<sip:a@10.0.0.5:5062>", "<sip:a@10.0.0.5:5062;transport=tcp>", CONNECTED),
    ("<sip:a@10.0.0.5:5062>", "<sip:a@10.0.0.5:5062;line=7>", ELSEWHERE),
    ("<sip:a@[2001:db8::5]>", "<sip:a@[2001:DB8:0::5]:5060>", DESK),
    ("<sip:a@10.0.0.5:5062>", "<sip:a@10.0.0.5:5064>", ELSEWHERE),
    ("<sip:a@10.0.0.5:5062>", "<sip:a@10.0.0.5:40003;transport=tcp>", CONNECTED),
]
"""What a phone registers first and then, and from where: one device, whatever its Call-ID."""
ANEW = [
    ("<sip:a-1@10.0.0.5:5062>", "<sip:a-2@10.0.0.5:5062>", DESK),
    ("<sip:a@10.0.0.5:5062>", "<sip:a@10.0.0.5:5064>", DESK),
]
"""One device if the Call-ID is another one: under one, a phone may name several contacts over one flow."""


@pytest.mark.parametrize(
    ("first", "then", "flow", "call_id"),
    [(*case, call_id) for case in AGAIN for call_id in ("one", "two")] + [(*case, "two") for case in ANEW],
)
def test_a_phone_that_registers_again_is_rung_where_it_is_now_alone(
    rig: RegistrarRig, first: str, then: str, flow: Flow, call_id: str
) -> None:
    rig.send(first, call_id="one", number=1)
    rig.clock.advance(40)
    response = rig.send(then, call_id=call_id, number=2, flow=flow)
    assert response.status == 200
    assert len(response.headers.all("Contact")) == 1
    (binding,) = rig.registrar.bindings("anna")
    assert then.startswith(f"<{binding.contact}>")
    assert binding.remote == flow.remote


@pytest.mark.parametrize(
    ("first", "then", "flow", "sent_by"),
    [
        (f"<sip:a@10.0.0.5>{DEVICE}", f"<sip:a@10.0.0.6>{TWIN}", ELSEWHERE, "10.0.0.6"),
        (f"<sip:a@10.0.0.5:5060>{DEVICE}", f"<sip:a@10.0.0.5:5060>{TWIN}", OTHER, "10.0.0.5"),  # in two homes
        (f"<sip:a@10.0.0.5:5060>{DEVICE}", f"<sip:a@10.0.0.5:5062>{TWIN}", ELSEWHERE, "10.0.0.5"),
        ("<sip:a@10.0.0.5:5060>", "<sip:a@10.0.0.6:5060>", ELSEWHERE, "10.0.0.6"),
        ("<sip:a@192.0.2.20:5062>", "<sip:a@192.0.2.20:40002>", ELSEWHERE, "10.0.0.6"),  # they asked STUN
        ("<sip:a@10.0.0.5:5060>", "<sip:b@10.0.0.5:5060>", ELSEWHERE, "10.0.0.5"),
    ],
)
def test_two_phones_of_one_account_behind_one_nat_both_ring(
    rig: RegistrarRig, first: str, then: str, flow: Flow, sent_by: str
) -> None:
    for number in (1, 2, 3):
        rig.send(first, call_id="one", number=number, sent_by="10.0.0.5")
        rig.send(then, call_id="two", number=number, flow=flow, sent_by=sent_by)
        assert {binding.remote for binding in rig.registrar.bindings("anna")} == {DESK.remote, flow.remote}
        rig.clock.advance(50)


def test_of_two_flows_of_one_phone_the_latest_is_rung_and_the_other_kept(rig: RegistrarRig) -> None:
    rig.send(f"<sip:a@10.0.0.5>{DEVICE};reg-id=1", call_id="one")
    rig.send(f"<sip:a@10.0.0.5>{DEVICE};reg-id=2", call_id="two", flow=ELSEWHERE)
    assert [binding.remote for binding in rig.registrar.bindings("anna")] == [ELSEWHERE.remote]
    assert rig.registrar.binding_at(DESK) is not None
    rig.send(f"<sip:a@10.0.0.9>{DEVICE};reg-id=2;expires=0", call_id="two", flow=ELSEWHERE)
    assert [binding.remote for binding in rig.registrar.bindings("anna")] == [DESK.remote]


def test_both_contacts_of_one_request_stay_and_a_refresh_of_both_asks_nobody(rig: RegistrarRig) -> None:
    both = ("<sip:a@10.0.0.5:5060>", "<sip:a@10.0.0.5:5062>")
    for _ in range(3):
        rig.send(*both, call_id="one")
        assert len(rig.contacts()) == 2
        rig.clock.advance(50)
    assert not [change for change in rig.registrar.changes if isinstance(change, Doubted)]
    of_one = [f"{contact}{DEVICE}" for contact in ("<sip:a@10.0.0.5:5060>", "<sips:a@10.0.0.5>")]
    assert len(rig.send(*of_one, user="bert", call_id="x").headers.all("Contact")) == 2
    assert len(rig.contacts("bert")) == 1, "they are one phone, which is rung once"


def test_who_may_be_another_phone_is_asked_and_rings_again_once_it_answers(rig: RegistrarRig) -> None:
    rig.send("<sip:a@10.0.0.5:5062>", call_id="one")
    rig.send("<sip:a@10.0.0.5:5064>", call_id="two", flow=ELSEWHERE)
    (doubted,) = [change.binding for change in rig.registrar.changes if isinstance(change, Doubted)]
    assert doubted.remote == DESK.remote
    assert len(rig.contacts()) == 1
    rig.registrar.is_there(doubted, DESK)
    assert len(rig.contacts()) == 2
    rig.send("<sip:a@10.0.0.5:5064>", call_id="two", flow=ELSEWHERE)
    assert len(rig.contacts()) == 2, "a refresh is no reason to doubt again"


def test_a_phone_that_answers_no_questions_is_believed_when_it_registers_once_more(rig: RegistrarRig) -> None:
    rig.send("<sip:a@10.0.0.5:5062>", call_id="one", number=1)
    rig.send("<sip:a@10.0.0.5:5064>", call_id="two", number=1, flow=ELSEWHERE)
    rig.send("<sip:a@10.0.0.5:5062>", call_id="one", number=2)
    assert len(rig.contacts()) == 1, "it may have been on its way since before"
    rig.clock.advance(60)
    rig.send("<sip:a@10.0.0.5:5062>", call_id="one", number=3)
    assert len(rig.contacts()) == 2


def test_an_old_register_that_was_delayed_brings_no_dead_binding_back(rig: RegistrarRig) -> None:
    for contact, device in (("a@10.0.0.5", ""), ("a@10.0.0.5", DEVICE), ("b@10.0.0.5", "")):
        user, call_id = "bert" if device else "anna", f"{contact[0]}{len(device)}"
        old, new = f"<sip:{contact}:5062>{device}", f"<sip:{contact}:5064>{device}"
        rig.send(old, user=user, call_id=f"{call_id}-1", number=1)
        rig.send(new, user=user, call_id=f"{call_id}-1", number=3, flow=ELSEWHERE)
        assert rig.send(old, user=user, call_id=f"{call_id}-1", number=2).status == 500
        rig.send(new, user=user, call_id=f"{call_id}-2", number=1, flow=ELSEWHERE)
        assert rig.send(old, user=user, call_id=f"{call_id}-1", number=2).status == 500
        late = rig.send(f"{new};expires=0", user=user, call_id=f"{call_id}-1", number=4, flow=ELSEWHERE)
        assert late.status == 500
        assert [binding.remote for binding in rig.registrar.bindings(user)] == [ELSEWHERE.remote]
        rig.send("*", user=user, more=("Expires: 0",), call_id=f"{call_id}-2", number=2)


def test_a_call_id_that_comes_back_after_half_a_minute_is_a_phone_that_changed_its_mind(rig: RegistrarRig) -> None:
    for number in range(1, 5):
        for call_id in ("one", "two"):
            rig.send(f"<sip:a@10.0.0.5:5062>{DEVICE}", call_id=call_id, number=number)
            rig.clock.advance(33)
            assert len(rig.contacts()) == 1


def test_what_is_remembered_of_phones_that_begin_again_and_again_is_bounded(rig: RegistrarRig) -> None:
    for number in range(100):
        rig.send(
            f"<sip:a@10.0.0.5:{2000 + number}>", call_id=str(number), flow=Flow("udp", BOX, ("192.0.2.20", number))
        )
    assert len(rig.registrar._entries["anna"]) <= PER_PHONE
    assert len(rig.registrar._sequence._given_up.get("anna", ())) <= 8
    assert rig.contacts() == ["sip:a@10.0.0.5:2099"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'<sip:a@h>;+sip.instance="<{UUID}>";reg-id=1', (f"<{UUID.lower()}>", "1")),
        (f"<sip:a@h>;+sip.instance=<{UUID}>;reg-id=1", (f"<{UUID.lower()}>", "1")),  # without its quotes
        ("<sip:a@h>;reg-id=1", ("", "")),
        ("<sip:a@h>;+sip.instance;reg-id=1", ("", "")),
        (f'<sip:a@h>;+sip.instance="{"x" * 500}";reg-id=1', ("", "")),
        (f'<sip:a@h>;+SIP.Instance="<{UUID}>";reg-id=\u0661', (f"<{UUID.lower()}>", "")),
        (f"<sip:a@h;+sip.instance=x>;reg-id={'1' * 50}", ("", "")),
    ],
)
def test_the_instance_of_a_contact(text: str, found: tuple[str, str]) -> None:
    assert instance_of(Address.parse(text)) == found


def test_a_living_twin_is_rung_and_what_a_restart_left_behind_is_not() -> None:
    async def script() -> None:
        for alive in (True, False):
            rig = Rig()
            await rig.open("anna", "bert")
            polite(rig.peers.values())
            old = rig.peers["anna"]
            new = Peer("anna", (old.address[0], 5999), rig._from_peer, old.phone)
            new._count = 100  # other Call-IDs, as after a restart
            rig.peers["again"] = new
            old.there = alive
            rig._register(new)
            await rig.settle()
            new.lines.clear()
            polite(rig.peers.values())
            line = rig.call("bert", "21")
            await rig.settle()
            assert said(new.last) == ["INVITE"]
            assert bool(old.lines) is alive
            line.cancel()
            await rig.quiet()

    play(script())


FLOWS = [Flow("udp", BOX, ("192.0.2.20", port)) for port in (5062, 5064, 40001)]


@given(st.integers(0, 2**32), st.integers(2, 40), st.sampled_from(["", DEVICE]))
def test_a_phone_that_restarts_on_a_bad_line_ends_as_one_binding_where_it_registered_last(
    seed: int, turns: int, device: str
) -> None:
    """Its requests are lost, doubled and late; it restarts with new ports and Call-IDs whenever it likes."""
    dice, rig = random.Random(seed), RegistrarRig()
    under_way: list[tuple[float, str, Flow, str, int]] = []
    flow, call_id, number = FLOWS[0], "0", 1
    for turn in range(turns):
        if dice.random() < 0.3:
            flow, call_id, number = dice.choice(FLOWS), str(turn + 1), dice.randint(1, 9)
        number += 1
        contact = f"<sip:anna@10.0.0.5:{flow.remote[1]}>{device}"
        for _ in range(dice.choice([0, 1, 1, 1, 2])):
            delay = dice.choice([0.0, 0.0, 0.0, 3.0, 20.0])
            under_way.append((rig.clock.now + delay, contact, flow, call_id, number))
        # a phone refreshes before half of its time is over, and a restart takes longer than the line delays
        _arrive(rig, under_way, rig.clock.now + dice.choice([25.0, 40.0]))
    rig.send(contact, call_id=call_id, number=number + 1, flow=flow)
    _arrive(rig, under_way, rig.clock.now + 30)
    found: tuple[Binding, ...] = rig.registrar.bindings("anna")
    assert [(each.contact, each.remote) for each in found] == [(contact.partition(">")[0][1:], flow.remote)]
    assert len(rig.registrar._entries["anna"]) <= PER_PHONE


def _arrive(rig: RegistrarRig, under_way: list[tuple[float, str, Flow, str, int]], until: float) -> None:
    """What is due by then arrives, in the order of its times."""
    for late in sorted(each for each in under_way if each[0] <= until):
        rig.clock.advance(max(0.0, late[0] - rig.clock.now), rig.timers)
        _, contact, flow, call_id, number = late
        assert rig.send(contact, call_id=call_id, number=number, flow=flow).status in (200, 500)
        under_way.remove(late)
    rig.clock.advance(max(0.0, until - rig.clock.now), rig.timers)
