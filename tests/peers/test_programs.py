"""The telephones and providers of these tests work among themselves, so that a failure elsewhere is the exchange's."""

from __future__ import annotations

from pathlib import Path

from tests.peers import pcap
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio
from tests.peers.programs import own_address, until
from tests.peers.sipp import Caller, Sipp, answers, ignores, refuses, registers, sdp
from tests.peers.tones import heard
from tests.peers.voice import Voice


def test_sipp_calls_sipp_and_hangs_up_at_the_cue(tmp_path: Path) -> None:
    here, there = own_address(), own_address()
    with Sipp(tmp_path, answers(), there, here, name="callee") as callee:
        with Sipp(tmp_path, Caller("21").talks(), here, there, name="caller") as caller:
            caller.wait_for("SIP/2.0 200")
            caller.cue()
            caller.succeeds()
        callee.succeeds()


def test_sipp_gives_up_while_sipp_rings(tmp_path: Path) -> None:
    here, there = own_address(), own_address()
    plan = Caller("21")
    scenario = plan.gives_up()
    with Sipp(tmp_path, ignores(), there, here, name="callee") as callee:
        with Sipp(tmp_path, scenario, here, there, name="caller") as caller:
            caller.wait_for("SIP/2.0 180")
            caller.cue()
            caller.succeeds()
        callee.succeeds()


def test_sipp_is_refused_by_sipp(tmp_path: Path) -> None:
    here, there = own_address(), own_address()
    with Sipp(tmp_path, refuses(486, "Busy Here"), there, here, name="callee") as callee:
        with Sipp(tmp_path, Caller("21").is_refused(486), here, there, name="caller") as caller:
            caller.succeeds()
        callee.succeeds()


def test_sipp_plays_recorded_rtp_and_a_voice_hears_it(tmp_path: Path) -> None:
    here, there = own_address(), own_address()
    recording = pcap.caller(tmp_path / "caller.pcap", "21#", frequency=800)
    with Voice(there[0]) as voice, Sipp(tmp_path, answers(sdp(there[0], voice.port)), there, here) as callee:
        plan = Caller("21")
        scenario = plan.dials().play(recording).cue().send(plan.bye()).response(200)
        with Sipp(tmp_path, scenario, here, there, name="caller") as caller:
            until(lambda: voice.digits() == "21#", "the digits arrive")
            until(lambda: heard(*voice.heard(), 800), "the hum arrives")
            caller.cue()
            caller.succeeds()
        callee.succeeds()


def test_kamailio_registers_an_account_and_sends_calls_on_to_it(tmp_path: Path) -> None:
    with Kamailio(tmp_path) as provider:
        phone, outside = own_address(), provider.outside
        with Sipp(tmp_path, registers(provider.user, provider.password), phone, provider.address) as register:
            register.succeeds()
        with Sipp(tmp_path, answers(), phone, provider.address, name="callee") as callee:
            plan = Caller("+493012321")
            with Sipp(tmp_path, plan.talks(), outside, provider.address, name="caller") as caller:
                caller.wait_for("SIP/2.0 200")
                caller.cue()
                caller.succeeds()
            callee.succeeds()
            invite = callee.received("INVITE")
            assert invite is not None
            assert f"P-Called-Party-ID: <sip:+493012321@{provider.domain}>" in invite


def test_kamailio_challenges_calls_out_and_hands_them_over(tmp_path: Path) -> None:
    with Kamailio(tmp_path) as provider:
        phone, outside = own_address(), provider.outside
        with Sipp(tmp_path, answers(), outside, provider.address, name="callee") as callee:
            plan = Caller("+49301110", "493012321", user=provider.user, password=provider.password)
            with Sipp(tmp_path, plan.talks(), phone, provider.address, name="caller") as caller:
                caller.wait_for("SIP/2.0 200")
                caller.cue()
                caller.succeeds()
            callee.succeeds()


def test_baresip_and_sipp_talk(tmp_path: Path) -> None:
    here = own_address()
    with Voice(here[0], 700) as voice, Baresip(tmp_path, here, user="alice", register=False, tone=440) as phone:
        plan = Caller("alice", media=sdp(here[0], voice.port))
        with Sipp(tmp_path, plan.talks(), here, phone.address, name="caller") as caller:
            phone.wait("CALL_INCOMING")
            phone.answer()
            until(lambda: heard(*voice.heard(), 440), "baresip's tone arrives")
            phone.press("5*")
            until(lambda: voice.digits() == "5*", "baresip's digits arrive")
            caller.cue()
            caller.succeeds()
        phone.wait("CALL_CLOSED")
        assert heard(*phone.heard(), 700)
