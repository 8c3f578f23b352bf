"""A trunk that registers: Kamailio is the provider, and challenges everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.conftest import NUMBER
from tests.peers.exchange import Exchange, steps
from tests.peers.kamailio import Kamailio
from tests.peers.programs import until
from tests.peers.sipp import Caller, Sipp, answers, sdp
from tests.peers.tones import heard
from tests.peers.voice import Voice

LINE = "+493012400"


@pytest.fixture
def provider(exchange: Exchange) -> Iterator[Kamailio]:
    """Kamailio runs, and the exchange has registered its trunk there."""
    with Kamailio(exchange.folder) as kamailio:
        secret = exchange.folder / "password"
        secret.write_text(kamailio.password + "\n")
        account = f"{kamailio.user}@{kamailio.domain}"
        exchange.do(
            "trunk",
            "add",
            "anbieter",
            "--register",
            account,
            "--password-file",
            str(secret),
            "--proxy",
            "{}:{}".format(*kamailio.address),
            "--transport",
            "udp",
        )
        exchange.do("number", "add", LINE, "--trunk", "anbieter", "--to", "22", "--greeting", exchange.greeting(10))
        exchange.start()
        until(lambda: state(exchange, "anbieter") == "registered", "the trunk is registered")
        yield kamailio


def state(exchange: Exchange, name: str) -> str:
    """What the exchange says of a trunk."""
    return next(str(trunk["state"]) for trunk in exchange.do("trunk", "list") if trunk["name"] == name)


def test_a_call_comes_in_over_the_registered_trunk(exchange: Exchange, provider: Kamailio) -> None:
    outside = provider.outside
    with exchange.phone("22", tone=440) as phone, Voice(provider.outside[0], 700) as voice:
        plan = Caller(LINE, "+4930777000", sdp(voice.host, voice.port))
        with Sipp(exchange.folder, plan.talks(), outside, provider.address, name="caller") as caller:
            until(voice.hears, "the greeting begins")
            voice.dial("22")
            phone.wait("CALL_INCOMING")
            phone.answer()
            until(lambda: heard(*voice.heard(), 440), "the caller hears the phone")
            until(lambda: heard(*phone.heard(), 700), "the phone hears the caller")
            caller.cue()
            caller.succeeds()
        phone.wait("CALL_CLOSED")
    call = exchange.call()
    assert (call["to"], call["outcome"], call["extension"]) == (LINE, "answered", "22")
    assert "dialled" in steps(call)


def test_a_call_goes_out_over_the_registered_trunk(exchange: Exchange, provider: Kamailio) -> None:
    exchange.do("number", "remove", NUMBER)
    exchange.do("trunk", "remove", "amt")
    outside = provider.outside
    with exchange.phone("22", tone=440) as phone, Voice(provider.outside[0], 700) as voice:
        answering = answers(sdp(voice.host, voice.port))
        with Sipp(exchange.folder, answering, outside, provider.address, name="callee") as callee:
            phone.dial("0301110")
            phone.wait("CALL_ESTABLISHED")
            until(lambda: heard(*voice.heard(), 440), "the callee hears the phone")
            phone.hang_up()
            callee.succeeds()
    call = exchange.call()
    assert (call["direction"], call["to"], call["outcome"]) == ("out", "+49301110", "answered")


def test_the_trunk_comes_back_by_itself_after_a_kill(exchange: Exchange, provider: Kamailio) -> None:
    exchange.kill()
    exchange.start()
    until(lambda: state(exchange, "anbieter") == "registered", "the trunk is registered again", 30)
