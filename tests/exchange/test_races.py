"""Calls in which two things happen at the same moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from pbx.exchange.calls.leg import Leg
from pbx.media.endpoint import Endpoint
from pbx.media.events import MediaEvent
from pbx.sip.events import Event
from tests.exchange.peers import Line, polite, said
from tests.exchange.rig import OFFICE, Rig
from tests.line import play


async def begin(*phones: str, number: str = "4930123450") -> tuple[Rig, Line]:
    """A caller who was greeted."""
    rig = Rig()
    await rig.open(*phones)
    polite(rig.peers.values())
    line = rig.call("provider", number)
    await rig.settle()
    return rig, line


def test_two_phones_answer_at_the_same_moment() -> None:
    async def script() -> None:
        rig, caller = await begin("anna", "bert")
        rig.endpoint(caller).hears("30")
        await rig.settle()
        anna, bert = rig.peers["anna"].last, rig.peers["bert"].last
        anna.reply(200)
        bert.reply(200)
        await rig.settle(5)
        assert said(anna) == ["INVITE", "ACK"]
        assert said(bert) == ["INVITE", "ACK", "BYE"]
        assert rig.endpoint(caller).bridge is rig.endpoint(anna)
        caller.ask("BYE")
        await rig.quiet()
        assert [leg.party for leg in rig.record.legs] == ["+491701234567", "21"]

    play(script())


@pytest.mark.parametrize("early", [0.0, 0.0005])
def test_a_phone_answers_at_the_moment_its_time_is_up(early: float) -> None:
    async def script() -> None:
        rig, caller = await begin("anna")
        rig.endpoint(caller).hears("21")
        await asyncio.sleep(0.01)
        began = rig.clock()
        await rig.settle()
        anna = rig.peers["anna"].last
        anna.reply(180)
        await asyncio.sleep(began + 25.0 - early - rig.clock())
        anna.reply(200)
        await rig.settle(1)
        last = said(anna)[-1]
        assert last in ("ACK", "BYE")
        if last == "ACK":
            assert rig.endpoint(caller).bridge is rig.endpoint(anna)
        caller.ask("BYE")
        await rig.quiet()
        assert said(anna).count("BYE") == 1

    play(script())


def test_a_phone_answers_the_call_that_is_being_cancelled() -> None:
    async def script() -> None:
        rig, caller = await begin("anna")
        rig.endpoint(caller).hears("21")
        await rig.settle()
        anna = rig.peers["anna"].last
        rig.peers["anna"].react = lambda line, message: None
        anna.reply(180)
        await rig.settle()
        caller.ask("BYE")
        anna.reply(200)
        await rig.settle()
        polite(rig.peers.values())
        await rig.settle(2)
        assert said(anna)[-1] == "BYE"
        await rig.quiet()
        assert rig.record.outcome == "gave-up"

    play(script())


def test_the_answer_is_here_but_not_read_when_the_leg_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script may learn of an answer a moment after it decided to go on without it."""

    async def script() -> None:
        rig, caller = await begin("anna")
        rig.endpoint(caller).hears("21")
        await rig.settle()
        anna = rig.peers["anna"].last
        leg = next(leg for leg in rig.equipment.legs.values() if leg.party.number == "21")
        take = leg.take

        def take_and_cancel(event: Event) -> None:
            take(event)
            Leg.cancel(leg, elsewhere=True)

        monkeypatch.setattr(leg, "take", take_and_cancel)
        anna.reply(200)
        await rig.settle(2)
        assert said(anna) == ["INVITE", "ACK", "BYE"]
        caller.ask("BYE")
        await rig.quiet()

    play(script())


def test_the_caller_hangs_up_at_the_moment_the_phone_answers() -> None:
    async def script() -> None:
        for caller_first in (True, False):
            rig, caller = await begin("anna")
            rig.endpoint(caller).hears("21")
            await rig.settle()
            anna = rig.peers["anna"].last
            if caller_first:
                caller.ask("BYE")
            anna.reply(200)
            if not caller_first:
                caller.ask("BYE")
            await rig.settle(2)
            assert said(anna)[-1] == "BYE"
            await rig.quiet()
            talked = rig.record.outcome == "answered"
            assert talked or rig.record.outcome == "gave-up"
            assert len(rig.archive.tasks) == int(not talked)

    play(script())


def test_the_phone_hangs_up_at_once_after_it_answered() -> None:
    async def script() -> None:
        rig, caller = await begin("anna")
        rig.endpoint(caller).hears("21")
        await rig.settle()
        anna = rig.peers["anna"].last
        anna.reply(200)
        anna.cseq = 5
        await asyncio.sleep(0)
        anna.target, anna.theirs = "sip:x@127.0.0.1:5060", str(anna.heard[0].from_)
        anna.ask("BYE")
        await rig.settle(1)
        assert said(caller)[-1] == "BYE"
        await rig.quiet()
        assert rig.record.outcome == "answered"

    play(script())


@pytest.mark.parametrize("verb", ["spool", "keep_message", "keep_call"])
def test_the_caller_hangs_up_while_the_disk_is_slow(verb: str) -> None:
    async def script() -> None:
        rig, caller = await begin()
        ear = rig.endpoint(caller)

        def hang_up(now: str) -> None:
            if now == verb:
                caller.ask("BYE")

        rig.archive.stands_still = hang_up
        ear.hears("21")
        await rig.settle(1)
        ear.speaks(6)
        await rig.settle(30)
        await rig.quiet()
        assert len(rig.archive.tasks) == 1
        assert rig.record.outcome == ("missed" if verb == "spool" else "voicemail")

    play(script())


@pytest.mark.parametrize("after", [0.05 * step for step in range(80)])
def test_the_caller_hangs_up_at_any_moment_of_a_call_that_ends_in_voicemail(after: float) -> None:
    async def script() -> None:
        rig, caller = await begin()
        rig.endpoint(caller).hears("21")
        rig.endpoint(caller).speaks(60)
        await asyncio.sleep(after)
        caller.ask("BYE")
        await rig.quiet()
        assert len(rig.archive.tasks) == 1
        kept = rig.archive.kept
        assert rig.record.outcome == ("voicemail" if kept else "missed" if after >= 0.02 else "gave-up")

    play(script())


def test_the_caller_is_gone_with_the_last_packet_of_the_tone() -> None:
    """Played and Ended are both unread when the recording is to begin: it never will."""

    async def script() -> None:
        rig, caller = await begin()
        ear = rig.endpoint(caller)
        ear.hears("21")
        while ear.said[-1] != "beep":
            await asyncio.sleep(0.01)
        leg = next(iter(rig.equipment.legs.values()))
        on_event, leg.endpoint.on_event = leg.endpoint.on_event, None

        def tell_and_hang_up(endpoint: Endpoint, event: MediaEvent) -> None:
            assert on_event is not None
            on_event(endpoint, event)
            leg.hang_up()

        leg.endpoint.on_event = tell_and_hang_up
        await rig.settle(3)
        await rig.quiet()
        assert rig.record.outcome == "missed"

    play(script())


def test_a_script_that_fails_ends_its_own_call_only() -> None:
    async def script() -> None:
        rig, caller = await begin("anna")
        other = rig.call("provider", "4930123450")
        await rig.settle()

        def fails(verb: str) -> None:
            raise RuntimeError(verb)

        rig.archive.stands_still = lambda verb: fails(verb) if verb == "spool" else None
        rig.endpoint(caller).hears("26")
        rig.endpoint(other).hears("21")
        await rig.settle(2)
        assert said(caller)[-1] == "BYE"
        rig.peers["anna"].last.reply(200)
        await rig.settle()
        other.ask("BYE")
        await rig.quiet()
        assert [call.outcome for call in rig.archive.calls] == ["missed", "answered"]
        assert rig.archive.calls[0].steps[-1].detail == {"reason": "internal-error"}

    play(script())


def test_a_call_that_cannot_be_written_down_leaves_nothing_behind() -> None:
    async def script() -> None:
        rig, caller = await begin()

        def full(verb: str) -> None:
            raise OSError("no space left")

        rig.archive.stands_still = full
        caller.ask("BYE")
        await rig.quiet()
        assert rig.archive.calls == []

    play(script())


def test_a_mistake_of_ours_in_one_event_ends_one_call_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script() -> None:
        rig, caller = await begin()
        other = rig.call("provider", "4930123450")
        await rig.settle()
        leg = next(iter(rig.equipment.legs.values()))

        def mistake(sdp: bytes) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(leg, "_reoffered", mistake)
        caller.ask("INVITE", body=caller.description("sendonly", version=2))
        await rig.settle(1)
        assert "BYE" in said(caller)
        assert said(other)[-1] == "200"
        other.ask("BYE")
        rig.stack.counters["fault"] -= 1
        await rig.quiet()
        assert len(rig.archive.calls) == 2

    play(script())


def test_ports_run_out_in_the_middle_of_a_group() -> None:
    async def script() -> None:
        rig = Rig(most=2)
        await rig.open("anna", "bert")
        polite(rig.peers.values())
        caller = rig.call("provider", "4930123452")
        await rig.settle()
        rig.peers["anna"].last.reply(486)
        await rig.settle(3)
        caller.ask("BYE")
        again = rig.call("provider", "4930123450")
        rig.call("provider", "4930123450")
        refused = rig.call("provider", "4930123450")
        await rig.settle()
        assert said(refused) == ["503"]
        assert said(again)[-1] == "200"
        for line in rig.peers["provider"].lines[1:]:
            line.ask("BYE")
        await rig.quiet()

    play(script())


def test_settings_that_change_do_not_change_a_call_that_lasts() -> None:
    async def script() -> None:
        rig, caller = await begin("anna")
        rig.office = replace(OFFICE, people={}, groups={}, numbers={}, phones={})
        rig.endpoint(caller).hears("21")
        await rig.settle(1)
        caller.ask("BYE")
        await rig.quiet()
        assert rig.record.steps[2].what == "dialled"

    play(script())
