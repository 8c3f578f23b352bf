"""Two people of an office, their phones, and the calls between them: SIPp and voices on this side of the cable."""

from __future__ import annotations

from typing import Any

from image.trial.box import SIP, Box
from image.trial.router import HERE, LOCAL
from tests.peers.programs import free_ports, until
from tests.peers.sipp import Caller, Scenario, Sipp, answers, registers, sdp
from tests.peers.tones import heard
from tests.peers.voice import Voice

EXCHANGE = (LOCAL, SIP)
SLOW = 60.0
"""Seconds for what takes one on a Pi."""

Phones = dict[str, Any]
"""A phone's name and password by its extension."""


def two_people(box: Box) -> Phones:
    """Alice (21), and Bob (22) who has a mailbox, with a phone each."""
    box.do("user", "add", "Alice", "--extension", "21")
    box.do("user", "add", "Bob", "--extension", "22", "--ring", "5", "--voicemail")
    return {extension: box.do("phone", "add", extension) for extension in ("21", "22")}


def from_here(scenario: Scenario) -> Scenario:
    """The scenario with our address as the box sees it."""
    return Scenario([step.replace("[local_ip]", HERE) for step in scenario.steps])


def sipp(box: Box, scenario: Scenario, name: str, port: int = 0) -> Sipp:
    """One run of SIPp against the box."""
    local = (LOCAL, port or free_ports(2, LOCAL))
    return Sipp(box.folder, from_here(scenario), local, EXCHANGE, name=name, seconds=300)


def calls(box: Box, phone: dict[str, Any], number: str, voice: Voice) -> Sipp:
    """A call from a phone that hangs up at the cue."""
    user, password = phone["username"], phone["password"]
    plan = Caller(number, user, sdp(HERE, voice.port), user=user, password=password, challenge=401)
    return sipp(box, plan.talks(), "caller")


def speaks_to(voice: Voice, answer: str) -> None:
    """Send the voice where the box's answer says."""
    port = next(int(line.split()[1]) for line in answer.splitlines() if line.startswith("m=audio"))
    voice.remote = (LOCAL, port)


def a_call_goes_through(box: Box, phones: Phones) -> None:
    """Bob's phone registers, Alice calls it, each hears the other."""
    port = free_ports(2, LOCAL)
    with sipp(box, registers(phones["22"]["username"], phones["22"]["password"]), "register", port) as register:
        register.succeeds(SLOW)
    with (
        Voice(LOCAL, 700) as bobs,
        Voice(LOCAL, 440) as alices,
        sipp(box, answers(sdp(HERE, bobs.port)), "bob", port) as bob,
        calls(box, phones["21"], "22", alices) as alice,
    ):
        speaks_to(bobs, bob.wait_for("INVITE", SLOW))
        speaks_to(alices, alice.wait_for("SIP/2.0 200", SLOW))
        until(lambda: heard(*bobs.heard(), 440) and heard(*alices.heard(), 700), "both hear each other", SLOW)
        alice.cue()
        alice.succeeds(SLOW)
        bob.succeeds(SLOW)
