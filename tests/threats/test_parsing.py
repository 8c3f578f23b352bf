"""Parsing, and what cannot be parsed: it is answered as the RFC says or not at all, and calls go on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pbx.sip.message import Response
from tests.threats.box import NUMBER, Box, besiege
from tests.threats.ends import End, Talk, conversation, phone
from tests.torture.messages import MESSAGES


async def in_order(box: Box, talk: Talk, other: Talk) -> None:
    """The box answers strangers and its voice still goes through."""
    assert await End(box, "127.6.6.7").status(End(box, "127.6.6.7").request("OPTIONS")) == 200
    talk.voice.heard(), other.voice.heard()
    for _ in range(5):
        talk.voice.say(talk.remote)
        other.voice.say(other.remote)
        await box.pass_time(0.02, 0.01)
    await box.until(lambda: talk.voice.heard() and other.voice.heard())
    assert box.calls == 1


def test_torture_messages_reach_the_running_exchange_and_a_call_goes_on(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        for case in MESSAGES:
            stranger = End(box)
            stranger.send(case.data)
            await box.settle(4)
            statuses = [each.status for each in stranger.heard() if isinstance(each, Response) and each.status > 100]
            if case.data.startswith((b"SIP/", b"ACK ")):
                assert statuses == [], case.name
            elif not case.valid and case.answers:
                assert (statuses[0] if statuses else None) in case.answers, case.name
            else:
                assert set(statuses) <= {200, 400, 401, 404, 405, 415, 416, 420, 481, 482, 483, 500, 505}, case.name
            stranger.close()
        await in_order(box, talk, other)
        assert await talk.hang_up() == 200

    besiege(tmp_path, script)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_messages_of_strangers_break_nothing(tmp_path: Path, seed: int) -> None:
    async def script(box: Box) -> None:
        dice = random.Random(seed)
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        stranger = End(box)
        originals = [case.data for case in MESSAGES]
        originals += [bytes(stranger.request(method, "21")) for method in ("INVITE", "REGISTER", "SUBSCRIBE", "BYE")]
        for _ in range(400):
            stranger.send(damaged(dice, dice.choice(originals)))
            await box.settle(1)
        await box.settle()
        await in_order(box, talk, other)

    besiege(tmp_path, script)


def damaged(dice: random.Random, data: bytes) -> bytes:
    """A message after an accident."""
    wild = (b"\r", b"\n", b"\0", b"%00", b"\x85", "\u2028".encode(), b'"', b"<", b";", b",", b"\xff", b"9" * 400, b"+5")
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0:
                data = data[:at] + dice.choice(wild) + data[at:]
            case 1:
                data = data[:at] + data[at + dice.randint(1, 30) :]
            case 2:
                data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
            case _:
                data = data[:at] + data[dice.randrange(len(data) + 1) :][:60] + data[at:]
    return data[:60000]


def huge(box: Box) -> list[bytes]:
    """Messages as large as a datagram can be, each of them heavy in another way."""
    end = End(box)
    request = bytes(end.request("INVITE", "21")).partition(b"\r\n\r\n")[0]
    end.close()
    return [
        filled
        for piece in (
            b"\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx",
            b"\r\nContact: <sip:a@127.0.0.1>",
            b"\r\nRoute: <sip:127.0.0.1;lr>",
            b"\r\nx: ",
            b"\r\n folded",
            b"\r\nSubject: " + b"((((" * 20,
            b'\r\nFrom: "' + b"\\\\" * 30,
            b"\r\nAuthorization: Digest " + b'a="b",' * 10,
            b"\r\nAuthorization: Digest a=" + b'\\"' * 20,
            b"\r\nRequire: " + b"x," * 30,
            b"\r\nTo: <sip:" + b"%00" * 20,
            b"9",
            b";a",
            b"\r",
        )
        for filled in (request + piece * ((65000 - len(request)) // len(piece)) + b"\r\n\r\n",)
    ]


def test_the_largest_datagrams_take_no_time_worth_mentioning(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        for data in huge(box):
            End(box).send(data)
            await box.settle(3)
        await in_order(box, talk, other)

    besiege(tmp_path, script, 20.0)


SMUGGLERS = ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r", "%0d%0a", "\\\r\n"]


@pytest.mark.parametrize("smuggler", SMUGGLERS, ids=ascii)
def test_headers_cannot_be_smuggled_through_a_name_to_a_phone(tmp_path: Path, smuggler: str) -> None:
    """From the provider, whose callers choose their own names."""

    async def script(box: Box) -> None:
        bert = await phone(box, "21")
        provider = End(box, *box.provider)
        inner = f"Ann{smuggler}Alert-Info: <http://evil>{smuggler}Priority: urgent"
        invite = provider.request("INVITE", NUMBER, from_="<sip:+4989123456@x.example>;tag=1", call_id="smuggled")
        data = bytes(invite).replace(b"From: ", b'From: "' + inner.encode() + b'" ')
        provider.send(data)
        rung = await bert.request_of("INVITE", 0.6)
        if rung is not None:
            assert "Alert-Info" not in rung.headers
            assert "Priority" not in rung.headers
            assert b"\nAlert-Info" not in bytes(rung)
            assert rung.from_.display.isprintable()

    besiege(tmp_path, script)


@pytest.mark.parametrize(
    "field",
    [
        "CSeq: +5 INVITE",
        "CSeq: \u0665 INVITE",
        "CSeq: " + "9" * 5000 + " INVITE",
        "Content-Length: +0",
        "Content-Length: " + "9" * 5000,
        "Max-Forwards: \u0667\u0660",
        "Via: SIP/2.0/UDP 127.0.0.1:\u0665060;branch=z9hG4bKa",
    ],
    ids=ascii,
)
def test_numbers_that_only_python_takes_for_numbers_are_refused(tmp_path: Path, field: str) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        name = field.partition(":")[0].encode() + b":"
        lines = bytes(stranger.request("INVITE", "21")).split(b"\r\n")
        data = b"\r\n".join(field.encode() if line.startswith(name) else line for line in lines)
        stranger.send(data)
        answer = await stranger.final(0.3)
        assert answer is None or answer.status == 400
        assert box.calls == 0

    besiege(tmp_path, script)


def test_answers_go_where_the_packet_came_from_and_nowhere_else(tmp_path: Path) -> None:
    """Via, Contact, Route and Record-Route may name anybody: a victim gets no packet."""

    async def script(box: Box) -> None:
        victim, stranger = End(box, "127.7.7.7"), End(box)
        place = "{}:{}".format(*victim.address)
        for method in ("OPTIONS", "INVITE", "REGISTER", "SUBSCRIBE", "BYE", "MESSAGE", "NOTIFY", "FOO", "CANCEL"):
            for route in ("", f"<sip:{place};lr>"):
                request = stranger.request(method, "21", [("Record-Route", f"<sip:{place};lr>"), ("Event", "presence")])
                headers = request.headers.with_(
                    "Via", f"SIP/2.0/UDP {place};maddr={victim.address[0]};branch=z9hG4bK{method}{len(route)}"
                )
                headers = headers.with_("Contact", f"<sip:x@{place}>")
                request = request.with_headers(headers.adding("Route", route) if route else headers)
                answer = await stranger.ask(request, 0.5)
                assert answer is not None, method
        await box.pass_time(40.0)
        assert victim.heard() == []

    besiege(tmp_path, script)


def test_responses_and_acks_that_nobody_waits_for_are_not_answered(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        for request in (stranger.request("OPTIONS", "21"), stranger.request("INVITE", "21")):
            for status in (100, 180, 200, 302, 401, 407, 500):
                stranger.send(request.reply(status, tag="x", headers=[("Contact", "<sip:a@127.0.0.1>")]))
        stranger.send(stranger.request("ACK", "21"))
        stranger.send(bytes(stranger.request("ACK", "21")).replace(b"CSeq: 1 ACK", b"CSeq: x ACK"))
        stranger.send(b"SIP/2.0 9999 What\r\n\r\n")
        stranger.send(b"\r\n\r\n")
        await box.pass_time(40.0)
        assert stranger.heard() == []

    besiege(tmp_path, script)
