"""How calls end: who may end them, and that every leg is hung up, at the end of a talk and at the end of the call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.leg import Leg, codecs_for
from pbx.exchange.calls.operator import Operator, Script
from pbx.exchange.calls.outgoing import ring_phone, rounds_for_person
from pbx.sip.transport.hop import Hop
from tests.exchange.peers import Line, polite, said
from tests.exchange.premises import Premises
from tests.line import play

OTHER, SPARE, STRANGER = ("127.0.0.55", 5062), ("127.0.0.51", 5060), ("127.0.0.66", 5060)
HOPS = (Hop("udp", "127.0.0.50", 5060), Hop("udp", OTHER[0], 5060))


async def talking(outgoing: bool, *found: tuple[Hop, ...]) -> tuple[Premises, Line, Line]:
    """Anna and somebody at a trunk with two addresses, or those `found`; the phone's line, and the trunk's."""
    premises = Premises()
    await premises.open("anna")
    for hops in found or (HOPS,):
        premises.trunks.resolved("provider", hops)
    polite(premises.peers.values(), anna=200, provider=200)
    caller = premises.call(*(("anna", "04012345678") if outgoing else ("provider", "4930123450")))
    await premises.settle(0.2)
    if not outgoing:
        premises.ear(caller).hears("21")
        await premises.settle(0.2)
    lines = premises.peers["anna"].last, premises.peers["provider"].last
    assert premises.ear(lines[0]).bridge is premises.ear(lines[1])
    return premises, *lines


async def hang_up_from(premises: Premises, line: Line, place: tuple[str, int]) -> None:
    """A BYE in this call, sent from there; its answer goes back there."""
    premises.source_of = lambda peer: place  # type: ignore[method-assign]
    line.ask("BYE")
    await premises.settle()
    del premises.source_of


@pytest.mark.parametrize("outgoing", [True, False], ids=["call out", "call in"])
def test_each_address_of_a_trunk_may_end_its_calls_and_no_other_may(outgoing: bool) -> None:
    async def script() -> None:
        premises, anna, trunk = await talking(outgoing)
        for place in (SPARE, STRANGER):
            await hang_up_from(premises, trunk, place)
            assert "BYE" not in said(anna)
            assert premises.equipment.calls
        await hang_up_from(premises, trunk, OTHER)
        assert said(anna)[-1] == "BYE"
        await premises.quiet()

    play(script())


@pytest.mark.parametrize("outgoing", [True, False], ids=["call out", "call in"])
def test_an_address_that_the_trunk_had_until_just_now_may_end_its_calls(outgoing: bool) -> None:
    """Names whose addresses rotate: those of the look-up before count."""

    async def script() -> None:
        premises, anna, trunk = await talking(outgoing, HOPS, HOPS[:1])
        await hang_up_from(premises, trunk, OTHER)
        assert said(anna)[-1] == "BYE"
        await premises.quiet()

    play(script())


# --- each leg is hung up


def telling(premises: Premises, script: Script) -> None:
    """Every INVITE runs this script from now on."""
    begin: Callable[[Call, Leg | None, Script], None] = premises.switchboard.begin
    premises.switchboard.router._begin = lambda call, leg, _: begin(call, leg, script)


async def fails(operator: Operator) -> None:
    raise RuntimeError("a mistake of ours")


async def answers_and_forgets(operator: Operator) -> None:
    operator.answer()


async def answers_and_fails(operator: Operator) -> None:
    operator.answer()
    raise RuntimeError("a mistake of ours")


async def forgets(operator: Operator) -> None:
    """Not even an answer."""


@pytest.mark.parametrize(
    ("forgetful", "end"), [(answers_and_forgets, "BYE"), (answers_and_fails, "BYE"), (forgets, "480"), (fails, "480")]
)
def test_at_the_end_of_a_call_what_its_script_forgot_is_hung_up(forgetful: Script, end: str) -> None:
    async def script() -> None:
        premises = Premises()
        await premises.open("anna")
        polite(premises.peers.values())
        telling(premises, forgetful)
        line = premises.call("anna", "22")
        await premises.settle()
        assert said(line)[-1] == end
        await premises.quiet()

    play(script())


@pytest.mark.parametrize("who", ["caller", "callee", "lost"])
def test_at_the_end_of_a_talk_both_are_hung_up_though_the_call_goes_on(who: str) -> None:
    async def script() -> None:
        premises = Premises()
        await premises.open("anna", "bert")
        polite(premises.peers.values(), bert=200)
        ended: list[str] = []

        async def script(operator: Operator) -> None:
            operator.answer()
            await talk_with_bert(operator)
            ended.append("talk")
            await asyncio.sleep(10)
            ended.append("call")

        telling(premises, script)
        anna = premises.call("anna", "22")
        await premises.settle(0.2)
        bert = premises.peers["bert"].last
        if who == "lost":
            premises.ear(anna).is_silent(1000)
        else:
            (anna if who == "caller" else bert).ask("BYE")
        await premises.settle(0.2)
        assert ended == ["talk"]
        ends = {"caller": [bert], "callee": [anna], "lost": [anna, bert]}[who]
        assert [said(line)[-1] for line in ends] == ["BYE"] * len(ends)
        assert not premises.studio.endpoints
        await premises.quiet()
        assert ended == ["talk", "call"]

    play(script())


async def talk_with_bert(operator: Operator) -> Any:
    equipment, call = operator.equipment, operator.call
    rounds = rounds_for_person(equipment, equipment.office().people["22"])
    _, leg, _ = await operator.ring(
        rounds, lambda target: ring_phone(equipment, call, target, call.caller, codecs_for(operator.party))
    )
    assert leg is not None
    return await operator.talk(leg)
