"""Calls that begin at a desk phone, and what the phones see of a restart."""

from __future__ import annotations

import pytest

from tests.peers.baresip import talk
from tests.peers.conftest import NUMBER
from tests.peers.exchange import Exchange, steps
from tests.peers.programs import free_ports, own_host, until
from tests.peers.sipp import Caller, Sipp, answers, registers, sdp
from tests.peers.tones import heard
from tests.peers.voice import Voice


def test_colleagues_talk_by_extension(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("21", tone=440) as alice, exchange.phone("22", tone=700) as bob:
        talk(alice, bob, "22")
        alice.hang_up()
        bob.wait("CALL_CLOSED")
    call = exchange.call()
    assert (call["direction"], call["from"], call["extension"], call["outcome"]) == ("internal", "21", "22", "answered")


@pytest.mark.parametrize("transport", ["tcp", "tls"])
@pytest.mark.parametrize("calls", [True, False], ids=["calls", "is called"])
def test_a_phone_on_a_connection_talks(exchange: Exchange, transport: str, calls: bool) -> None:
    exchange.start()
    with exchange.phone("21", tone=440, transport=transport) as alice, exchange.phone("22", tone=700) as bob:
        caller, callee, extension = (alice, bob, "22") if calls else (bob, alice, "21")
        talk(caller, callee, extension)
        caller.hang_up()
        callee.wait("CALL_CLOSED")


def test_colleagues_with_different_codecs_talk(exchange: Exchange) -> None:
    exchange.start()
    with (
        exchange.phone("21", tone=440, codecs="G722/16000/1") as alice,
        exchange.phone("22", tone=700, codecs="pcmu") as bob,
    ):
        talk(alice, bob, "22")
        bob.hang_up()
        alice.wait("CALL_CLOSED")


def test_sipp_registers_by_digest_and_is_called(exchange: Exchange) -> None:
    account = exchange.do("phone", "add", "22")
    exchange.start()
    with exchange.phone("21", tone=440) as alice:
        host = own_host()
        with Voice(host, 700) as voice:
            local = (host, free_ports(2, host))
            scenario = registers(account["username"], account["password"])
            with Sipp(exchange.folder, scenario, local, exchange.address, name="register") as register:
                register.succeeds()
            with Sipp(exchange.folder, answers(sdp(host, voice.port)), local, exchange.address, name="bob") as bob:
                alice.dial("22")
                alice.wait("CALL_ESTABLISHED")
                until(lambda: heard(*voice.heard(), 440), "Bob hears Alice")
                alice.hang_up()
                bob.succeeds()


def test_sipp_calls_with_digest_as_a_phone(exchange: Exchange) -> None:
    account = exchange.do("phone", "add", "22")
    exchange.start()
    with exchange.phone("21", tone=440) as alice, Voice(own_host(), 700) as voice:
        user, password = account["username"], account["password"]
        plan = Caller("21", user, sdp(voice.host, voice.port), user=user, password=password, challenge=401)
        with Sipp(
            exchange.folder, plan.talks(), (voice.host, free_ports(2, voice.host)), exchange.address, name="bob"
        ) as bob:
            alice.wait("CALL_INCOMING")
            alice.answer()
            until(lambda: heard(*voice.heard(), 440), "Bob hears Alice")
            until(lambda: heard(*alice.heard(), 700), "Alice hears Bob")
            bob.cue()
            bob.succeeds()
        alice.wait("CALL_CLOSED")


def test_a_call_out_shows_the_number_and_talks(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("21", tone=440) as alice, Voice(exchange.provider[0], 700) as voice:
        answering = answers(sdp(voice.host, voice.port))
        with Sipp(exchange.folder, answering, exchange.provider, exchange.address, name="outside") as outside:
            alice.dial("0301110")
            alice.wait("CALL_ESTABLISHED")
            until(lambda: heard(*voice.heard(), 440), "the callee hears Alice")
            until(lambda: heard(*alice.heard(), 700), "Alice hears the callee")
            alice.hang_up()
            outside.succeeds()
            invite = outside.received("INVITE") or ""
    assert "+49301110" in invite.splitlines()[0]
    assert NUMBER in invite
    call = exchange.call()
    assert (call["direction"], call["from"], call["to"], call["outcome"]) == ("out", "21", "+49301110", "answered")


def test_an_emergency_call_goes_out(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("21") as alice, Voice(exchange.provider[0], 700) as voice:
        answering = answers(sdp(voice.host, voice.port))
        with Sipp(exchange.folder, answering, exchange.provider, exchange.address, name="emergency") as outside:
            alice.dial("112")
            alice.wait("CALL_ESTABLISHED")
            alice.hang_up()
            outside.succeeds()
            assert "sip:112@" in (outside.received("INVITE") or "").splitlines()[0]


def test_click_to_call_dials_the_contacts_extension_after_the_answer(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("21", tone=440) as alice, Voice(exchange.provider[0], 700) as voice:
        answering = answers(sdp(voice.host, voice.port))
        with Sipp(exchange.folder, answering, exchange.provider, exchange.address, name="contact") as contact:
            assert exchange.command("call", "21", "+49301110;47").returncode == 0
            alice.wait("CALL_INCOMING")
            alice.answer()
            contact.wait_for("INVITE")
            until(lambda: voice.digits() == "47", "the extension follows")
            until(lambda: heard(*alice.heard(), 700), "Alice hears the contact")
            alice.hang_up()
            contact.succeeds()


def test_a_phone_rings_at_once_after_the_plug_was_pulled(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("21") as alice, exchange.phone("22") as bob:
        until(lambda: exchange.bindings_on_disk() == 2, "both registrations are written down")
        exchange.kill()
        exchange.start()
        alice.dial("22")
        bob.wait("CALL_INCOMING", 5)
        alice.hang_up()
        bob.wait("CALL_CLOSED")
    assert "rang" in steps(exchange.call())
