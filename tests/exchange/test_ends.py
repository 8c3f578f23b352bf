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
from tests.exchange.rig import Rig
from tests.line import play

OTHER, SPARE, STRANGER = ("127.0.0.55", 5062), ("127.0.0.51", 5060), ("127.0.0.66", 5060)
HOPS = (Hop("udp", "127.0.0.50", 5060), Hop("udp", OTHER[0], 5060))


async def talking(outgoing: bool, *found: tuple[Hop, ...]) -> tuple[Rig, Line, Line]:
    """Anna and somebody at a trunk with two addresses, or those `found`; the phone's line, and the trunk's."""
    rig = Rig()
    await rig.open("anna")
    for hops in found or (HOPS,):
        rig.trunks.resolved("provider", hops)
    polite(rig.peers.values(), anna=200, provider=200)
    caller = rig.call(*(("anna", "04012345678") if outgoing else ("provider", "4930123450")))
    await rig.settle(0.2)
    if not outgoing:
        rig.endpoint(caller).hears("21")
        await rig.settle(0.2)
    lines = rig.peers["anna"].last, rig.peers["provider"].last
    assert rig.endpoint(lines[0]).bridge is rig.endpoint(lines[1])
    return rig, *lines


async def hang_up_from(rig: Rig, line: Line, place: tuple[str, int]) -> None:
    """A BYE in this call, sent from there; its answer goes back there."""
    rig.source_of = lambda peer: place  # type: ignore[method-assign]
    line.ask("BYE")
    await rig.settle()
    del rig.source_of


@pytest.mark.parametrize("outgoing", [True, False], ids=["call out", "call in"])
def test_each_address_of_a_trunk_may_end_its_calls_and_no_other_may(outgoing: bool) -> None:
    async def script() -> None:
        rig, anna, trunk = await talking(outgoing)
        for place in (SPARE, STRANGER):
            await hang_up_from(rig, trunk, place)
            assert "BYE" not in said(anna)
            assert rig.equipment.calls
        await hang_up_from(rig, trunk, OTHER)
        assert said(anna)[-1] == "BYE"
        await rig.quiet()

    play(script())


@pytest.mark.parametrize("outgoing", [True, False], ids=["call out", "call in"])
def test_an_address_that_the_trunk_had_until_just_now_may_end_its_calls(outgoing: bool) -> None:
    """Names whose addresses rotate: those of the look-up before count."""

    async def script() -> None:
        rig, anna, trunk = await talking(outgoing, HOPS, HOPS[:1])
        await hang_up_from(rig, trunk, OTHER)
        assert said(anna)[-1] == "BYE"
        await rig.quiet()

    play(script())


# --- each leg is hung up


def telling(rig: Rig, script: Script) -> None:
    """Every INVITE runs this script from now on."""
    begin: Callable[[Call, Leg | None, Script], None] = rig.switchboard.begin
    rig.switchboard.router._begin = lambda call, leg, _: begin(call, leg, script)


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
        rig = Rig()
        await rig.open("anna")
        polite(rig.peers.values())
        telling(rig, forgetful)
        line = rig.call("anna", "22")
        await rig.settle()
        assert said(line)[-1] == end
        await rig.quiet()

    play(script())


@pytest.mark.parametrize("who", ["caller", "callee", "lost"])
def test_at_the_end_of_a_talk_both_are_hung_up_though_the_call_goes_on(who: str) -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open("anna", "bert")
        polite(rig.peers.values(), bert=200)
        ended: list[str] = []

        async def script(operator: Operator) -> None:
            operator.answer()
            await talk_with_bert(operator)
            ended.append("talk")
            await asyncio.sleep(10)
            ended.append("call")

        telling(rig, script)
        anna = rig.call("anna", "22")
        await rig.settle(0.2)
        bert = rig.peers["bert"].last
        if who == "lost":
            rig.endpoint(anna).is_silent(1000)
        else:
            (anna if who == "caller" else bert).ask("BYE")
        await rig.settle(0.2)
        assert ended == ["talk"]
        ends = {"caller": [bert], "callee": [anna], "lost": [anna, bert]}[who]
        assert [said(line)[-1] for line in ends] == ["BYE"] * len(ends)
        assert not rig.pump.endpoints
        await rig.quiet()
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
