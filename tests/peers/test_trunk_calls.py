"""Calls that come in over a peering trunk: SIPp and a voice are the caller, baresip is the desk phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers import pcap
from tests.peers.conftest import NUMBER
from tests.peers.exchange import GREETING, Exchange, steps
from tests.peers.programs import free_ports, own_address, until
from tests.peers.sipp import Caller, Scenario, Sipp, registers, sdp
from tests.peers.tones import Samples, heard, longest, read_wav
from tests.peers.voice import Voice

CALLER = "+4930777000"


def dial(exchange: Exchange, scenario: Scenario, local: tuple[str, int] | None = None) -> Sipp:
    """SIPp calls the exchange, from the trunk's address unless told otherwise."""
    return Sipp(exchange.folder, scenario, local or exchange.provider, exchange.address, name="caller")


def caller(exchange: Exchange, voice: Voice, number: str = NUMBER) -> Caller:
    """A caller whose media are the voice."""
    return Caller(number, CALLER, sdp(voice.host, voice.port))


@pytest.mark.parametrize("ulaw", [False, True], ids=["A-law", "mu-law, listed second"])
def test_recorded_telephone_events_during_the_greeting_ring_the_extension(exchange: Exchange, ulaw: bool) -> None:
    exchange.start()
    recording = pcap.caller(exchange.folder / "caller.pcap", "22", frequency=1000, after=8, ulaw=ulaw)
    plan = Caller(NUMBER, CALLER)
    with exchange.phone("22") as phone:
        with dial(exchange, plan.dials().play(recording).cue().send(plan.bye()).response(200)) as sipp:
            phone.wait("CALL_INCOMING")
            phone.answer()
            phone.wait("CALL_ESTABLISHED")
            until(lambda: heard(*phone.heard(), 1000, 0.3), "the caller's hum arrives")
            sipp.cue()
            sipp.succeeds()
        phone.wait("CALL_CLOSED")
    call = exchange.call()
    assert (call["outcome"], call["extension"], call["from"], call["to"]) == ("answered", "22", CALLER, NUMBER)
    assert "dialled" in steps(call)
    assert "22" in call["story"]


def test_the_digits_of_a_sloppy_sender_count_once_and_its_call_rings_the_right_phone(exchange: Exchange) -> None:
    exchange.start()
    recording = pcap.caller(exchange.folder / "caller.pcap", "21", after=8, sloppy=True)
    plan = Caller(NUMBER, CALLER)
    with exchange.phone("21") as phone:
        with dial(exchange, plan.dials().play(recording).cue().send(plan.bye()).response(200)) as sipp:
            phone.wait("CALL_INCOMING")
            phone.answer()
            phone.wait("CALL_ESTABLISHED")
            sipp.cue()
            sipp.succeeds()
        phone.wait("CALL_CLOSED")
    call = exchange.call()
    assert (call["outcome"], call["extension"]) == ("answered", "21")
    assert [step["detail"]["digits"] for step in call["steps"] if step["what"] == "dialled"] == ["21"]


def test_both_sides_hear_each_other_and_the_phone_hangs_up(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("22", tone=440) as phone, Voice(exchange.provider[0], 700) as voice:
        plan = caller(exchange, voice)
        with dial(exchange, plan.dials().hangs_up()) as sipp:
            until(lambda: heard(*voice.heard(), GREETING), "the caller hears the greeting")
            voice.dial("22")
            phone.wait("CALL_INCOMING")
            phone.answer()
            until(lambda: heard(*voice.heard(), 440, 1), "the caller hears the phone")
            until(lambda: heard(*phone.heard(), 700), "the phone hears the caller")
            phone.hang_up()
            sipp.succeeds()
        phone.wait("CALL_CLOSED")
        assert voice.senders == {(exchange.host, next(iter(voice.senders))[1])}, "one sender only"
    call = exchange.call()
    assert call["outcome"] == "answered"
    assert {leg["party"] for leg in call["legs"]} == {CALLER, "22"}
    assert all(leg["received"] > 20 and leg["lost"] == 0 for leg in call["legs"])


def test_digits_by_info_ring_the_extension_once(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("22") as phone, Voice(exchange.provider[0]) as voice:
        plan = caller(exchange, voice)
        scenario = plan.dials().cue()
        for cseq in (2, 3):
            scenario.send(plan.info("2", cseq)).response(200)
        scenario.cue().send(plan.bye(4)).response(200)
        with dial(exchange, scenario) as sipp:
            until(voice.hears, "the greeting begins")
            sipp.cue()
            phone.wait("CALL_INCOMING")
            phone.answer()
            phone.wait("CALL_ESTABLISHED")
            sipp.cue()
            sipp.succeeds()
    assert steps(exchange.call()).count("dialled") == 1


def test_without_digits_the_distribution_rings_after_the_greeting(exchange: Exchange) -> None:
    exchange.do("number", "set", NUMBER, "--greeting", exchange.greeting(1), "--to", "22")
    exchange.start()
    with exchange.phone("22") as phone, Voice(exchange.provider[0]) as voice:
        with dial(exchange, caller(exchange, voice).dials().hangs_up()) as sipp:
            phone.wait("CALL_INCOMING", 20)
            phone.answer()
            phone.wait("CALL_ESTABLISHED")
            phone.hang_up()
            sipp.succeeds()
    call = exchange.call()
    assert (call["outcome"], call["extension"]) == ("answered", "22")
    assert "dialled" not in steps(call)


def test_nobody_answers_and_the_message_is_kept(exchange: Exchange) -> None:
    exchange.do("user", "set", "22", "--ring", "2")
    exchange.start()
    with exchange.phone("22") as phone, Voice(exchange.provider[0], 0) as voice:
        plan = caller(exchange, voice)
        with dial(exchange, plan.talks()) as sipp:
            until(voice.hears, "the greeting begins")
            voice.dial("22")
            phone.wait("CALL_INCOMING")
            phone.wait("CALL_CLOSED")
            until(lambda: recording_begins(exchange), "the message is being recorded", 40)
            voice.say(900)
            until(lambda: recorded_seconds(exchange) > 4, "the message grows", 20)
            sipp.cue()
            sipp.succeeds()
    call = exchange.call()
    assert (call["outcome"], call["extension"]) == ("voicemail", "22")
    [message] = exchange.do("voicemail", "list", "22")
    assert message["from"] == CALLER
    assert not message["heard"]
    target = exchange.folder / "message.wav"
    exchange.do("voicemail", "export", str(message["id"]), str(target))
    assert longest(*read_wav(target), 900) >= 2
    [task] = exchange.tasks("22")
    assert (task["kind"], task["from"], task["done"]) == ("voicemail", CALLER, False)


def test_a_phone_that_registers_is_told_of_waiting_messages(exchange: Exchange) -> None:
    account = exchange.do("phone", "add", "22")
    exchange.start()
    local = (exchange.provider[0], free_ports(2, exchange.provider[0]))
    scenario = registers(account["username"], account["password"])
    with Sipp(exchange.folder, scenario, local, exchange.address, name="register") as register:
        register.succeeds()
    lamp = Scenario().request("NOTIFY").reply(200)
    with Sipp(exchange.folder, lamp, local, exchange.address, name="lamp") as phone:
        phone.succeeds()
        assert "Messages-Waiting: no" in phone.messages()
        assert "Voice-Message: 0/0" in phone.messages()


def spool(exchange: Exchange) -> list[Path]:
    """Sound files in the data folder that are being written."""
    return [
        path for path in exchange.data.rglob("*") if "spool" in str(path.relative_to(exchange.data)) and path.is_file()
    ]


def recording_begins(exchange: Exchange) -> bool:
    """Whether a message is being recorded."""
    return bool(spool(exchange))


def recorded_seconds(exchange: Exchange) -> float:
    """How much of a message is on disk already (16 bit, 8000 Hz)."""
    return max((path.stat().st_size / 16000 for path in spool(exchange)), default=0.0)


def test_a_wrong_extension_is_told_so_and_may_be_corrected(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("22") as phone, Voice(exchange.provider[0]) as voice:
        with dial(exchange, caller(exchange, voice).dials().hangs_up()) as sipp:
            until(lambda: heard(*voice.heard(), GREETING), "the greeting")
            voice.dial("99")
            until(lambda: not heard(*last(voice, 0.6), GREETING, 0.1), "the greeting stops")
            voice.dial("22")
            phone.wait("CALL_INCOMING", 20)
            phone.answer()
            phone.wait("CALL_ESTABLISHED")
            phone.hang_up()
            sipp.succeeds()
    call = exchange.call()
    assert (call["outcome"], call["extension"]) == ("answered", "22")
    assert "wrong-extension" in steps(call)


def last(voice: Voice, seconds: float) -> tuple[Samples, int]:
    """The end of what the voice heard."""
    samples, rate = voice.heard()
    return samples[-round(seconds * rate) :], rate


def test_a_busy_phone_without_voicemail_leaves_a_task(exchange: Exchange) -> None:
    exchange.do("user", "set", "22", "--no-voicemail")
    exchange.start()
    with exchange.phone("22") as phone, Voice(exchange.provider[0]) as voice:
        with dial(exchange, caller(exchange, voice).dials().hangs_up()) as sipp:
            until(voice.hears, "the greeting begins")
            voice.dial("22")
            phone.wait("CALL_INCOMING")
            phone.hang_up()
            sipp.succeeds(40)
    call = exchange.call()
    assert (call["outcome"], call["extension"]) == ("missed", "22")
    [task] = exchange.tasks("22")
    assert task["kind"] == "missed"


def test_the_caller_gives_up_while_the_phone_rings(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("22") as phone, Voice(exchange.provider[0]) as voice:
        with dial(exchange, caller(exchange, voice).talks()) as sipp:
            until(voice.hears, "the greeting begins")
            voice.dial("22")
            phone.wait("CALL_INCOMING")
            sipp.cue()
            sipp.succeeds()
        phone.wait("CALL_CLOSED")
    call = exchange.call()
    assert (call["outcome"], call["extension"]) == ("gave-up", "22")
    [task] = exchange.tasks("22")
    assert task["kind"] == "gave-up"


def test_a_stranger_gets_nothing(exchange: Exchange) -> None:
    exchange.start()
    stranger = own_address()
    with exchange.phone("21") as phone, Voice(stranger[0]) as voice:
        for number in (NUMBER, "21", "+493099999", "110"):
            plan = Caller(number, CALLER, sdp(stranger[0], voice.port))
            scenario = Scenario().send(plan.invite()).response(100, optional=True).response(200, optional=True)
            with dial(exchange, scenario.response(401), stranger) as sipp:
                sipp.wait_for("SIP/2.0 40")
                assert sipp.received("SIP/2.0 200") is None
        assert not voice.hears()
        assert not phone.saw("CALL_INCOMING")
    assert exchange.do("calls") == []
