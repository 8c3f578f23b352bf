"""What whole calls cannot show in one file: several calls that know of each other, limits, and who may call out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pbx.exchange import router
from tests.exchange.peers import BOX, Line, polite, said
from tests.exchange.rig import OFFICE, PEOPLE, Rig, opened
from tests.line import play

ANYBODY = ("anna", "bert", "carla", "dirk", "eva", "finn")


async def talk(rig: Rig, peer: str, user: str, seconds: float = 5.0) -> Line:
    """A call that is answered, and hung up by who called."""
    line = rig.call(peer, user)
    await rig.settle(seconds)
    line.ask("BYE")
    await rig.settle(1)
    return line


def test_the_group_member_who_has_been_idle_longest_rings_first() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert", anna=200, bert=200)
        for who in ("anna", "bert", "anna", "bert"):
            before = len(rig.peers[who].lines)
            await talk(rig, "provider", "4930123456")
            assert len(rig.peers[who].lines) == before + 1
        line = rig.call("provider", "4930123452")  # both ring, Anna is first to answer
        await rig.settle(2)
        await talk(rig, "provider", "4930123456")
        assert said(rig.peers["bert"].last)[-1] == "BYE", "who talks comes last"
        line.ask("BYE")
        await rig.quiet()

    play(script())


def test_the_lamp_of_a_line_shows_ringing_and_talking() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert")
        state = rig.equipment.lines.state
        line = rig.call("bert", "21")
        await rig.settle()
        assert (state("21"), state("22")) == ("free", "free"), "her phone has not said yet that it rings"
        rig.peers["anna"].last.reply(180)
        await rig.settle()
        assert (state("21"), state("22")) == ("ringing", "free")
        rig.peers["anna"].last.reply(200)
        await rig.settle()
        assert (state("21"), state("22")) == ("talking", "talking")
        line.ask("BYE")
        await rig.settle()
        assert (state("21"), state("22")) == ("free", "free")
        await rig.quiet()

    play(script())


@pytest.mark.parametrize("name", ANYBODY)
@pytest.mark.parametrize(("provider", "spare"), [(200, 200), (503, 200), (486, 200), (603, 200), (404, 200)])
def test_everybody_reaches_112_over_any_trunk_that_works(name: str, provider: int, spare: int) -> None:
    async def script() -> None:
        rig = await opened(name, provider=provider, spare=spare)
        line = await talk(rig, name, "112", 1)
        assert "200" in said(line)
        await rig.quiet()
        assert rig.record.outcome == "answered"
        assert rig.record.trunk == ("provider" if provider == 200 else "spare")

    play(script())


def test_an_emergency_is_not_told_that_there_are_too_many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "MOST_CALLS", 1)

    async def script() -> None:
        rig = await opened("anna", "bert", provider=200)
        first = rig.call("provider", "4930123450")
        await rig.settle()
        refused = [rig.call("bert", "21"), rig.call("provider", "4930123450")]
        await rig.settle()
        assert [said(line) for line in refused] == [["503"], ["503"]]
        line = await talk(rig, "bert", "110", 1)
        assert "200" in said(line)
        first.ask("BYE")
        await rig.quiet()

    play(script())


def test_before_a_restart_new_calls_are_put_off_and_those_that_last_go_on() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert", provider=200)
        first = rig.call("provider", "4930123450")
        await rig.settle()
        rig.switchboard.router.draining = True
        refused = [rig.call("bert", "21"), rig.call("provider", "4930123450")]
        await rig.settle()
        assert [said(line) for line in refused] == [["503"], ["503"]]
        assert [line.heard[-1].headers.get("Retry-After") for line in refused] == ["20", "20"]
        emergency = await talk(rig, "bert", "110", 1)
        assert "200" in said(emergency)
        assert "BYE" not in said(first)
        rig.switchboard.router.draining = False
        again = rig.call("provider", "4930123450")
        await rig.settle()
        assert said(again) != ["503"]
        first.ask("BYE")
        again.ask("BYE")
        await rig.quiet()

    play(script())


def test_an_emergency_goes_first_over_a_trunk_that_is_known_to_work() -> None:
    async def script() -> None:
        rig = Rig()
        rig.peers["provider"].there = False
        await rig.open("anna")
        await rig.settle(40)
        polite(rig.peers.values(), spare=200)
        line = await talk(rig, "anna", "112", 1)
        assert "200" in said(line)
        assert rig.record.trunk == "spare"

    play(script())


def test_a_dead_trunk_gives_way_to_the_next() -> None:
    async def script() -> None:
        rig = await opened("bert", spare=200)
        rig.peers["provider"].there = False
        line = await talk(rig, "bert", "04012345678", 33)
        assert "200" in said(line)
        await rig.quiet()
        assert [step.detail.get("status") for step in rig.record.steps if step.what == "not-connected"] == [408]

    play(script())


def test_without_a_trunk_the_phone_is_told_so() -> None:
    async def script() -> None:
        rig = Rig(replace(OFFICE, trunks={}, numbers={}))
        await rig.open("anna")
        polite(rig.peers.values())
        lines = [rig.call("anna", number) for number in ("04012345678", "112")]
        await rig.settle()
        assert [said(line) for line in lines] == [["503"], ["100", "503"]]
        await rig.quiet()
        assert [call.outcome for call in rig.archive.calls] == ["refused", "failed"]

    play(script())


def test_click_to_call_without_a_line_says_so() -> None:
    async def script() -> None:
        rig = Rig(replace(OFFICE, trunks={}, numbers={}))
        await rig.open("anna")
        polite(rig.peers.values(), anna=200)
        rig.switchboard.router.click_to_call(PEOPLE[0], "+494012345678", "Contact", "")
        await rig.settle()
        line = rig.peers["anna"].last
        assert rig.endpoint(line).said == ["no-line"]
        await rig.quiet()
        assert said(line)[-1] == "BYE"
        assert rig.record.outcome == "failed"

    play(script())


def test_an_emergency_number_that_is_clicked_goes_out_over_any_trunk() -> None:
    async def script() -> None:
        rig = await opened("anna", anna=200, provider=603, spare=200)
        rig.switchboard.router.click_to_call(PEOPLE[0], "112", "", "")
        await rig.settle(5)
        rig.peers["spare"].last.ask("BYE")
        await rig.quiet()
        assert (rig.record.outcome, rig.record.trunk) == ("answered", "spare")

    play(script())


def test_who_clicked_hangs_up_before_the_contact_answers() -> None:
    async def script() -> None:
        rig = await opened("anna", anna=200)
        rig.switchboard.router.click_to_call(PEOPLE[0], "+494012345678", "Contact", "")
        await rig.settle(1)
        rig.peers["provider"].last.reply(180)
        await rig.settle(1)
        rig.peers["anna"].last.ask("BYE")
        await rig.settle(1)
        assert "CANCEL" in said(rig.peers["provider"].last)
        await rig.quiet()
        assert rig.record.outcome == "gave-up"
        assert rig.archive.tasks == []

    play(script())


def test_a_stranger_gets_nothing_through() -> None:
    async def script() -> None:
        rig = await opened("anna")
        for user in ("21", "4930123450", "04012345678", "110", "*97"):
            line = rig.peers["carla"].line()
            line.invite_box(user)
            await rig.settle()
            assert said(line) == ["401"]
        proof = rig.proof(rig.peers["carla"], "INVITE", f"sip:21@{BOX[0]}:{BOX[1]}", "guessed")
        line = rig.peers["carla"].line()
        line.invite_box("21", proof)
        await rig.settle()
        assert said(line) == ["401"]
        await rig.quiet()
        assert rig.archive.calls == []

    play(script())


def test_a_trunk_host_that_asks_for_a_line_out_with_a_stolen_name_gets_none() -> None:
    async def script() -> None:
        rig = await opened("anna")
        for user in ("04012345678", "+494012345678", "0110", "21", "*97"):
            line = rig.call("provider", user, 'P-Asserted-Identity: "Anna" <sip:21@127.0.0.1>', caller="21")
            await rig.settle()
            assert said(line) == ["404"]
        assert not rig.peers["spare"].lines
        await rig.quiet()

    play(script())


def test_wrong_pins_lock_the_mailbox_over_all_calls() -> None:
    async def script() -> None:
        rig = await opened("anna")
        rig.archive.pins["21"] = "4711"
        for attempt in range(3):
            line = rig.call("anna", "*97")
            await rig.settle()
            rig.endpoint(line).hears(f"{attempt}#")
            await rig.settle(1.5)
            line.ask("BYE")
            await rig.settle()
        locked = rig.call("anna", "*97")
        await rig.settle()
        assert rig.endpoint(locked).said == ["pin-locked"]
        await rig.settle(61)
        line = rig.call("anna", "*97")
        await rig.settle()
        rig.endpoint(line).hears("4711#")
        await rig.settle()
        assert rig.endpoint(line).said[-1] == "no-new-messages"
        line.ask("BYE")
        await rig.quiet()

    play(script())


def test_many_calls_at_once_have_no_more_tries_for_the_pin() -> None:
    async def script() -> None:
        rig = await opened("anna")
        tried = []
        rig.archive.pins["21"] = "9999"
        rig.archive.stands_still = lambda verb: tried.append(verb) if verb == "pin_is" else None
        lines = [rig.call("anna", "*97") for _ in range(20)]
        await rig.settle()
        for number, line in enumerate(lines):
            rig.endpoint(line).hears(f"{number}#")
        await rig.quiet()
        assert len(tried) == 3

    play(script())


def test_a_groups_messages_are_heard_by_its_members() -> None:
    async def script() -> None:
        rig = await opened("anna")
        rig.archive.pins["21"] = "4711"
        caller = rig.call("provider", "4930123450")
        await rig.settle()
        rig.endpoint(caller).hears("30")
        await rig.settle(25.2)
        rig.endpoint(caller).speaks(10)
        await rig.settle(5)
        caller.ask("BYE")
        await rig.settle(1)
        assert [(task.kind, task.extension) for task in rig.archive.tasks] == [("voicemail", "30")]
        line = rig.call("anna", "*97")
        await rig.settle()
        rig.endpoint(line).hears("4711#")
        await rig.settle(3.5)
        assert "message 1" in rig.endpoint(line).said
        assert rig.archive.kept[0].heard
        line.ask("BYE")
        await rig.quiet()

    play(script())


@pytest.mark.parametrize("path", [("<sip:p1;lr>, <sip:p2;lr>",), ("<sip:p1;lr>", "<sip:p2;lr>")])
def test_a_phone_behind_several_proxies_is_rung_through_them(path: tuple[str, ...]) -> None:
    async def script() -> None:
        rig = await opened("bert", anna=200)
        anna = rig.peers["anna"]
        line, uri = anna.line(), f"sip:{BOX[0]}"
        line.target, line.theirs = uri, line.ours
        fields = (f"Path: {value}" for value in path)
        line.ask("REGISTER", rig.proof(anna, "REGISTER", uri), "Expires: 3600", *fields)
        await rig.settle()
        call = rig.call("bert", "21")
        await rig.settle()
        invite = anna.last.invite
        assert invite is not None
        assert [str(route) for route in invite.routes] == ["<sip:p1;lr>", "<sip:p2;lr>"]
        assert "200" in said(call)
        call.ask("BYE")
        await rig.quiet()

    play(script())


def test_digits_by_info_reach_the_other_side_once() -> None:
    async def script() -> None:
        rig = await opened("anna", provider=200)
        line = rig.call("anna", "04012345678", sdp=rig.peers["anna"].line().description(types="8"))
        await rig.settle()
        line.ask("INFO", body="Signal=5\r\nDuration=160\r\n", kind="application/dtmf-relay")
        line.ask("INFO", body="#", kind="application/dtmf")
        line.ask("INFO", body="nonsense", kind="text/plain")
        await rig.settle()
        assert rig.endpoint(rig.peers["provider"].last).dialled == "5#"
        line.ask("BYE")
        await rig.quiet()

    play(script())


def test_a_caller_of_whom_nothing_is_heard_any_more_is_let_go() -> None:
    async def script() -> None:
        rig = await opened("anna")
        line = rig.call("provider", "4930123450")
        await rig.settle()
        rig.endpoint(line).is_silent(59.0)
        await rig.settle()
        assert said(line)[-1] == "200"
        rig.endpoint(line).is_silent(60.0)
        await rig.settle()
        assert said(line)[-1] == "BYE"
        await rig.quiet()
        assert "lost" in rig.step_words
        assert len(rig.archive.tasks) == 1

    play(script())


@pytest.mark.parametrize(("types", "codec"), [("0 101", "PCMU"), ("9 8 101", "PCMA"), ("9 101", "G722")])
def test_the_phone_is_offered_first_what_the_caller_speaks(types: str, codec: str) -> None:
    async def script() -> None:
        rig = await opened("anna")
        line = rig.call("provider", "4930123450", sdp=rig.peers["provider"].line().description(types=types))
        await rig.settle()
        rig.endpoint(line).hears("21")
        await rig.settle()
        anna = rig.peers["anna"].last
        first = {"PCMU": "0", "PCMA": "8", "G722": "9"}[codec]
        assert f"RTP/AVP {first} " in bytes(anna.heard[0]).decode()
        anna.reply(200, sdp=anna.description(types=f"{first} 101"))
        await rig.settle(1)
        line.ask("BYE")
        await rig.quiet()
        assert [leg.codec for leg in rig.record.legs] == [codec, codec]

    play(script())


@pytest.mark.parametrize("caller", ["provider", "bert"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=sendrecv\r\n", "a=sendrecv\r\nm=video 0 RTP/AVP\r\n"),
        ("o=- 1 ", "o=- 1234567890123456789012345 "),
        ("t=0 0\r\n", "b=AS:99999999999999999999999999\r\nt=- -\r\n"),
    ],
)
def test_a_description_that_says_too_much_of_what_nobody_needs_costs_no_call(caller: str, old: str, new: str) -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open("anna", "bert")
        polite(rig.peers.values(), anna=200)
        sdp = rig.peers[caller].line().description()
        assert old in sdp
        line = rig.call(caller, "4930123450" if caller == "provider" else "21", sdp=sdp.replace(old, new))
        await rig.settle(1.0)
        assert said(line)[-1] == "200"
        answered = line.heard[-1].body.decode()
        assert [part[:8] for part in answered.split("m=")[1:]] == ["audio 20", *["video 0 "] * ("video" in new)]
        line.ask("BYE")
        await rig.settle(1.0)
        await rig.quiet()

    play(script())


def test_a_call_that_is_given_up_before_a_phone_says_anything_is_cancelled_as_soon_as_it_does() -> None:
    async def script() -> None:
        rig = await opened("anna")
        line = rig.call("provider", "493077721")
        await rig.settle()
        line.cancel()
        await rig.settle(1)
        assert rig.record.outcome == "gave-up"
        anna = rig.peers["anna"].last
        assert "CANCEL" not in said(anna)
        anna.reply(180)
        await rig.settle()
        assert said(anna)[-2:] == ["CANCEL", "ACK"]
        await rig.quiet()

    play(script())


def test_early_media_of_a_refused_line_gives_way_to_the_next() -> None:
    async def script() -> None:
        rig = await opened("bert")
        line = rig.call("bert", "04012345678")
        await rig.settle()
        provider = rig.peers["provider"].last
        provider.reply(183)
        await rig.settle(1)
        assert rig.endpoint(line).bridge is rig.endpoint(provider)
        provider.reply(503)
        await rig.settle()
        spare = rig.peers["spare"].last
        assert rig.endpoint(line).bridge is None
        spare.reply(183)
        await rig.settle()
        assert rig.endpoint(line).bridge is rig.endpoint(spare)
        spare.reply(200)
        await rig.settle(1)
        assert said(line).count("200") == 1
        line.ask("BYE")
        await rig.quiet()
        assert [leg.party for leg in rig.record.legs] == ["22", "+494012345678"]

    play(script())
