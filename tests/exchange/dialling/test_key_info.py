"""Keys by INFO: what telephones write, and that each press reaches the far end once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.exchange.dialling.key_info import TYPES, KeyInfo
from pbx.sip.multipart import media_type
from tests.exchange.peers import Line, polite
from tests.exchange.rig import Rig
from tests.line import play

RELAY, DTMF, EVENT, NORTEL = TYPES


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        (RELAY, b"Signal=5\r\nDuration=160\r\n", "5"),
        (RELAY, b"Signal= 5\nDuration= 160", "5"),
        (RELAY, b"\r\n duration=100\r\nSIGNAL\t=\t5 \r\n", "5"),
        (RELAY, b"Signal=10\r\nDuration=250", "*"),
        (RELAY, b"Signal=11", "#"),
        (RELAY, b"Signal=*", "*"),
        (RELAY, b'Signal="#"', "#"),
        (RELAY, b"Signal=d", "D"),
        (RELAY, b"Signal=12", "A"),
        (RELAY, b"7", "7"),
        (DTMF, b"5", "5"),
        (DTMF, b" 5\r\n", "5"),
        (DTMF, b"10", "*"),
        (DTMF, b"Signal=5\r\nDuration=160\r\n", "5"),
        (EVENT, b"\x05\x8a\x03\x20", "5"),
        (EVENT, b"\x0b\x0a\x03\x20", "#"),
        (EVENT, b"5", "5"),
        (NORTEL, b"p=Digit-Collection\r\ny=Digits\r\nd=5\r\n", "5"),
        (RELAY, b"Signal=16", ""),
        (RELAY, b"Signal=55", ""),
        (RELAY, b"Duration=5", ""),
        (RELAY, b"Signal=", ""),
        (RELAY, "Signal=\u0665".encode(), ""),
        (RELAY, b"", ""),
        (DTMF, b"hello", ""),
        ("text/plain", b"5", ""),
        ("application/json", b"Signal=5", ""),
    ],
)
def test_what_telephones_write_for_a_key(kind: str, body: bytes, key: str) -> None:
    assert KeyInfo().key(kind, body) == key


@pytest.mark.parametrize("written", ["Application/DTMF-Relay", "application / dtmf-relay ; charset=utf-8"])
def test_the_type_may_be_written_in_any_way(written: str) -> None:
    assert media_type(written) == RELAY


def test_a_press_that_is_told_by_begin_and_end_is_one() -> None:
    begin, on, end = b"\x05\x0a\x00\xa0", b"\x05\x0a\x03\x20", b"\x05\x8a\x06\x40"
    info = KeyInfo()
    keys = "".join(info.key(EVENT, body) for body in (begin, on, end, begin, end, end, b"\x06\x8a\x06\x40"))
    assert keys == "5556", "two by begin and end, two by their ends alone"


@given(st.sampled_from([*TYPES, "x/y"]), st.binary(max_size=300))
def test_whatever_comes_is_one_key_or_none(kind: str, body: bytes) -> None:
    assert KeyInfo().key(kind, body) in {*"0123456789*#ABCD", ""}


# --- in a call

EVENTS, NO_EVENTS = "8 0 101", "8 0"


async def talk(caller: str = EVENTS, hotline: str = EVENTS) -> tuple[Rig, Line, Line]:
    """Anna talks with a hotline: her line, and that of the trunk."""
    rig = Rig()
    await rig.open("anna")
    polite(rig.peers.values())
    provider = rig.peers["provider"]
    line = rig.call("anna", "04012345678", sdp=rig.peers["anna"].line().description(types=caller))
    await rig.settle()
    provider.last.reply(200, sdp=provider.last.description(types=hotline), method="INVITE")
    await rig.settle()
    return rig, line, provider.last


def inform(line: Line, key: str) -> None:
    line.ask("INFO", body=f"Signal={key}\r\nDuration=160\r\n", kind="application/dtmf-relay")


@pytest.mark.parametrize("caller", [EVENTS, NO_EVENTS])
@pytest.mark.parametrize("hotline", [EVENTS, NO_EVENTS])
@pytest.mark.parametrize("by_hotline", [False, True], ids=["from the phone", "from the trunk"])
def test_keys_by_info_reach_the_other_side_whatever_was_agreed(caller: str, hotline: str, by_hotline: bool) -> None:
    async def script() -> None:
        rig, anna, trunk = await talk(caller, hotline)
        presses, hears = (trunk, anna) if by_hotline else (anna, trunk)
        for key in ("5", "5", "11"):
            inform(presses, key)
        presses.ask("INFO", body="0", kind="application/dtmf")
        await rig.settle(1.0)
        assert rig.endpoint(hears).dialled == "55#0"
        assert rig.endpoint(presses).dialled == ""
        anna.ask("BYE")
        await rig.quiet()

    play(script())


@pytest.mark.parametrize("event_first", [False, True])
def test_a_press_that_comes_both_ways_is_passed_on_by_the_relay_alone(event_first: bool) -> None:
    async def script() -> None:
        rig, anna, trunk = await talk()
        for key in "55":
            if event_first:
                rig.endpoint(anna).hears(key)
                await rig.settle()
            inform(anna, key)
            await rig.settle(0.1)
            if not event_first:
                rig.endpoint(anna).hears(key)
            await rig.settle(0.2)
        await rig.settle(1.0)
        assert rig.endpoint(trunk).dialled == ""
        anna.ask("BYE")
        await rig.quiet()

    play(script())


def test_a_phone_that_agrees_events_away_in_the_call_is_heard_by_info() -> None:
    async def script() -> None:
        rig, anna, trunk = await talk()
        rig.endpoint(anna).hears("1")
        await rig.settle(2.0)
        inform(anna, "1")
        await rig.settle(1.0)
        assert rig.endpoint(trunk).dialled == "", "who sends events is heard by them alone"
        anna.ask("INVITE", body=anna.description(types=NO_EVENTS, version=2))
        await rig.settle()
        anna.ack()
        for key in "25":
            inform(anna, key)
        await rig.settle(1.0)
        assert rig.endpoint(trunk).dialled == "25"
        anna.ask("BYE")
        await rig.quiet()

    play(script())


def test_keys_by_info_are_heard_before_the_hotline_answers() -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open("anna")
        polite(rig.peers.values())
        anna = rig.call("anna", "04012345678")
        await rig.settle()
        trunk = rig.peers["provider"].last
        inform(anna, "9")
        await rig.settle()
        trunk.reply(183)
        await rig.settle()
        inform(anna, "5")
        await rig.settle(1.0)
        assert rig.endpoint(trunk).dialled == "5"
        anna.cancel()
        await rig.quiet()

    play(script())


def test_a_hash_by_info_ends_a_message() -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open()
        polite(rig.peers.values())
        line = rig.call("provider", "4930123450")
        await rig.settle()
        for key in "26":
            inform(line, key)
        rig.endpoint(line).speaks(100.0)
        await rig.settle(30.0)
        assert rig.archive.kept == []
        inform(line, "#")
        await rig.settle(0.5)
        assert len(rig.archive.kept) == 1
        line.ask("BYE")
        await rig.quiet()

    play(script())


def test_the_digits_of_a_pin_may_come_by_info() -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open("anna")
        polite(rig.peers.values())
        rig.archive.pins["21"] = "4711"
        line = rig.call("anna", "*97")
        await rig.settle(0.2)
        for key in ("4", "7", "1", "1", "11"):
            inform(line, key)
        await rig.settle(1.0)
        assert "no-new-messages" in rig.endpoint(line).said
        line.ask("BYE")
        await rig.quiet()

    play(script())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("0123456789*#"), st.floats(0.35, 2.0)), max_size=6),
    st.sampled_from(["event", "info", "both", "late event", "then gone"]),
)
def test_each_press_is_passed_on_once_however_the_phone_tells_of_it(
    presses: list[tuple[str, float]], phone: str
) -> None:
    """A phone's habits; the last hangs up in the middle of it all."""

    async def script() -> None:
        rig, anna, trunk = await talk()
        ear, relayed = rig.endpoint(trunk), ""
        for key, pause in presses:
            if phone in ("event", "both"):
                rig.endpoint(anna).hears(key)
            if phone != "event":
                inform(anna, key)
            if phone == "late event":
                await rig.settle(0.15)
                rig.endpoint(anna).hears(key)
            relayed += key if "event" in phone or phone == "both" else ""
            await rig.settle(0.0 if phone == "then gone" else pause)
        await rig.settle(0.0 if phone == "then gone" else 1.0)
        wanted = "".join(key for key, _ in presses)
        assert ear.dialled + relayed == wanted or phone == "then gone"
        anna.ask("BYE")
        await rig.quiet()

    play(script())
